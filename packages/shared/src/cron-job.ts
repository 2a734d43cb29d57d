import { z } from "zod";
import type { Ping } from "./ping.ts";
import { formatLocal } from "./time-zone.ts";

// More runs at a time than this are not told apart.
const MOST_RUNS = 20;
// For how long a start that comes after the end of its own run is known as such.
const REMEMBER_END_MS = 300_000;

const runSchema = z.object({
  rid: z.string().nullable(),
  startedAt: z.coerce.date(),
  /** Earlier than `startedAt` where the run began anew without having ended: its limit counts from here. */
  firstStartedAt: z.coerce.date(),
  isOverrun: z.boolean(),
});
type Run = z.infer<typeof runSchema>;

/** What is remembered of a cron job between two pings, as JSON. */
export const cronStateSchema = z.object({
  /** From here the next ping is expected: the last one that counts, or what was missed since; null before both. */
  expectedFrom: z.coerce.date().nullable(),
  /** Runs that have started and not ended. */
  runs: z.array(runSchema),
  /** Runs that ended a moment ago. */
  ended: z.array(z.object({ rid: z.string(), at: z.coerce.date() })),
});
export type CronState = z.infer<typeof cronStateSchema>;

/** A new job, or one that was paused: it waits for its first ping, and nobody misses it before. */
export const NEVER_PINGED: CronState = { expectedFrom: null, runs: [], ended: [] };

export type CronTiming = {
  /** When a ping is expected next, strictly after an instant. */
  expectedAfter: (instant: Date) => Date;
  graceMs: number;
  longestRunMs: number;
  /** In whose words people are told of times. */
  timeZone: string;
};

/** A run that ended, or one that was missed. It counts as a check of the monitor, with a threshold of 1. */
export type RunResult = {
  outcome: "ok" | "failure";
  reason: "failed" | "late" | "overrun" | null;
  /** Null where nobody told when it started, or it has not ended. */
  durationMs: number | null;
  /** A sentence that a person understands; null when all is well. */
  detail: string | null;
  at: Date;
};

export type CronDecision = {
  next: CronState;
  result: RunResult | null;
  /** When the job is to be judged if it says nothing until then; null while nothing is expected of it. */
  deadline: Date | null;
};

/**
 * What a ping changes. Success and failure end a run and count; a start opens one, which answers for what is expected
 * until it ends or overruns; a log changes nothing.
 * @param listeningSince since when pings have been received without a gap
 */
export function receivePing(state: CronState, ping: Ping, timing: CronTiming, listeningSince: Date): CronDecision {
  const decide = (next: CronState, result: RunResult | null): CronDecision => ({
    next,
    result,
    deadline: deadlineOf(next, timing, listeningSince),
  });
  if (ping.kind === "log") return decide(state, null);
  if (ping.kind === "start") return decide(start(state, ping), null);
  return decide(end(state, ping), resultOf(state, ping));
}

/**
 * What the silence until `now` means: nothing before the deadline, else a run that took too long or never came. Each
 * further one counts once more; those that nobody looked for in time (the worker was away) count as one.
 */
export function judgeSilence(state: CronState, timing: CronTiming, listeningSince: Date, now: Date): CronDecision {
  const deadline = deadlineOf(state, timing, listeningSince);
  if (deadline === null || deadline > now) return { next: state, result: null, deadline };
  const { run } = nextLimit(state, timing) ?? { run: null };
  const { next, ...found } = run ? overrun(state, run, deadline, timing, now) : miss(state, deadline, timing, now);
  const result: RunResult = { outcome: "failure", durationMs: null, at: deadline, ...found };
  return { next, result, deadline: deadlineOf(next, timing, listeningSince) };
}

/**
 * When the job is judged next: at the limit of a run that is under way, or at the end of the grace time. Not before
 * there was a grace time to reach us in, so that our own restart makes nobody late.
 */
export function deadlineOf(state: CronState, timing: CronTiming, listeningSince: Date): Date | null {
  const limit = nextLimit(state, timing);
  return limit && latest(limit.at, later(listeningSince, timing.graceMs));
}

/** After a change of its timing: what the old one expected is no longer asked for. */
export function expectAnew(state: CronState, now: Date): CronState {
  return state.expectedFrom === null ? state : { ...state, expectedFrom: latest(state.expectedFrom, now) };
}

function start(state: CronState, { rid, at }: Ping): CronState {
  // It was overtaken by its own end on the way to us.
  if (state.ended.some((run) => run.rid === rid && later(run.at, REMEMBER_END_MS) > at)) return state;
  const again = state.runs.find((run) => run.rid === rid);
  const others = state.runs.filter((run) => run !== again);
  const firstStartedAt = again && !again.isOverrun ? again.firstStartedAt : at;
  const run: Run = { rid, startedAt: at, firstStartedAt, isOverrun: false };
  return { ...state, runs: [...makeRoom(others), run].slice(0, MOST_RUNS) };
}

/** The ones that have been told of go first; among those under way the newest is the one not to be watched. */
function makeRoom(runs: readonly Run[]): Run[] {
  return runs.length < MOST_RUNS ? [...runs] : runs.filter((run) => !run.isOverrun);
}

function end(state: CronState, { kind, rid, at }: Ping): CronState {
  const own = state.runs.find((run) => run.rid === rid);
  // Where nobody knows which run it was, it was all of them; only a good end of another run says nothing of them.
  const endsAll = rid === null || (kind === "fail" && !own);
  const recent = state.ended.filter((run) => later(run.at, REMEMBER_END_MS) > at && run.rid !== rid);
  return {
    expectedFrom: latest(state.expectedFrom ?? at, at),
    runs: endsAll ? [] : state.runs.filter((run) => run !== own),
    ended: rid === null ? recent : [...recent, { rid, at }].slice(-MOST_RUNS),
  };
}

function resultOf(state: CronState, { kind, exitCode, rid, at }: Ping): RunResult {
  const run = state.runs.find((candidate) => candidate.rid === rid);
  const durationMs = run ? Math.max(0, at.getTime() - run.startedAt.getTime()) : null;
  if (kind === "success") return { outcome: "ok", reason: null, durationMs, detail: null, at };
  const detail = exitCode === null ? "The job reported a failure." : `The job ended with exit code ${exitCode}.`;
  return { outcome: "failure", reason: "failed", durationMs, detail, at };
}

type Found = { next: CronState } & Pick<RunResult, "reason" | "detail">;

function overrun(state: CronState, run: Run, deadline: Date, { timeZone }: CronTiming, now: Date): Found {
  const runs = state.runs.map((one) => (one === run ? { ...run, isOverrun: true } : one));
  const [started, limit] = [run.firstStartedAt, deadline].map((instant) => formatLocal(instant, timeZone));
  return {
    next: { ...state, runs, expectedFrom: answers(run, state) ? now : state.expectedFrom },
    reason: "overrun",
    detail: `The run that started at ${started} had not ended by ${limit} (${timeZone}).`,
  };
}

function miss(state: CronState, deadline: Date, { expectedAfter, graceMs, timeZone }: CronTiming, now: Date): Found {
  const missed = expectedAfter(state.expectedFrom ?? now);
  const isFarBehind = later(expectedAfter(missed), graceMs) <= now;
  const [due, limit] = [missed, deadline].map((instant) => formatLocal(instant, timeZone));
  return {
    next: { ...state, expectedFrom: isFarBehind ? later(now, -graceMs) : missed },
    reason: "late",
    detail: `A ping was expected at ${due} and had not come by ${limit} (${timeZone}).`,
  };
}

/** What comes first: the limit of a run, or the end of the grace time, which has no run. */
function nextLimit(state: CronState, timing: CronTiming): { at: Date; run: Run | null } | null {
  const { expectedFrom, runs } = state;
  const limits = runs
    .filter((run) => !run.isOverrun)
    .map((run): { at: Date; run: Run | null } => ({ at: later(run.firstStartedAt, timing.longestRunMs), run }));
  if (expectedFrom !== null && !runs.some((run) => answers(run, state))) {
    limits.push({ at: later(timing.expectedAfter(expectedFrom), timing.graceMs), run: null });
  }
  return limits.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
}

/** Is it this run that is to bring the expected ping? Not once another one has ended since it started. */
function answers(run: Run, { expectedFrom }: CronState): boolean {
  return !run.isOverrun && (expectedFrom === null || run.startedAt >= expectedFrom);
}

function later(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}
