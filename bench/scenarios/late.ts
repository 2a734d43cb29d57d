import { setTimeout as delay } from "node:timers/promises";
import { BROKERS, openBenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { median, showMs, showRange } from "../statistics.ts";
import { openHangingTarget, openHttpTarget } from "../targets.ts";
import { measureFleet } from "../window.ts";

const INTERVAL_S = 30;
const RATE = 1_000;
const HANGING = 0.02;

/** How late checks of healthy targets start while 2 % of all targets hang until their time-out of 10 s. */
export async function measureLate(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const broker of BROKERS) {
    await withStage(async (stage) => {
      const target = await openHttpTarget(stage);
      const hangingUrl = await openHangingTarget(stage);
      const fleet = await openBenchFleet(stage, broker);
      const count = RATE * INTERVAL_S;
      await fleet.addMonitors({ count: count * (1 - HANGING), intervalS: INTERVAL_S, url: target.url });
      await fleet.addMonitors({ count: count * HANGING, intervalS: INTERVAL_S, url: hangingUrl });
      await fleet.startWorker();
      // Until the first of them have timed out, and as many hang as ever will.
      await delay(PLAN.warmMs + 10_000);
      const seen: number[] = [];
      for (let round = 0; round < PLAN.rounds; round++) {
        const measured = await measureFleet(fleet, {
          target: target.child,
          intervalS: INTERVAL_S,
          windowMs: PLAN.windowMs,
        });
        seen.push(measured.lateMs.seen);
        bench.say(
          `${broker}: p99 ${showMs(measured.lateMs.seen)} late by the journal, ${showMs(measured.lateMs.stored)} as stored, ${measured.failures} of ${measured.checks} failed`,
        );
      }
      rows.push({
        figure: `start lateness p99, ${RATE}/s, 2 % hanging until their time-out`,
        mode: broker,
        value: `${showRange(seen, 0)} ms by the healthy target's journal`,
        yardstick: "its due time",
        goal: "< 1,000 ms",
        isReached: median(seen) < 1_000,
      });
    });
  }
  return rows;
}
