import { z } from "zod";
import type { IntervalRules } from "./monitor.ts";
import { timeZone } from "./time-zone.ts";

const LONGEST_S = 31_536_000;
// Or the shortest interval of the instance, where that is less.
const LEAST_GRACE_S = 60;

export type ParsedSchedule = { ok: true; schedule: string } | { ok: false; detail: string };

/** What an instance allows, and who can read a schedule: the dashboard leaves that to the API. */
export type CronRules = Pick<IntervalRules, "minIntervalS"> & { parseSchedule: (text: string) => ParsedSchedule };

/** What a new cron job has where nothing is said: a ping a day is expected, an hour late at most. */
export const CRON_DEFAULTS = {
  interval: 86_400,
  schedule: null,
  time_zone: "UTC",
  grace_s: 3_600,
  longest_run_s: null,
} as const;

/** The fields of a monitor of the kind cron; `interval` replaces the one of the other kind. */
export function cronFields({ minIntervalS, parseSchedule }: CronRules) {
  const grace = z.int().min(Math.min(LEAST_GRACE_S, minIntervalS)).max(LONGEST_S);
  const schedule = z.string().transform((text, context) => {
    const parsed = parseSchedule(text);
    if (parsed.ok) return parsed.schedule;
    context.addIssue({ code: "custom", message: parsed.detail });
    return z.NEVER;
  });
  return {
    interval: z.int().min(minIntervalS).max(LONGEST_S).describe("Whole seconds between pings, without a schedule"),
    schedule: schedule.nullable().describe("A cron expression, such as `30 2 * * *` or `@daily`; null: every interval"),
    time_zone: timeZone.describe("Of the schedule, such as Europe/Berlin"),
    grace_s: grace.describe("Seconds that a ping may be late"),
    longest_run_s: grace.nullable().describe("Seconds that a run may take once it has started; null: grace_s"),
    ping_id: z.guid().toLowerCase().describe("The UUID in the URL that the job pings"),
  };
}
