import { buildAppEnv, type LaunchConfig } from "../launch/launch-config.ts";
import type { Interruption } from "../launch/interruption.ts";
import { runApps } from "../launch/run-apps.ts";
import { simulate } from "../simulate/run.ts";
import { DEVICES, PAGE_SLUG, PASSWORD, PEOPLE, SEED } from "./cast.ts";
import { makeDemo, moveTargets, openDatabase } from "./make.ts";
import { pingJobs } from "./ping-jobs.ts";
import { writeNotes, type Notes } from "./place.ts";
import { openTargets } from "./targets.ts";

export type Demo = { config: LaunchConfig; env: NodeJS.ProcessEnv; folder: string; interruption: Interruption };

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

/** Runs the demo on its folder until it is asked to go, making it first where there is none. */
export async function runDemo({ config, env, folder, interruption }: Demo, last: Notes | null): Promise<void> {
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
      targets.startFaults();
      printBanner(config);
      await liven(urlOf(config), notes, over);
    });
  } finally {
    await targets.close();
    await database.stop();
  }
}
