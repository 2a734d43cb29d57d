import { nextRunAfter } from "./cron-schedule.ts";
import type { WindowSchedule } from "./maintenance-window.ts";
import type { Span } from "./span.ts";

/** So many occurrences are looked at to find two that overlap. */
const LOOKED_AT = 60;
const FOREVER = new Date(Date.UTC(2300, 0));

/**
 * The occurrences of a window that begin after `after` and not after `until`, in their order. Each begins by the clocks
 * of its time zone: one that a night leaves out at the end of the gap, one that a night has twice the first time. Each
 * lasts for its duration, whatever the clocks do meanwhile.
 * @param most answers no more than so many
 */
export function listOccurrences(schedule: WindowSchedule, after: Date, until: Date, most: number): Span[] {
  if (schedule.kind === "once") {
    const span = { startsAt: new Date(schedule.starts_at), endsAt: new Date(schedule.ends_at) };
    return span.startsAt > after && span.startsAt <= until && most > 0 ? [span] : [];
  }
  const last = schedule.until === null ? Infinity : Date.parse(schedule.until) - 1;
  const limit = Math.min(until.getTime(), last);
  const expression = expressionOf(schedule);
  const spans: Span[] = [];
  // A moment before `from`, because what begins exactly then belongs to it.
  let at = new Date(Math.max(after.getTime(), schedule.from === null ? -Infinity : Date.parse(schedule.from) - 1));
  while (spans.length < most && at.getTime() < limit) {
    at = nextRunAfter(expression, schedule.time_zone, at);
    if (at.getTime() > limit) break;
    spans.push({ startsAt: at, endsAt: new Date(at.getTime() + schedule.duration_s * 1_000) });
  }
  return spans;
}

/** The occurrence that is on at an instant, from then on: what is past is not rewritten. Null where none is. */
export function findOccurrenceOn(schedule: WindowSchedule, now: Date): Span | null {
  const begun = listOccurrences(schedule, new Date(now.getTime() - durationMs(schedule)), now, LOOKED_AT);
  const on = begun.findLast(({ endsAt }) => endsAt > now);
  return on === undefined ? null : { startsAt: now, endsAt: on.endsAt };
}

/** The next occurrences, after one that is on. */
export function previewOccurrences(schedule: WindowSchedule, now: Date, most: number): Span[] {
  const on = findOccurrenceOn(schedule, now);
  const coming = listOccurrences(schedule, now, FOREVER, most);
  return (on === null ? coming : [on, ...coming]).slice(0, most);
}

/** What is wrong with a schedule of which none is left, or whose occurrences overlap; null: nothing. */
export function findScheduleProblem(schedule: WindowSchedule, now: Date): { field: string; detail: string } | null {
  const coming = listOccurrences(schedule, now, FOREVER, LOOKED_AT);
  if (coming.length === 0 && findOccurrenceOn(schedule, now) === null) {
    return { field: schedule.kind === "once" ? "schedule.ends_at" : "schedule.until", detail: "is over already" };
  }
  const overlaps = coming.some(({ endsAt }, i) => endsAt > (coming[i + 1]?.startsAt ?? FOREVER));
  if (!overlaps) return null;
  return { field: "schedule.duration_s", detail: "must end before the next one begins" };
}

function durationMs(schedule: WindowSchedule): number {
  if (schedule.kind !== "once") return schedule.duration_s * 1_000;
  return Date.parse(schedule.ends_at) - Date.parse(schedule.starts_at);
}

function expressionOf(schedule: Exclude<WindowSchedule, { kind: "once" }>): string {
  if (schedule.kind === "cron") return schedule.expression;
  const [hour, minute] = schedule.time.split(":").map(Number);
  const time = `${minute} ${hour}`;
  if (schedule.kind === "daily") return `${time} * * *`;
  if (schedule.kind === "weekly") return `${time} * * ${schedule.weekdays.map((day) => day % 7).join(",")}`;
  return `${time} ${schedule.days.map((day) => (day === "last" ? "L" : day)).join(",")} * *`;
}
