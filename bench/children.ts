import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const folder = new URL(".", import.meta.url).pathname;

/** Starts one of this folder's processes and reads its first line. */
export async function startChild(
  file: string,
  ...args: string[]
): Promise<{ child: ChildProcess; pid: number; firstLine: string; lastLine(): string }> {
  const child = spawn(process.execPath, [folder + file, ...args], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  while (!output.includes("\n")) await once(child.stdout ?? child, "data");
  const lines = () => output.trim().split("\n");
  return { child, pid: child.pid ?? 0, firstLine: lines()[0] ?? "", lastLine: () => lines().at(-1) ?? "" };
}

export async function stopChild(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}
