import { z } from "zod";
import { mergeHistograms, quantile, type Histogram } from "./histogram.ts";

/** What was measured of one monitor from `at` for some hours. Only good checks count in the latencies. */
export type Measured = {
  at: Date;
  checks: number;
  failures: number;
  inconclusive: number;
  latencySumMs: number;
  latencyMinMs: number | null;
  latencyMaxMs: number | null;
  histogram: Histogram;
};

/** A span of an incident; `endedAt` is null while it is on. */
export type Outage = { startedAt: Date; endedAt: Date | null };

const ratio = z.number().min(0).max(1).nullable();
const milliseconds = z.number().nullable();
const latencySchema = z.object({
  avg: milliseconds,
  min: milliseconds,
  max: milliseconds,
  p50: milliseconds,
  p95: milliseconds,
  p99: milliseconds,
});
const figures = {
  uptime_ratio: ratio.describe("Good checks / (good + failed checks); null where nothing was measured"),
  checks: z.int(),
  failures: z.int(),
  inconclusive: z.int(),
  latency_ms: latencySchema,
};

export const statsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    ...figures,
    downtime_ms: z.int(),
    incidents: z.int(),
    buckets: z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime(), ...figures })),
  })
  .meta({ id: "Stats" });
export type Stats = z.infer<typeof statsSchema>;
type Figures = Pick<Stats, "uptime_ratio" | "checks" | "failures" | "inconclusive" | "latency_ms">;

/** Good checks by good and failed ones. Inconclusive checks say nothing, so they are in neither. */
export function uptimeRatio(checks: number, failures: number, inconclusive: number): number | null {
  const conclusive = checks - inconclusive;
  return conclusive > 0 ? (conclusive - failures) / conclusive : null;
}

/** Time of `from`..`to` (ms) in which an outage was on; an open one lasts until `now`. */
export function downtimeMs(outages: readonly Outage[], from: Date, to: Date, now: Date): number {
  return outages.reduce((total, outage) => {
    const start = Math.max(outage.startedAt.getTime(), from.getTime());
    const end = Math.min((outage.endedAt ?? now).getTime(), to.getTime(), now.getTime());
    return total + Math.max(0, end - start);
  }, 0);
}

/** Puts together what `/stats` answers from what was measured and the outages that touch the range. */
export function assembleStats(
  range: { from: Date; to: Date; now: Date },
  measured: readonly Measured[],
  outages: readonly Outage[],
): Stats {
  const days = (range.to.getTime() - range.from.getTime()) / 86_400_000;
  const bucketMs = (days <= 2 ? 1 : days <= 8 ? 6 : 24) * 3_600_000;
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    ...figuresOf(measured),
    downtime_ms: downtimeMs(outages, range.from, range.to, range.now),
    incidents: outages.length,
    buckets: [...Map.groupBy(measured, (one) => Math.floor(one.at.getTime() / bucketMs) * bucketMs)]
      .toSorted((a, b) => a[0] - b[0])
      .map(([at, group]) => ({
        from: new Date(at).toISOString(),
        to: new Date(at + bucketMs).toISOString(),
        ...figuresOf(group),
      })),
  };
}

function figuresOf(measured: readonly Measured[]): Figures {
  const checks = sum(measured, (one) => one.checks);
  const failures = sum(measured, (one) => one.failures);
  const inconclusive = sum(measured, (one) => one.inconclusive);
  return {
    uptime_ratio: uptimeRatio(checks, failures, inconclusive),
    checks,
    failures,
    inconclusive,
    latency_ms: latenciesOf(measured),
  };
}

function latenciesOf(measured: readonly Measured[]): Stats["latency_ms"] {
  const histogram = mergeHistograms(measured.map((one) => one.histogram));
  const good = sum([...histogram.values()], (count) => count);
  if (good === 0) return { avg: null, min: null, max: null, p50: null, p95: null, p99: null };
  const min = Math.min(...measured.map((one) => one.latencyMinMs ?? Infinity));
  const max = Math.max(...measured.map((one) => one.latencyMaxMs ?? 0));
  const at = (q: number) => round(Math.min(max, Math.max(min, quantile(histogram, q) ?? min)));
  return {
    avg: round(sum(measured, (one) => one.latencySumMs) / good),
    min: round(min),
    max: round(max),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
