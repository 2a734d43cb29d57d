import { assembleStats, bucketWidthMs, PHASES, type Measured, type Phase, type Stats } from "@pulsecheck/shared/uptime";
import { cutRange, readOutages, readRolledUntil, readSegment } from "./measured.ts";
import { findMonitor } from "./monitors.ts";
import { DAY_MS, HOUR_MS } from "./rollup-periods.ts";
import type { Scope } from "./scope.ts";

type MeasuredRow = {
  bucket_at: Date;
  checks: number;
  failures: number;
  inconclusive: number;
  latency_sum_ms: number;
  latency_min_ms: number | null;
  latency_max_ms: number | null;
  hist_buckets: number[];
  hist_counts: number[];
} & Record<`${Phase}_${"sum_ms" | "checks"}`, number | null>;

/** Uptime and latency of a monitor over `from`..`to`: days and hours from rollups, the edges from raw checks. */
export async function getStats(scope: Scope, monitorPublicId: string, from: Date, to: Date, now: Date): Promise<Stats> {
  const { id } = await findMonitor(scope, monitorPublicId);
  const rolled = await readRolledUntil(scope);
  const widthMs = bucketWidthMs({ from, to, now });
  // What is coarser than a bucket is of no use.
  const hoursUntil = widthMs < HOUR_MS ? 0 : rolled.hours;
  const daysUntil = widthMs < DAY_MS ? 0 : rolled.days;
  const segments = cutRange(from.getTime(), to.getTime(), { hours: hoursUntil, days: daysUntil });
  const [outages, ...rows] = await Promise.all([
    readOutages(scope, [id], from, to),
    ...segments.map((segment) => readSegment<MeasuredRow>(scope, [id], segment, "*", Math.min(widthMs, HOUR_MS))),
  ]);
  return assembleStats({ from, to, now }, rows.flat().map(viewMeasured), outages);
}

function viewMeasured(row: MeasuredRow): Measured {
  const phases = PHASES.map((phase) => [
    phase,
    { sumMs: row[`${phase}_sum_ms`] ?? 0, checks: row[`${phase}_checks`] ?? 0 },
  ]);
  return {
    at: row.bucket_at,
    checks: row.checks,
    failures: row.failures,
    inconclusive: row.inconclusive,
    latencySumMs: row.latency_sum_ms,
    latencyMinMs: row.latency_min_ms,
    latencyMaxMs: row.latency_max_ms,
    histogram: new Map(row.hist_buckets.map((bucket, i) => [bucket, row.hist_counts[i] ?? 0])),
    phases: Object.fromEntries(phases) as Measured["phases"],
  };
}
