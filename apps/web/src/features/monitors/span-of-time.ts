const UNIT_S = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type SpanUnit = keyof typeof UNIT_S;
export const SPAN_UNITS = Object.keys(UNIT_S) as SpanUnit[];

/** A span of time as people write it: `2`, hours. */
export type Span = { count: string; unit: SpanUnit };

/** In the largest unit that says it with a whole number; an empty one for null. */
export function spanOf(seconds: number | null): Span {
  if (seconds === null) return { count: "", unit: "minutes" };
  const unit = SPAN_UNITS.findLast((one) => seconds % UNIT_S[one] === 0) ?? "seconds";
  return { count: String(seconds / UNIT_S[unit]), unit };
}

/** In seconds; null where nothing is written, NaN where it is no number. */
export function secondsOf({ count, unit }: Span): number | null {
  return count.trim() === "" ? null : Number(count.replace(",", ".")) * UNIT_S[unit];
}
