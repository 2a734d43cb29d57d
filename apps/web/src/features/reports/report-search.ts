import { readDays, spanOfDays } from "../../lib/days.ts";
import { readText } from "../things/thing-search.ts";

export const REPORT_RANGES = {
  "this-month": "This month",
  "last-month": "Last month",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
} as const;
export type ReportRange = keyof typeof REPORT_RANGES;
export const USUAL_REPORT_RANGE: ReportRange = "this-month";

/** What the report is of: it stands in the address, unless it is the usual one. */
export type ReportSearch = { range?: ReportRange; from?: string; to?: string; by?: "tag"; tag?: string };

/** Reads an address's search, dropping what it cannot hold. */
export function reportSearch(search: Record<string, unknown>): ReportSearch {
  const { range, by } = search;
  const days = readDays(search);
  const isRange = !("from" in days) && range !== USUAL_REPORT_RANGE && Object.hasOwn(REPORT_RANGES, String(range));
  return {
    ...days,
    ...(isRange ? { range: range as ReportRange } : {}),
    ...(by === "tag" ? { by } : {}),
    ...readText("tag", search["tag"]),
  };
}

const DAY_MS = 86_400_000;

/** The range that an address asks for, as it is now. Months are those of UTC. */
export function spanOfReport({ range = USUAL_REPORT_RANGE, from, to }: ReportSearch, now: number) {
  if (from !== undefined && to !== undefined) return spanOfDays({ from, to }, now);
  const today = new Date(now);
  const monthStart = (offset: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + offset, 1);
  const spans: Record<ReportRange, readonly [number, number]> = {
    "this-month": [monthStart(0), now],
    "last-month": [monthStart(-1), monthStart(0)],
    "30d": [now - 30 * DAY_MS, now],
    "90d": [now - 90 * DAY_MS, now],
  };
  const [start, end] = spans[range];
  return { from: new Date(start).toISOString(), to: new Date(Math.max(end, start + 1)).toISOString() };
}
