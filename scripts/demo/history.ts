import { inTransaction, type Db } from "@pulsecheck/db/client";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { rollUp } from "@pulsecheck/db/rollups";
import { createFleet } from "../simulate/fleet.ts";
import { DEVICES, SEED } from "./cast.ts";
import { writeChecks } from "./checks-history.ts";
import { HISTORY_DAYS, inventEpisodes } from "./episodes.ts";
import { writeIncidents } from "./incident-history.ts";
import { writeDevices, writeSensors } from "./fleet-history.ts";
import type { Ports } from "./targets.ts";
import { writePastWindows } from "./window-history.ts";

const DAY_MS = 86_400_000;
/** The partitions of one call reach so far ahead. */
const WEEK_MS = 7 * DAY_MS;

/**
 * Gives the demo's things a month that nobody lived through, as PulseCheck would have written it down. Every figure is
 * then made of it by PulseCheck itself, so that none contradicts another.
 */
export async function writeHistory(db: Db, ports: Ports, now: Date): Promise<void> {
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - HISTORY_DAYS * DAY_MS);
  // From the day before on: the run that ended first may have begun on it.
  for (let at = from.getTime(); at < now.getTime(); at += WEEK_MS)
    await maintainPartitions(db, new Date(at), HISTORY_DAYS + 1);
  const { devices, sensors } = createFleet({ devices: DEVICES, seed: SEED });
  const ids = { devices: devices.map(({ id }) => id), sensors: sensors.map(({ id }) => id) };
  const past = { from, now };
  await inTransaction(db.pool, async (client) => {
    // One plan, one seed: the same noise each time.
    await client.query(`SET LOCAL max_parallel_workers_per_gather = 0`);
    await client.query(`SELECT setseed(${SEED / 10})`);
    await client.query(BACKDATE, [from]);
    await writePastWindows(client, past);
    await writeIncidents(client, inventEpisodes(now, ports, ids.sensors, ids.devices));
    await writeChecks(client, past);
    await writeDevices(client, devices, past);
    await writeSensors(client, sensors, past);
  });
  await rollUp(db, now);
  await db.pool.query("ANALYZE");
}

/** Everything has been there since before the history begins. What was done stays logged as of when it was done. */
const BACKDATE = `
  WITH people AS (UPDATE users SET created_at = $1::timestamptz - interval '3 days'),
    places AS (UPDATE workspaces SET created_at = $1::timestamptz - interval '3 days'),
    members AS (UPDATE memberships SET created_at = $1::timestamptz - interval '2 days'),
    devices AS (UPDATE devices SET created_at = $1),
    sensors AS (UPDATE sensors SET created_at = $1),
    pages AS (UPDATE status_pages SET created_at = $1),
    addresses AS (UPDATE alert_addresses SET created_at = $1, verified_at = $1),
    keys AS (UPDATE api_keys SET created_at = $1)
  UPDATE monitors SET created_at = $1`;
