import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Stage } from "./stage.ts";

const folder = new URL(".", import.meta.url).pathname;

/** One of this folder's processes: each has a CPU time of its own. */
export type Child = {
  pid: number;
  /** Calls one of its handlers and resolves with what it answers. */
  ask<Answer>(what: string, argument?: unknown): Promise<Answer>;
  stop(): Promise<void>;
};

type Reply = { id: number; answer?: unknown; error?: string };

/** Starts one of this folder's processes; resolves once it is ready. It ends with the stage. */
export function startChild(
  stage: Stage,
  file: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Child> {
  return stage.use(
    () => openChild(file, args, env),
    (child) => child.stop(),
  );
}

async function openChild(file: string, args: readonly string[], env: Record<string, string>): Promise<Child> {
  const child = spawn(process.execPath, [folder + file, ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...env },
    // A terminal's Ctrl-C is for the bench alone, which stops its children.
    detached: true,
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  child.on("message", (reply: Reply) => waiting.get(reply.id)?.(reply));
  child.on("exit", () => {
    for (const [id, settle] of waiting) settle({ id, error: `${file} has ended` });
  });
  let lastId = 0;
  const ask = async <Answer>(what: string, argument?: unknown): Promise<Answer> => {
    const id = (lastId += 1);
    const { promise, resolve } = Promise.withResolvers<Reply>();
    waiting.set(id, resolve);
    child.send({ id, what, argument });
    const { answer, error } = await promise;
    waiting.delete(id);
    if (error !== undefined) throw new Error(error);
    return answer as Answer;
  };
  await ask("hello");
  return { pid: child.pid ?? 0, ask, stop: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** The child's side: answers the bench's questions, and ends with it. */
export function answerParent(handlers: Record<string, (argument: never) => unknown>): void {
  process.on("message", async ({ id, what, argument }: { id: number; what: string; argument: never }) => {
    try {
      const answer = what === "hello" ? true : await handlers[what]?.(argument);
      process.send?.({ id, answer });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  });
  process.on("disconnect", () => process.exit(0));
}
