export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** 1970-01-05, the first Monday of the epoch, in ms. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** What is rolled up, each from the one before it: hours from what was measured, UTC days, weeks from Monday on. */
export const PERIODS = [
  { hours: 1, unit: "hour", ms: HOUR_MS },
  { hours: 24, unit: "day", ms: DAY_MS },
  { hours: 168, unit: "week", ms: WEEK_MS },
] as const;
export type Period = (typeof PERIODS)[number];
export type PeriodHours = Period["hours"];

/** When the hour, day or week began that holds an instant (ms). */
export function startOfPeriod(atMs: number, { hours, ms }: Period): number {
  const origin = hours === 168 ? FIRST_MONDAY_MS : 0;
  return Math.floor((atMs - origin) / ms) * ms + origin;
}
