import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEVICES, PAGE_SLUG, PASSWORD, PEOPLE, SEED } from "./demo/cast.ts";
import { makeDemo, moveTargets, openDatabase } from "./demo/make.ts";
import { pingJobs } from "./demo/ping-jobs.ts";
import { buildDemoEnv, findFolder, readNotes, requireEmbedded, writeNotes, type Notes } from "./demo/place.ts";
import { openTargets } from "./demo/targets.ts";
import { buildDashboard } from "./launch/build-dashboard.ts";
import { loadDotEnv } from "./launch/environment.ts";
import { watchInterruption, type Interruption } from "./launch/interruption.ts";
import { buildAppEnv, readLaunchConfig, type LaunchConfig } from "./launch/launch-config.ts";
import { tryLock } from "./launch/lock.js";
import { requireFreePort } from "./launch/port-check.ts";
import { DRAIN_MS, runApps } from "./launch/run-apps.ts";
import { simulate } from "./simulate/run.ts";

// Usage: npm run demo [-- --fresh]. A PulseCheck of its own with accounts, a month of history, and things that fail.

type Demo = { config: LaunchConfig; env: NodeJS.ProcessEnv; folder: string; interruption: Interruption };

const urlOf = ({ urlHost, port }: LaunchConfig): string => `http://${urlHost}:${port}`;

function printBanner(config: LaunchConfig): void {
  const url = urlOf(config);
  const people = Object.values(PEOPLE).map(({ email, role }) => `           ${email.padEnd(20)} ${role}`);
  console.log(`
The PulseCheck demo is running.

  open     ${url}
  log in   with the password ${PASSWORD} as
${people.join("\n")}
  status   ${url}/status/${PAGE_SLUG}
  mails    ${url}/dev/mails
  API      ${url}/docs
  stop     Ctrl-C

Checkout goes down within a minute, and comes back. npm run demo -- --fresh makes everything anew.
`);
}

/** Devices and sensors report, and jobs ping, until it is over. */
async function liven(url: string, { fleetKey, pingIds }: Notes, over: AbortSignal): Promise<void> {
  const options = { url, devices: DEVICES, seed: SEED, credential: { key: fleetKey }, durationMs: Infinity };
  const silent = { say: () => undefined, show: () => undefined };
  await Promise.all([simulate(options, over, silent), pingJobs(url, pingIds, over)]);
}

async function runDemo({ config, env, folder, interruption }: Demo, last: Notes | null): Promise<void> {
  const database = await openDatabase(folder, last);
  const targets = await openTargets(last?.ports ?? null);
  try {
    const appEnv = await buildAppEnv(env, config, database.url, folder);
    if (last === null) console.log("pulsecheck: making accounts and a month of history ...");
    const notes = last ?? (await makeDemo(appEnv, targets.ports, folder));
    if (notes.ports.web !== targets.ports.web || notes.ports.gateway !== targets.ports.gateway) {
      await moveTargets(database.url, notes.ports, targets.ports);
      await writeNotes(folder, { ...notes, ports: targets.ports });
    }
    if (interruption.signal.aborted) return;
    await runApps({ config, env: appEnv, watch: false, interruption }, async (over) => {
      printBanner(config);
      await liven(urlOf(config), notes, over);
    });
  } finally {
    await targets.close();
    await database.stop();
  }
}

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
