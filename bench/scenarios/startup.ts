import { setTimeout as delay } from "node:timers/promises";
import { BROKERS, openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { openHttpTarget } from "../targets.ts";
import type { Journal } from "../target-process.ts";

const INTERVAL_S = 30;
const GOAL_S = 5;
/** Later than this is not steady, in ms. */
const LATE_MS = 250;
const STAMPEDE = 1.5;

/** A worker starts while every monitor is overdue, as after a night without one. */
export async function measureStartup(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const count = 30_000 / PLAN.scaleDown;
  for (const broker of BROKERS) {
    await withStage(async (stage) => {
      const { child: target, url } = await openHttpTarget(stage);
      const fleet = await openBenchFleet(stage, broker);
      await fleet.addMonitors({ count, intervalS: INTERVAL_S, url });
      await fleet.sql.query("UPDATE monitor_states SET next_check_at = now() - interval '8 hours'");
      await fleet.sql.query("VACUUM ANALYZE monitor_states");
      await target.ask("begin", { intervalMs: INTERVAL_S * 1_000 });
      const startedAt = new Date();
      await fleet.startOverdueWorker();
      await delay(2 * INTERVAL_S * 1_000);
      const { firstAt, seconds } = await target.ask<Journal>("journal");
      const firstS = ((firstAt ?? Number.NaN) - startedAt.getTime()) / 1_000;
      const steadyS = await steadyAfter(fleet, startedAt);
      const steady = seconds.slice(INTERVAL_S, 2 * INTERVAL_S - 2);
      const mean = steady.reduce((sum, n) => sum + n, 0) / steady.length;
      const peak = Math.max(...steady) / mean;
      const busiest = Math.max(...seconds.slice(0, INTERVAL_S));
      bench.say(`${broker}: requests in each second: ${seconds.join(" ")}`);
      rows.push({
        figure: `start-up with ${count} monitors, all overdue`,
        mode: broker,
        value: `first check after ${firstS.toFixed(1)} s, steady (started within ${LATE_MS} ms) after ${steadyS.toFixed(0)} s; busiest second of the catching up ${busiest}, of the interval after it ${peak.toFixed(2)} x its mean (${mean.toFixed(0)})`,
        yardstick: `${count / INTERVAL_S}/s when steady`,
        goal: `< ${GOAL_S} s; then no second above ${STAMPEDE} x the mean`,
        isReached: firstS < GOAL_S && peak <= STAMPEDE,
      });
    });
  }
  return rows;
}

/** Seconds until the last check that became due after the start and began late. */
async function steadyAfter({ sql }: BenchFleet, startedAt: Date): Promise<number> {
  const { rows } = await sql.query<{ s: number | null }>(
    `SELECT extract(epoch FROM max(scheduled_at + delay_ms * interval '1 millisecond') - $1)::float8 AS s
     FROM checks WHERE scheduled_at >= $1 AND delay_ms > $2`,
    [startedAt, LATE_MS],
  );
  return rows[0]?.s ?? 0;
}
