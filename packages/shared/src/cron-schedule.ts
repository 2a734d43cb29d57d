import { Cron } from "croner";
import type { ParsedSchedule } from "./cron-fields.ts";
import type { CronTiming } from "./cron-job.ts";

const MAX_LENGTH = 100;
const NAMES = "@hourly @daily @midnight @weekly @monthly @yearly @annually".split(" ");
// In their order, with what may stand in them.
const FIELDS = [
  ["minute", "0-59"],
  ["hour", "0-23"],
  ["day of the month", "1-31"],
  ["month", "1-12 or JAN-DEC"],
  ["day of the week", "0-7 or SUN-SAT"],
] as const;
// Any instant would do: what five fields ask for comes again within some decades, or never.
const SOME_TIME = new Date("2000-01-01T00:00:00Z");

/**
 * Reads a cron expression of five fields, or a name such as `@daily`, and answers it with single spaces. Refused
 * is what is no time of the clock and the calendar (seconds, `@reboot`, 25 o'clock), or never comes (30 February).
 */
export function parseSchedule(text: string): ParsedSchedule {
  const schedule = text.trim().split(/\s+/).join(" ");
  if (schedule.length > MAX_LENGTH) return no(`must be at most ${MAX_LENGTH} characters long`);
  const fault = schedule.startsWith("@") ? faultOfName(schedule) : faultOfFields(schedule.split(" "));
  if (fault !== null) return no(fault);
  const comes = read(schedule, "UTC").nextRun(SOME_TIME) !== null;
  return comes ? { ok: true, schedule } : no("never comes: there is no such date");
}

/**
 * When a job of this schedule (judged good before) runs next, strictly after `instant`. As a crontab does when the
 * clocks change: a fixed time that a night leaves out (02:30) comes at the end of the gap (03:00), one that a night
 * has twice comes once, the first time. Wildcards and steps go by the clock: nothing in the gap, twice in the fold.
 */
export function nextRunAfter(schedule: string, timeZone: string, instant: Date): Date {
  const next = read(schedule, timeZone).nextRun(instant);
  if (next === null)
    throw new Error(`The schedule ${schedule} (${timeZone}) has no run after ${instant.toISOString()}`);
  return next;
}

/** What of a cron job says when it is expected; seconds. */
export type CronSettings = {
  schedule: string | null;
  timeZone: string;
  intervalS: number;
  graceS: number;
  longestRunS: number | null;
};

/** The times of a job: by its schedule, or a period after the last ping where it has none. */
export function timingOf(job: CronSettings): CronTiming {
  const { schedule, timeZone, intervalS, graceS, longestRunS } = job;
  return {
    timeZone,
    graceMs: graceS * 1_000,
    longestRunMs: (longestRunS ?? graceS) * 1_000,
    expectedAfter: (instant) =>
      schedule === null ? new Date(instant.getTime() + intervalS * 1_000) : nextRunAfter(schedule, timeZone, instant),
  };
}

function faultOfName(name: string): string | null {
  return NAMES.includes(name.toLowerCase()) ? null : `must have five fields or be one of ${NAMES.join(", ")}`;
}

function faultOfFields(fields: readonly string[]): string | null {
  if (fields.length !== FIELDS.length) {
    return `must have five fields (${FIELDS.map(([name]) => name).join(", ")}) or be a name such as @daily`;
  }
  const index = fields.findIndex((field, i) => !isField(i, field));
  const [name, range] = FIELDS[index] ?? [];
  if (name === undefined) return null;
  return `has a wrong ${name}, "${fields[index]}": it takes ${range}, also as * and */10, 1-5 and 1,15`;
}

function isField(index: number, field: string): boolean {
  try {
    read(FIELDS.map((_, i) => (i === index ? field : "*")).join(" "), "UTC");
    return true;
  } catch {
    return false;
  }
}

/** Without a function to call it only computes: no timer is set. */
function read(schedule: string, timezone: string): Cron {
  return new Cron(schedule, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
}

function no(detail: string): ParsedSchedule {
  return { ok: false, detail };
}
