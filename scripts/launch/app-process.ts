import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "./environment.ts";

type AppOptions = {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
  watch: boolean;
  /** Told of the first unexpected end; when it answers false, the app is not restarted. */
  shouldRestart: (how: string) => boolean;
};
export type App = {
  /** SIGTERM, and SIGKILL when that has not helped in time. */
  stop(graceMs: number): Promise<void>;
  killNow(): void;
};

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;
// Whoever has lived this long has started well: its next restart is a first one again.
const HEALTHY_AFTER_MS = 60_000;

function spawnApp({ script, env, watch }: AppOptions): ChildProcess {
  const watcher = watch ? [join(root, "scripts/launch/watch-app.ts")] : [];
  // Its own process group: a terminal's Ctrl-C reaches only us, and we drain in order. The IPC channel is how the
  // app notices that we were killed: it closes, and the app drains by itself.
  return spawn(process.execPath, [...watcher, script], {
    cwd: root,
    env,
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** Keeps one app running until it is stopped; restarts it with a growing delay when it dies. */
export function superviseApp(options: AppOptions): App {
  const stopping = new AbortController();
  let child: ChildProcess | null = null;
  let delayMs = FIRST_DELAY_MS;

  const runOnce = async (): Promise<string> => {
    child = spawnApp(options);
    if (stopping.signal.aborted) child.kill("SIGTERM");
    try {
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      return signal === null ? `exit code ${code}` : signal;
    } catch (error) {
      return String(error);
    }
  };

  const keepRunning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const how = await runOnce();
      if (stopping.signal.aborted || !options.shouldRestart(how)) return;
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) delayMs = FIRST_DELAY_MS;
      console.error(`pulsecheck: ${options.name} ended (${how}), restarting in ${delayMs / 1000} s`);
      await delay(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
  };

  const ended = keepRunning();
  return {
    stop: async (graceMs) => {
      stopping.abort();
      child?.kill("SIGTERM");
      const isGone = await Promise.race([ended.then(() => true), delay(graceMs, false)]);
      if (isGone || child === null) return;
      console.error(`pulsecheck: ${options.name} did not stop in ${graceMs / 1000} s, killing it`);
      killGroup(child);
      await ended;
    },
    killNow: () => {
      stopping.abort();
      if (child !== null) killGroup(child);
    },
  };
}
