import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { cpuMsOf, residentMb } from "./cpu.ts";

test("CPU time is that of a process and of its children, those that have ended included", async () => {
  const burn =
    "const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end) for (let i = 0; i < 1e6; i++);";
  const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(burn)}]); ${burn}`;
  const child = spawn(process.execPath, ["-e", `${parent}; console.log("done"); setInterval(() => {}, 1_000)`]);
  try {
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    expect(await cpuMsOf([pid])).toBeGreaterThanOrEqual(590);
    expect(await cpuMsOf([pid])).toBeLessThan(2_000);
    expect(await cpuMsOf([process.pid])).toBeGreaterThan(await cpuMsOf([pid]));
    expect(await residentMb(pid)).toBeGreaterThan(10);
  } finally {
    child.kill("SIGKILL");
  }
});
