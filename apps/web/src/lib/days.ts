/** UTC days such as 2026-11-21, both of them within. */
export type Days = { from: string; to: string };

const DAY_MS = 86_400_000;
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Reads the days of an address's search; nothing where they are none, or the wrong way round. */
export function readDays({ from, to }: Record<string, unknown>): Partial<Days> {
  return isDay(from) && isDay(to) && from <= to ? { from, to } : {};
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(startOf(value));
}

/** The instants between which these days are; today is over now. */
export function spanOfDays({ from, to }: Days, now: number): { from: string; to: string } {
  const end = Math.min(startOf(to) + DAY_MS, now);
  return { from: new Date(startOf(from)).toISOString(), to: new Date(Math.max(end, startOf(from) + 1)).toISOString() };
}

/** The days that a range touches. */
export function daysOf(span: { from: string; to: string }): Days {
  return { from: span.from.slice(0, 10), to: dayOf(Date.parse(span.to) - 1) };
}
