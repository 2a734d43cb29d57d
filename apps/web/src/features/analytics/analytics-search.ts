import type { Analysed, AnalyticsBucket } from "@pulsecheck/shared/analytics";
import { readDays, spanOfDays, type Days } from "../../lib/days.ts";
import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";
import { readText } from "../things/thing-search.ts";

/** What can be analysed, and by which categories: the last is each thing by itself. */
export const CATEGORIES = {
  latency: ["none", "tag", "monitor"],
  readings: ["none", "tag", "location", "sensor"],
  battery: ["none", "tag", "location", "device"],
  signal: ["none", "tag", "location", "device"],
} as const satisfies Record<Analysed, readonly string[]>;
export type Category = (typeof CATEGORIES)[Analysed][number];

const { "1h": _tooShort, ...longer } = RANGE_HOURS;
export const ANALYTICS_RANGES = Object.keys(longer) as AnalyticsRange[];
export type AnalyticsRange = Exclude<Range, "1h">;
export const USUAL_ANALYTICS_RANGE: AnalyticsRange = "7d";
const BUCKETS: readonly AnalyticsBucket[] = ["hour", "day", "week"];

/** What is analysed, and how: it stands in the address, unless it is the usual one. */
export type AnalyticsSearch = {
  of?: Analysed;
  by?: Category;
  range?: AnalyticsRange;
  from?: string;
  to?: string;
  bucket?: AnalyticsBucket;
  tag?: string;
  location?: string;
  id?: string;
  compare?: true;
};

/** Reads an address's search, dropping what it cannot hold. */
export function analyticsSearch(search: Record<string, unknown>): AnalyticsSearch {
  const { of, by, range, bucket, compare } = search;
  const measured = of === "readings" || of === "battery" || of === "signal" ? of : "latency";
  const isCategory = (CATEGORIES[measured] as readonly unknown[]).includes(by) && by !== thingOf(measured);
  const days = readDays(search);
  const isRange = !("from" in days) && range !== USUAL_ANALYTICS_RANGE && ANALYTICS_RANGES.includes(range as never);
  return {
    ...(measured === "latency" ? {} : { of: measured }),
    ...(isCategory ? { by: by as Category } : {}),
    ...days,
    ...(isRange ? { range: range as AnalyticsRange } : {}),
    ...(BUCKETS.includes(bucket as AnalyticsBucket) ? { bucket: bucket as AnalyticsBucket } : {}),
    ...readText("tag", search["tag"]),
    ...(measured === "latency" ? {} : readText("location", search["location"])),
    ...readText("id", search["id"]),
    ...(compare === true ? { compare } : {}),
  };
}

/** What stands alone when each thing is by itself. */
export function thingOf(of: Analysed): "monitor" | "sensor" | "device" {
  return CATEGORIES[of].at(-1) as "monitor" | "sensor" | "device";
}

/** The category that is shown: who asks for one thing sees it alone. */
export function categoryOf({ of = "latency", by, id }: AnalyticsSearch): Category {
  return id === undefined ? (by ?? thingOf(of)) : thingOf(of);
}

/** The days of one's own that an address asks for. */
export function ownDays({ from, to }: { from?: string; to?: string }): Days | undefined {
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** The range that an address asks for, as it is now. */
export function spanOfSearch(search: AnalyticsSearch, now: number): { from: string; to: string } {
  const days = ownDays(search);
  if (days !== undefined) return spanOfDays(days, now);
  const hours = RANGE_HOURS[search.range ?? USUAL_ANALYTICS_RANGE];
  return { from: new Date(now - hours * 3_600_000).toISOString(), to: new Date(now).toISOString() };
}

/** The search with one more filter, by a group that was chosen: then each thing in it is shown. */
export function narrow(search: AnalyticsSearch, category: Category, id: string): AnalyticsSearch {
  const { by: _by, ...others } = search;
  if (category === "tag" || category === "location") return { ...others, [category]: id };
  return { ...others, id };
}
