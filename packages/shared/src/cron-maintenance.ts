import type { CronState, CronTiming } from "./cron-job.ts";
import type { Span } from "./span.ts";

/**
 * A cron job after maintenance: a run that was expected during it is not asked for any more, and what else was due is
 * judged as if pings had been heard again from its end on.
 * @param spans that touch the time since the last ping that counts, in their order; what has not begun by `now` may yet
 * be called off, and nobody would say so
 */
export function forgiveMaintenance(
  state: CronState,
  { expectedAfter }: Pick<CronTiming, "expectedAfter">,
  listeningSince: Date,
  spans: readonly Span[],
  now: Date,
): { state: CronState; listeningSince: Date } {
  let { expectedFrom } = state;
  const begun = spans.filter(({ startsAt }) => startsAt <= now);
  for (const { startsAt, endsAt } of begun) {
    if (expectedFrom === null) break;
    const expected = expectedAfter(expectedFrom);
    if (expected >= startsAt && expected < endsAt) expectedFrom = endsAt;
  }
  const since = Math.max(listeningSince.getTime(), ...begun.map(({ endsAt }) => endsAt.getTime()));
  return { state: { ...state, expectedFrom }, listeningSince: new Date(since) };
}
