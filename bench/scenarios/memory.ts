import { setTimeout as delay } from "node:timers/promises";
import { BROKERS, openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { residentMb } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { median, showMs } from "../statistics.ts";
import { openHttpTarget } from "../targets.ts";
import { measureFleet } from "../window.ts";

const INTERVAL_S = 30;
const FEW = 1_000;
const SAMPLES = 20;

/** What monitors cost a worker in memory, and what a second worker brings. */
export async function measureMemory(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const more = 30_000 / PLAN.scaleDown;
  for (const broker of BROKERS) {
    await withStage(async (stage) => {
      const { child: target, url } = await openHttpTarget(stage);
      const fleet = await openBenchFleet(stage, broker);
      await fleet.addMonitors({ count: FEW, intervalS: INTERVAL_S, url });
      await fleet.startWorker();
      await delay(PLAN.warmMs);
      const few = await sampleMemory(fleet);
      await fleet.addMonitors({ count: more, intervalS: INTERVAL_S, url });
      await delay(2 * PLAN.warmMs);
      const many = await sampleMemory(fleet);
      const each = ((many - few) / more) * 10_000;
      bench.say(`${broker}: ${few.toFixed(0)} MB with ${FEW} monitors, ${many.toFixed(0)} MB with ${FEW + more}`);
      rows.push({
        figure: "worker memory (resident) per 10,000 monitors at 30 s",
        mode: broker,
        value: `${each.toFixed(1)} MB; ${few.toFixed(0)} MB with ${FEW} monitors, ${many.toFixed(0)} MB with ${FEW + more}`,
        yardstick: "-",
        goal: "reported",
        isReached: null,
      });
      const window = { target, intervalS: INTERVAL_S, windowMs: PLAN.windowMs };
      const one = await measureFleet(fleet, window);
      await fleet.startWorker();
      await delay(2 * PLAN.warmMs);
      const two = await measureFleet(fleet, window);
      const memory = await Promise.all(fleet.pids().worker.map(residentMb));
      rows.push({
        figure: `a second worker process, ${((FEW + more) / INTERVAL_S).toFixed(0)}/s`,
        mode: broker,
        value: `${two.cpuMs.toFixed(3)} ms CPU a check, p99 ${showMs(two.lateMs.seen)} late, workers hold ${memory.map((mb) => mb.toFixed(0)).join(" and ")} MB`,
        yardstick: `one worker: ${one.cpuMs.toFixed(3)} ms, p99 ${showMs(one.lateMs.seen)} late, ${many.toFixed(0)} MB`,
        goal: "reported",
        isReached: null,
      });
    });
  }
  return rows;
}

/** Memory of the one worker, in MB: the median over 4 s, since the garbage collector makes it jump. */
async function sampleMemory(fleet: BenchFleet): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    for (const pid of fleet.pids().worker) samples.push(await residentMb(pid));
    await delay(200);
  }
  return median(samples);
}
