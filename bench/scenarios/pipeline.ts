import { setTimeout as delay } from "node:timers/promises";
import { BROKERS, openBenchFleet, PARTS, type BenchFleet } from "../bench-fleet.ts";
import { startChild, type Child } from "../children.ts";
import { cpuMsOf } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage, type Stage } from "../stage.ts";
import { median, showMs, showRange } from "../statistics.ts";
import type { Target } from "../targets.ts";
import { measureFleet, type Measured } from "../window.ts";

export const INTERVAL_S = 30;

export type PipelineOptions = {
  name: "http" | "https";
  rate: number;
  goal: number;
  openTarget(stage: Stage): Promise<Target>;
};

/** CPU of the bare loop, for each check, in ms. */
async function measureLoop({ url, env }: Target, rate: number): Promise<number> {
  return withStage(async (stage) => {
    const loop = await startChild(stage, "undici-process.ts", { args: [`${url}1`, String(rate)], env });
    await delay(PLAN.warmMs);
    const read = async () => ({ cpu: await cpuMsOf([loop.pid]), ...(await loop.ask<Counted>("count")) });
    const before = await read();
    await delay(PLAN.windowMs);
    const after = await read();
    if (after.failed > before.failed) throw new Error(`the yardstick failed ${after.failed - before.failed} times`);
    return (after.cpu - before.cpu) / (after.made - before.made);
  });
}

type Counted = { made: number; failed: number };

/** One round of a fleet: its worker starts, gets warm, is measured and stops. */
async function measureRound(fleet: BenchFleet, target: Child): Promise<Measured> {
  await fleet.startWorker();
  await delay(PLAN.warmMs);
  const measured = await measureFleet(fleet, { target, intervalS: INTERVAL_S, windowMs: PLAN.windowMs });
  await fleet.stopWorkers();
  if (measured.failures > 0) throw new Error(`${measured.failures} of ${measured.checks} checks did not pass`);
  return measured;
}

type Round = { ratio: number; measured: Measured };

/** CPU per check of the whole pipeline beside the bare loop, alternating, in both modes. */
export function measurePipeline(bench: Bench, options: PipelineOptions): Promise<Row[]> {
  return withStage(async (stage) => {
    const target = await options.openTarget(stage);
    const fleets: BenchFleet[] = [];
    for (const broker of BROKERS) {
      const fleet = await openBenchFleet(stage, broker, target.env);
      await fleet.addMonitors({ count: options.rate * INTERVAL_S, intervalS: INTERVAL_S, url: target.url });
      fleets.push(fleet);
    }
    const rounds = new Map<BenchFleet, Round[]>(fleets.map((fleet) => [fleet, []]));
    const loops = [await measureLoop(target, options.rate)];
    for (let round = 0; round < PLAN.rounds; round++) {
      const measured = new Map<BenchFleet, Measured>();
      for (const fleet of fleets) measured.set(fleet, await measureRound(fleet, target.child));
      const before = loops.at(-1) ?? Number.NaN;
      const after = await measureLoop(target, options.rate);
      loops.push(after);
      // The machine drifts: each round is held against the yardstick just before and just after it.
      const loopMs = (before + after) / 2;
      for (const [fleet, one] of measured) {
        rounds.get(fleet)?.push({ ratio: one.cpuMs / loopMs, measured: one });
        bench.say(describe(fleet, one, loopMs));
      }
    }
    return fleets.flatMap((fleet) => report(bench, options, fleet, rounds.get(fleet) ?? [], loops));
  });
}

function describe({ broker }: BenchFleet, { cpuMs, cpuMsBy, perSecond }: Measured, loopMs: number): string {
  const parts = PARTS.map((part) => `${part} ${cpuMsBy[part].toFixed(3)}`).join(", ");
  return `${broker}: ${cpuMs.toFixed(3)} ms a check (${parts}) at ${perSecond.toFixed(0)}/s; undici ${loopMs.toFixed(3)} ms`;
}

function report(
  bench: Bench,
  { name, rate, goal }: PipelineOptions,
  { broker }: BenchFleet,
  rounds: readonly Round[],
  loops: readonly number[],
): Row[] {
  const measured = rounds.map((round) => round.measured);
  const of = (read: (one: Measured) => number) => measured.map(read);
  const ratios = rounds.map(({ ratio }) => ratio);
  const parts = PARTS.filter((part) => broker === "redis" || part !== "redis");
  const split = parts.map((part) => `${part} ${median(of(({ cpuMsBy }) => cpuMsBy[part])).toFixed(3)}`).join(", ");
  const late = { seen: of(({ lateMs }) => lateMs.seen), stored: of(({ lateMs }) => lateMs.stored) };
  bench.figures.set(`${name} ${broker}`, median(of(({ cpuMs }) => cpuMs)));
  return [
    {
      figure: `CPU per check, ${name}, ${rate}/s`,
      mode: broker,
      value: `ratio ${showRange(ratios, 2)}; ${showRange(
        of(({ cpuMs }) => cpuMs),
        3,
      )} ms (${split}), ${median(of(({ perSecond }) => perSecond)).toFixed(0)}/s reached`,
      yardstick: `undici ${showRange(loops, 3)} ms`,
      goal: `ratio <= ${goal}`,
      isReached: median(ratios) <= goal,
    },
    {
      figure: `start lateness p99, ${name}, ${rate}/s`,
      mode: broker,
      value: `${showMs(median(late.seen))} by the target's journal, ${showMs(median(late.stored))} as stored`,
      yardstick: "its due time",
      goal: "< 250 ms",
      isReached: median(late.seen) < 250,
    },
  ];
}
