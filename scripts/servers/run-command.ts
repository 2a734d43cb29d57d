import { spawn } from "node:child_process";

/** Whom to run as; undefined is ourselves. */
export type SystemUser = { uid: number; gid: number } | undefined;
export type CommandResult = { code: number; output: string };
type CommandOptions = { user?: SystemUser; cwd?: string; env?: NodeJS.ProcessEnv };

/** Runs a program to its end; a program that cannot be started at all answers code 127. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: options.cwd ?? "/",
      env: { ...process.env, ...options.env, LC_ALL: "C" },
      ...options.user,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 128, output: output.trim() }));
  });
}

/** As runCommand, but a failure throws with the program's own words. */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, output } = await runCommand(command, args, options);
  if (code === 0) return output;
  throw new Error(`${command} ${args.join(" ")} failed (exit code ${code}): ${output}`);
}
