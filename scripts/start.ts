import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildDashboard } from "./launch/build-dashboard.ts";
import { prepareDatabase } from "./launch/prepare-database.ts";
import { type App, superviseApp } from "./launch/app-process.ts";
import { keepDatabase } from "./launch/embedded-database.ts";
import { loadDotEnv, root } from "./launch/environment.ts";
import { type Interruption, watchInterruption } from "./launch/interruption.ts";
import { buildAppEnv, type LaunchConfig, readLaunchConfig } from "./launch/launch-config.ts";
import { tryLock } from "./launch/lock.js";
import { requireFreePort } from "./launch/port-check.ts";
import { waitUntilReady } from "./launch/readiness.ts";

const READY_TIMEOUT_MS = 120_000;
const DRAIN_MS = 10_000;

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

/** Runs API and worker until we are asked to go; throws when they do not come up. */
async function runApps(launch: Launch, databaseUrl: string): Promise<void> {
  const { config, watch, interruption } = launch;
  const env = await buildAppEnv(process.env, config, databaseUrl);
  const failure = new AbortController();
  const over = AbortSignal.any([interruption.signal, failure.signal]);
  let isReady = false;
  const start = (name: string): App => {
    const script = join(root, "apps", name, "src/main.ts");
    const shouldRestart = (how: string): boolean => {
      if (!isReady) failure.abort(new Error(`the ${name} did not start (${how}), see above`));
      return isReady;
    };
    return superviseApp({ name, script, env, watch, shouldRestart });
  };
  const apps = [start("api"), start("worker")];
  interruption.onImpatience(() => apps.forEach((app) => app.killNow()));
  try {
    const readyUrl = `http://${config.urlHost}:${config.port}/ready`;
    isReady = await waitUntilReady(readyUrl, READY_TIMEOUT_MS, over);
    failure.signal.throwIfAborted();
    if (!isReady && !over.aborted) throw new Error(`${readyUrl} did not answer 200 in time`);
    if (isReady) printBanner(config);
    if (!over.aborted) await new Promise((resolve) => over.addEventListener("abort", resolve));
  } finally {
    if (interruption.signal.aborted) console.log("\npulsecheck: stopping (Ctrl-C again to kill) ...");
    await Promise.all(apps.map((app) => app.stop(DRAIN_MS)));
  }
}

async function runOn(launch: Launch, databaseUrl: string): Promise<void> {
  if (launch.interruption.signal.aborted) return;
  const applied = await prepareDatabase(databaseUrl);
  if (applied.length > 0) console.log(`pulsecheck: database prepared (${applied.join(", ")})`);
  if (launch.interruption.signal.aborted) return;
  await runApps(launch, databaseUrl);
}

async function runEverything(launch: Launch): Promise<void> {
  if (!launch.config.isEmbedded) return runOn(launch, launch.config.databaseUrl);
  const database = await keepDatabase();
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
  const lock = tryLock(join(root, ".data/locks/start"));
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
