import { setTimeout as delay } from "node:timers/promises";
import { openDb, type Db } from "@pulsecheck/db/client";
import { sweepDevices } from "@pulsecheck/db/device-sweep";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { percentile, showMs } from "../statistics.ts";

const DEVICES = 100_000;
const SWEEPS = 20;
const LOOK_AT_ONCE = 5_000;
const FALLING_SILENT = 1_000;
const GOAL_MS = 200;

/** What it costs to find the silent ones among many devices: as every second, with an outage, and after a restart. */
export function measureSweep(bench: Bench): Promise<Row[]> {
  return withStage(async (stage) => {
    const fleet = await openBenchFleet(stage, "postgres");
    const devices = DEVICES / PLAN.scaleDown;
    const db = openDb(fleet.fleet.postgres.databaseUrl, { name: "bench", onError: () => undefined });
    try {
      await maintainPartitions(db, new Date(), 30);
      await fillDevices(fleet, devices);
      bench.say(`${devices} devices are stored`);
      // What fell due while they were stored is more than a second's share.
      await timeSweep(db);
      const usual: number[] = [];
      for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
        await delay(1_000);
        usual.push((await timeSweep(db)).ms);
      }
      await silence(fleet, FALLING_SILENT / PLAN.scaleDown);
      const outage = await timeSweep(db);
      await fleet.sql.query("UPDATE device_states SET look_at = now()");
      const restart = await timeSweep(db);
      const first = { figure: `the sweep of a second, ${devices} devices that report each 30 s`, value: usual };
      return [
        report(first.figure, percentile(first.value, 0.99), `p50 ${showMs(percentile(usual, 0.5))}, p99 `),
        report(`a sweep that finds ${outage.events / 2} silent ones`, outage.ms),
        { ...report(`looking at all ${devices} at once`, restart.ms), goal: "-", isReached: null },
      ];
    } finally {
      await db.close();
    }
  });
}

/** Devices that were heard within the last 30 s, each to be looked at somewhere in the next 2 minutes. */
async function fillDevices({ sql, owner }: BenchFleet, count: number): Promise<void> {
  await sql.query("UPDATE listening SET since = now() - interval '1 hour'");
  await sql.query(
    `WITH made AS (
       INSERT INTO devices (workspace_id, device_id, created_by_id, name, tags)
       SELECT m.workspace_id, 'device-' || n, m.user_id, 'device ' || n, '{}'
       FROM memberships m, generate_series(1, $2) AS n WHERE m.user_id = $1 RETURNING id, workspace_id
     )
     INSERT INTO device_states (device_key, workspace_id, battery_level, signal_strength, last_heard_at, look_at)
     SELECT id, workspace_id, 80, -60, now() + interval '1 minute' * random(), now() + interval '2 minutes' * random() FROM made`,
    [owner.id, count],
  );
  await sql.query("VACUUM ANALYZE");
}

async function silence({ sql }: BenchFleet, count: number): Promise<void> {
  await sql.query(
    `UPDATE device_states SET last_heard_at = now() - interval '10 minutes', look_at = now()
     WHERE device_key IN (SELECT device_key FROM device_states ORDER BY device_key LIMIT $1)`,
    [count],
  );
}

async function timeSweep(db: Db): Promise<{ ms: number; events: number }> {
  const startedAt = performance.now();
  let events = 0;
  for (;;) {
    const swept = await sweepDevices(db, LOOK_AT_ONCE);
    events += swept.events.length;
    if (swept.looked < LOOK_AT_ONCE) return { ms: performance.now() - startedAt, events };
  }
}

function report(figure: string, ms: number, before = ""): Row {
  return {
    figure,
    mode: "-",
    value: `${before}${showMs(ms)}`,
    yardstick: "-",
    goal: `< ${GOAL_MS} ms`,
    isReached: ms < GOAL_MS,
  };
}
