import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildDemoEnv, findFolder, readNotes, requireEmbedded } from "./demo/place.ts";
import { buildDashboard } from "./launch/build-dashboard.ts";
import { loadDotEnv } from "./launch/environment.ts";
import { watchInterruption } from "./launch/interruption.ts";
import { readLaunchConfig } from "./launch/launch-config.ts";
import { tryLock } from "./launch/lock.js";
import { requireFreePort } from "./launch/port-check.ts";
import { DRAIN_MS } from "./launch/run-apps.ts";

// Usage: npm run demo [-- --fresh]. A PulseCheck of its own with accounts, a month of history, and things that fail.

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fresh: { type: "boolean", default: false } } });
  const interruption = watchInterruption();
  loadDotEnv();
  requireEmbedded(process.env);
  const folder = findFolder(process.env);
  const lock = tryLock(join(folder, "lock"));
  if (!lock.held) throw new Error(`a demo runs already (pid ${lock.ownerPid ?? "?"})`);
  try {
    const env = await buildDemoEnv(process.env);
    const config = readLaunchConfig(env);
    await requireFreePort(config, lock.takenOver ? DRAIN_MS : 0);
    await buildDashboard();
    // Late: it brings the whole API, which a refusal need not wait for.
    const { runDemo } = await import("./demo/run.ts");
    await runDemo({ config, env, folder, interruption }, values.fresh ? null : await readNotes(folder));
  } finally {
    lock.release();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(`pulsecheck: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
