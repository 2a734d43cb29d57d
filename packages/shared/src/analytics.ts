import { z } from "zod";
import { HistogramSum, middleOfLatencies, middleOfValues } from "./histogram.ts";
import { rangeQuery } from "./list.ts";
import { uptimeRatio } from "./uptime.ts";

/** What can be analysed, and by which categories. */
export const ANALYSED = {
  latency: { unit: "ms", by: ["none", "tag", "monitor"] },
  readings: { unit: null, by: ["none", "tag", "sensor", "location"] },
  battery: { unit: "%", by: ["none", "tag", "device", "location"] },
  signal: { unit: "dBm", by: ["none", "tag", "device", "location"] },
} as const;
export type Analysed = keyof typeof ANALYSED;

const BUCKETS = ["none", "hour", "day", "week"] as const;
export type AnalyticsBucket = (typeof BUCKETS)[number];

/** So many things are analysed at once, and so many groups of them answered; the first ones of those with buckets. */
export const ANALYSED_TOGETHER = { things: 10_000, groups: 200, groupsWithBuckets: 12, buckets: 400 } as const;

const figures = {
  count: z.int().describe("Values that were measured"),
  avg: z
    .number()
    .nullable()
    .describe("Null, as the other figures are, where nothing was measured, and where several units are together"),
  min: z.number().nullable(),
  max: z.number().nullable(),
  p50: z.number().nullable().describe("Percentiles are off by 2.5 % at most"),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  anomalies: z.int(),
  uptime_ratio: z
    .number()
    .nullable()
    .describe("Of monitors: good checks / (good + failed checks); null where nothing was measured"),
};
const figuresSchema = z.object(figures);
const bucketSchema = z.object({ from: z.iso.datetime(), to: z.iso.datetime(), ...figures });
const rangeFields = { from: z.iso.datetime(), to: z.iso.datetime() };

export const analyticsSchema = z
  .object({
    ...rangeFields,
    of: z.enum(Object.keys(ANALYSED) as [Analysed, ...Analysed[]]),
    by: z.string(),
    bucket: z.enum(BUCKETS),
    unit: z.string().nullable().describe("Null where there is none, or where several are together"),
    total: z.object({ ...figures, buckets: z.array(bucketSchema) }),
    groups_in_all: z.int(),
    groups: z
      .array(
        z.object({
          id: z.string().describe("The monitor's, device's or sensor's; of tags and locations their name"),
          name: z.string(),
          unit: z.string().nullable(),
          ...figures,
          previous: figuresSchema.nullable(),
          buckets: z
            .array(bucketSchema)
            .describe(`Of the first ${ANALYSED_TOGETHER.groupsWithBuckets} groups; empty of the others`),
        }),
      )
      .describe("Those with the most values first. What has several tags is in each of their groups"),
    previous: z
      .object({ ...rangeFields, ...figures, buckets: z.array(bucketSchema) })
      .nullable()
      .describe("The range of the same length before, where `compare` asks for it"),
  })
  .meta({ id: "Analytics" });
export type Analytics = z.infer<typeof analyticsSchema>;
export type Figures = z.infer<typeof figuresSchema>;

const location = z.string().trim().max(200).optional();

/** The query of what is analysed. */
export function analyticsQuery(of: Analysed) {
  const query = z.strictObject({
    ...rangeQuery,
    by: z.enum(ANALYSED[of].by).default("none"),
    bucket: z
      .enum(BUCKETS)
      .optional()
      .describe(
        "By default an hour up to 8 days, a day up to 92, a week beyond; no hour where the range, or the one before, begins more than 99 days ago",
      ),
    compare: z.stringbool().default(false).describe("With the range of the same length before"),
    limit: z.coerce.number().int().min(1).max(ANALYSED_TOGETHER.groups).default(50).describe("Groups to answer"),
    tag: z.string().trim().min(1).max(50).optional().describe("Of what carries this tag"),
    id: z
      .string()
      .trim()
      .min(1)
      .max(128)
      .optional()
      .describe("Of this monitor, device or sensor alone. Durations of a cron job count only so"),
  });
  return of === "latency" ? query : query.extend({ location: location.describe("Of what is exactly there") });
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type RangeMs = { from: number; to: number };

/** Of what began earlier no hours are read: they are dropped after 100 days. */
const HOURS_READ_DAYS = 99;
/** What began earlier is read by the hour at least: as it was measured it may be kept no longer. */
const RAW_READ_DAYS = 2;

/** Are the hours kept of what began then? */
export function hasHours(fromMs: number, rolled: { hours: number }): boolean {
  return fromMs >= rolled.hours - HOURS_READ_DAYS * DAY_MS;
}

/** How wide the buckets of a range are where nobody says so. */
export function usualBucket({ from, to }: RangeMs, isByHour: boolean): AnalyticsBucket {
  const days = (to - from) / DAY_MS;
  if (days <= 8 && isByHour) return "hour";
  return days <= 92 ? "day" : "week";
}

/**
 * The range that is analysed in place of the one asked for, in ms. Ranges of more than 2 days, and those that began so long ago, are of
 * whole hours; those of 32 days or more, and those without hours, of whole UTC days. So long ones are as quick as short ones.
 * @param isByHour false: no hours are kept of it, or of what it is compared with
 */
export function alignRange(
  { from, to }: RangeMs,
  rolled: { hours: number; days: number },
  isByHour = hasHours(from, rolled),
): RangeMs {
  const align = (widthMs: number, until: number) => {
    const start = Math.floor(from / widthMs) * widthMs;
    const end = Math.min(Math.ceil(to / widthMs) * widthMs, Math.max(until, start + widthMs));
    return { from: start, to: end };
  };
  if (to - from >= 32 * DAY_MS || !isByHour) return align(DAY_MS, rolled.days);
  const isOld = from < rolled.hours - RAW_READ_DAYS * DAY_MS;
  if (to - from > RAW_READ_DAYS * DAY_MS || isOld) return align(HOUR_MS, rolled.hours);
  return { from, to };
}

/** Figures that are added up. `latencies` are in histograms of latencies, other values in those of values. */
export class FiguresSum {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  anomalies = 0;
  /** Of monitors alone. */
  checks = 0;
  failures = 0;
  inconclusive = 0;
  readonly histogram = new HistogramSum();

  merge(other: FiguresSum): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.anomalies += other.anomalies;
    this.checks += other.checks;
    this.failures += other.failures;
    this.inconclusive += other.inconclusive;
    this.histogram.merge(other.histogram);
  }

  view(of: Analysed): Figures {
    const middleOf = of === "latency" ? middleOfLatencies : middleOfValues;
    const at = (q: number) => {
      const value = this.count === 0 ? null : this.histogram.quantile(q, middleOf);
      return value === null ? null : round(Math.min(this.max, Math.max(this.min, value)));
    };
    return {
      count: this.count,
      avg: this.count === 0 ? null : round(this.sum / this.count),
      min: this.count === 0 ? null : round(this.min),
      max: this.count === 0 ? null : round(this.max),
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      anomalies: this.anomalies,
      uptime_ratio: of === "latency" ? uptimeRatio(this.checks, this.failures, this.inconclusive) : null,
    };
  }
}

/** What can be said of values in several units: how many there are. */
export function withoutValues(seen: Figures): Figures {
  return { ...seen, avg: null, min: null, max: null, p50: null, p95: null, p99: null };
}

/** To four digits behind the point, or to what of a large number a person would read. */
function round(value: number): number {
  return Math.abs(value) < 1e9 ? Math.round(value * 10_000) / 10_000 : value;
}
