import { randomUUID } from "node:crypto";
import { createFate, type Random } from "./random.ts";

/** The last part of a ping's path; nothing is a success. */
export type PingAction = "start" | "" | "fail";

export type CronJob = {
  name: string;
  pingId: string;
  intervalS: number;
  graceS: number;
  nextAtMs: number;
  /** How the run under way ends, null between runs: `nextAtMs` is then its end. */
  ending: { action: PingAction | null; nextRunAtMs: number } | null;
  fate: Random;
};

const INTERVAL_S = 60;
const GRACE_S = 30;
const RUN_MS = { min: 1_000, max: 12_000 };
/** Of all runs: how many fail, never start, and never end. */
const FATES = { fails: 0.06, neverStarts: 0.05, neverEnds: 0.03 };

/** The cron job of this number, from 1. Its ping id is new each time: an instance knows every id once. */
export function createCronJob(seed: number, number: number): CronJob {
  const name = `Simulated job ${String(number).padStart(2, "0")}`;
  const fate = createFate(seed, name);
  return {
    name,
    pingId: randomUUID(),
    intervalS: INTERVAL_S,
    graceS: GRACE_S,
    nextAtMs: fate.between(0, 10_000),
    ending: null,
    fate,
  };
}

/** What the job says now; null where it should have said something. */
export function advanceCronJob(job: CronJob): PingAction | null {
  if (job.ending !== null) {
    const { action, nextRunAtMs } = job.ending;
    job.ending = null;
    job.nextAtMs = nextRunAtMs;
    return action;
  }
  const nextRunAtMs = job.nextAtMs + job.intervalS * 1_000;
  const draw = job.fate.next();
  const durationMs = job.fate.between(RUN_MS.min, RUN_MS.max);
  if (draw < FATES.neverStarts) {
    job.nextAtMs = nextRunAtMs;
    return null;
  }
  job.ending = { action: endOf(draw - FATES.neverStarts), nextRunAtMs };
  job.nextAtMs += durationMs;
  return "start";
}

function endOf(draw: number): PingAction | null {
  if (draw < FATES.neverEnds) return null;
  return draw < FATES.neverEnds + FATES.fails ? "fail" : "";
}
