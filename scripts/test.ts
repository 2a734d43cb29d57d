import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { removeDeadRuns } from "../tests/setup/run-folder.ts";
import { root } from "./launch/environment.ts";

// Usage: npm test [-- vitest arguments]
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  detached: true,
});

function killGroup(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

let interrupted = false;
function interrupt(): void {
  killGroup(interrupted ? "SIGKILL" : "SIGTERM");
  interrupted = true;
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
process.on("disconnect", interrupt);

const code = await new Promise<number>((resolve) => {
  child.on("error", () => resolve(127));
  child.on("exit", (exitCode, signal) => resolve(exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal])));
});
// Workers that outlived an interrupted Vitest, and its servers.
killGroup("SIGKILL");
await removeDeadRuns();
process.exit(interrupted && code === 0 ? 130 : code);
