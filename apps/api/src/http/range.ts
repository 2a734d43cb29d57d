import { rangeQuery } from "@pulsecheck/shared/list";
import { refuseField } from "@pulsecheck/shared/refusal";
import { z } from "zod";

/** The query of what is measured in a range. */
export const range = z.strictObject(rangeQuery);

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 400;
/** Of what is read from rollups alone: days and weeks are kept for three years. */
export const ROLLED_UP_DAYS = 3 * 366;

/** A range with its ends filled in: the last 24 hours by default. Refuses (400) empty and endless ones. */
export function closeRange(
  query: { from?: Date | undefined; to?: Date | undefined },
  now: Date,
  longestDays = LONGEST_DAYS,
): { from: Date; to: Date } {
  const to = query.to ?? now;
  const from = query.from ?? new Date(to.getTime() - DAY_MS);
  if (from >= to) throw refuseField("from", "must be before to");
  if (to.getTime() - from.getTime() > longestDays * DAY_MS)
    throw refuseField("from", `must be at most ${longestDays} days before to`);
  return { from, to };
}
