import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildDashboard } from "./launch/build-dashboard.ts";
import { prepareDatabase } from "./launch/prepare-database.ts";
import { keepDatabase } from "./launch/embedded-database.ts";
import { loadDotEnv, ownFolder } from "./launch/environment.ts";
import { type Interruption, watchInterruption } from "./launch/interruption.ts";
import { buildAppEnv, type LaunchConfig, readLaunchConfig } from "./launch/launch-config.ts";
import { tryLock } from "./launch/lock.js";
import { requireFreePort } from "./launch/port-check.ts";
import { DRAIN_MS, runApps } from "./launch/run-apps.ts";

type Launch = { config: LaunchConfig; watch: boolean; interruption: Interruption };

function printBanner({ urlHost, port, keepsMails }: LaunchConfig): void {
  const url = `http://${urlHost}:${port}`;
  const mails = keepsMails ? `  mails    ${url}/dev/mails\n` : "";
  console.log(`
PulseCheck is running.

  open     ${url}
  API      ${url}/docs
${mails}  stop     Ctrl-C
`);
}

async function runOn(launch: Launch, databaseUrl: string): Promise<void> {
  if (launch.interruption.signal.aborted) return;
  const applied = await prepareDatabase(databaseUrl);
  if (applied.length > 0) console.log(`pulsecheck: database prepared (${applied.join(", ")})`);
  if (launch.interruption.signal.aborted) return;
  const { config, watch, interruption } = launch;
  const env = await buildAppEnv(process.env, config, databaseUrl, ownFolder);
  await runApps({ config, env, watch, interruption }, async () => printBanner(config));
}

async function runEverything(launch: Launch): Promise<void> {
  if (!launch.config.isEmbedded) return runOn(launch, launch.config.databaseUrl);
  const database = await keepDatabase(ownFolder);
  try {
    await runOn(launch, database.url);
  } finally {
    await database.stop();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { watch: { type: "boolean", default: false } } });
  const interruption = watchInterruption();
  loadDotEnv();
  const config = readLaunchConfig(process.env);
  const lock = tryLock(join(ownFolder, "locks/start"));
  if (!lock.held) throw new Error(`already running in this checkout (pid ${lock.ownerPid ?? "?"})`);
  try {
    // The apps of a launcher that was killed drain by themselves; their port is free soon.
    await requireFreePort(config, lock.takenOver ? DRAIN_MS : 0);
    await buildDashboard();
    await runEverything({ config, watch: values.watch, interruption });
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
