import { gainAccess } from "./access.ts";
import { createFleet } from "./fleet.ts";
import type { Options } from "./options.ts";
import { reportCronJobs } from "./report-cron-jobs.ts";
import { reportDevices } from "./report-devices.ts";
import { reportSensors } from "./report-sensors.ts";
import { openSender, type Answer, type Sender } from "./sender.ts";
import { createTally, type Progress, type Reported, type Tally } from "./tally.ts";

/** What everything that reports shares. */
export type Run = {
  sender: Sender;
  key: string;
  tally: Tally;
  /** The time of day of so many ms since the beginning, as the API reads it. */
  timeOf(atMs: number): string;
  /** Counts what became of a request that brought so many. `again`: it should be sent once more. */
  settle(answer: Answer, what: Reported, count: number): "done" | "again";
  isOver(): boolean;
};

export type Voice = { say(text: string): void; show(progress: Progress, tally: Tally): void };
export type Outcome = { tally: Tally; elapsedMs: number };

const TICK_MS = 100;

/** Simulates until the time is over, `signal` says so, or the key turns out not to be allowed to report. */
export async function simulate(options: Options, signal: AbortSignal, voice: Voice): Promise<Outcome> {
  const sender = openSender(options.url);
  const tally = createTally();
  try {
    const access = await gainAccess(sender, options.credential);
    try {
      return { tally, elapsedMs: await report({ ...options, key: access.key }, sender, tally, signal, voice) };
    } finally {
      await access.giveBack();
    }
  } catch (error) {
    tally.lastProblem = error instanceof Error ? error.message : String(error);
    return { tally, elapsedMs: 0 };
  } finally {
    await sender.close();
  }
}

type Plan = Pick<Options, "devices" | "durationMs" | "seed"> & { key: string };

async function report(plan: Plan, sender: Sender, tally: Tally, signal: AbortSignal, voice: Voice): Promise<number> {
  const shutOut = new AbortController();
  const over = AbortSignal.any([signal, shutOut.signal]);
  const startedAt = Date.now();
  const startedMs = performance.now();
  const now = (): number => performance.now() - startedMs;
  const run: Run = {
    sender,
    tally,
    key: plan.key,
    timeOf: (atMs) => new Date(startedAt + atMs).toISOString(),
    settle: (answer, what, count) => settle(tally, shutOut, answer, what, count),
    isOver: () => over.aborted,
  };
  const fleet = createFleet(plan);
  const devices = reportDevices(run, fleet.devices);
  const sensors = reportSensors(run, fleet.sensors);
  const cronJobs = await reportCronJobs(run, fleet.cronJobs, voice.say);
  await everyTick(over, () => {
    const elapsedMs = now();
    // Devices last: they keep what finds no place, and of them there are so many that they would leave none.
    for (const part of [cronJobs, sensors, devices]) part.tick(elapsedMs);
    const progress = {
      elapsedMs,
      durationMs: plan.durationMs,
      devices: fleet.devices.length,
      inFlight: sender.inFlight(),
    };
    voice.show({ ...progress, silent: devices.countSilent(elapsedMs) }, tally);
    return elapsedMs < plan.durationMs;
  });
  const elapsedMs = now();
  await sender.idle();
  await Promise.all([devices.stop(), cronJobs.stop()]);
  return elapsedMs;
}

function settle(
  tally: Tally,
  shutOut: AbortController,
  answer: Answer,
  what: Reported,
  count: number,
): "done" | "again" {
  if (answer.problem === null) {
    tally.accepted[what] += count;
    return "done";
  }
  tally.lastProblem = answer.problem;
  if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
    tally.putOff += 1;
    return "again";
  }
  tally.refused[what] += count;
  if (what !== "pings" && (answer.status === 401 || answer.status === 403)) shutOut.abort();
  return "done";
}

/** Calls `work` again and again until it answers false, or it is over. */
async function everyTick(over: AbortSignal, work: () => boolean): Promise<void> {
  if (over.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (over.aborted || !work()) end();
    }, TICK_MS);
    const end = (): void => {
      clearInterval(timer);
      over.removeEventListener("abort", end);
      resolve();
    };
    over.addEventListener("abort", end);
  });
}
