import { setTimeout as delay } from "node:timers/promises";
import { BROKERS, openBenchFleet, PARTS, type BenchFleet } from "../bench-fleet.ts";
import { cpuMsOf } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { showMs } from "../statistics.ts";
import { openHttpTarget } from "../targets.ts";
import { measureFleet, type Measured } from "../window.ts";

const INTERVAL_S = 60;
const GOAL = 0.99;

/** What one worker reaches at 100,000 monitors at 60 s, each of which is due once in the window. */
export async function measureCeiling(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const count = 100_000 / PLAN.scaleDown;
  for (const broker of BROKERS) {
    await withStage(async (stage) => {
      const target = await openHttpTarget(stage);
      const fleet = await openBenchFleet(stage, broker);
      await fleet.addMonitors({ count, intervalS: INTERVAL_S, url: target.url });
      bench.say(`${broker}: ${count} monitors are there`);
      await fleet.startWorker();
      await delay(PLAN.warmMs);
      const targetCpu = await cpuMsOf([target.child.pid]);
      const options = { target: target.child, intervalS: INTERVAL_S, windowMs: INTERVAL_S * 1_000 };
      const measured = await measureFleet(fleet, options);
      const targetCores = ((await cpuMsOf([target.child.pid])) - targetCpu) / (INTERVAL_S * 1_000);
      const share = (await countDone(fleet, measured)) / count;
      const busy = PARTS.map((part) => `${part} ${measured.coresBy[part].toFixed(2)}`).join(", ");
      bench.say(
        `${broker}: ${(share * 100).toFixed(1)} % of what was due; cores: ${busy}, target ${targetCores.toFixed(2)}`,
      );
      rows.push({
        figure: `due checks done, ${count} monitors at ${INTERVAL_S} s`,
        mode: broker,
        value: `${(share * 100).toFixed(1)} %, ${measured.perSecond.toFixed(0)}/s; p99 ${showMs(measured.lateMs.seen)} late by the journal, ${showMs(measured.lateMs.stored)} as stored; ${measured.cpuMs.toFixed(3)} ms CPU a check; busy cores: ${busy}, target ${targetCores.toFixed(2)}`,
        yardstick: `${(count / INTERVAL_S).toFixed(0)}/s offered`,
        goal: ">= 99 %",
        isReached: share >= GOAL,
      });
    });
  }
  return rows;
}

/** How many of the checks that were due in the window were also done in it; its last second may end just after it. */
async function countDone({ sql }: BenchFleet, { from, to }: Measured): Promise<number> {
  const { rows } = await sql.query<{ done: number }>(
    `SELECT count(DISTINCT monitor_id)::int AS done FROM checks
     WHERE scheduled_at >= $1 AND scheduled_at < $2
       AND scheduled_at + (delay_ms + total_ms) * interval '1 millisecond' < $2::timestamptz + interval '1 second'`,
    [from, to],
  );
  return rows[0]?.done ?? 0;
}
