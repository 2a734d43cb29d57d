import { assembleStats, type Measured, type Stats } from "@pulsecheck/shared/uptime";
import { findMonitor } from "./monitors.ts";
import { measureSql } from "./rollups.ts";
import type { Scope } from "./scope.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Up to this range, hours are read one by one; beyond it, whole days. */
const FINE_MS = 8 * DAY_MS;

type MeasuredRow = {
  bucket_at: Date;
  checks: number;
  failures: number | null;
  inconclusive: number | null;
  latency_sum_ms: number;
  latency_min_ms: number | null;
  latency_max_ms: number | null;
  hist_buckets: number[];
  hist_counts: number[];
};

type Segment = { source: "raw" | 1 | 24; from: number; to: number };

/** Uptime and latency of a monitor over `from`..`to`: days and hours from rollups, the edges from raw checks. */
export async function getStats(scope: Scope, monitorPublicId: string, from: Date, to: Date, now: Date): Promise<Stats> {
  const { id } = await findMonitor(scope, monitorPublicId);
  const { prisma } = scope.db;
  const progress = await prisma.rollupProgress.findMany();
  const rolledUntil = (hours: number) => progress.find((row) => row.periodHours === hours)?.rolledUntil.getTime() ?? 0;
  const segments = cutRange(from.getTime(), to.getTime(), rolledUntil(1), rolledUntil(24));
  const measured = await Promise.all(segments.map((segment) => readSegment(scope, id, segment)));
  const outages = await prisma.incident.findMany({
    where: {
      monitorId: id,
      workspaceId: scope.workspaceId,
      startedAt: { lt: to },
      OR: [{ endedAt: null }, { endedAt: { gt: from } }],
    },
    select: { startedAt: true, endedAt: true },
  });
  return assembleStats({ from, to, now }, measured.flat(), outages);
}

/** Cuts a range (ms) into days, hours and raw edges, each from where it is cheapest. */
export function cutRange(from: number, to: number, hoursUntil: number, daysUntil: number): Segment[] {
  const hourFrom = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const hourTo = Math.floor(Math.min(to, hoursUntil) / HOUR_MS) * HOUR_MS;
  if (hourFrom >= hourTo) return [{ source: "raw", from, to }];
  const dayFrom = Math.ceil(hourFrom / DAY_MS) * DAY_MS;
  const dayTo = Math.floor(Math.min(hourTo, daysUntil) / DAY_MS) * DAY_MS;
  const middle: Segment[] =
    to - from <= FINE_MS || dayFrom >= dayTo
      ? [{ source: 1, from: hourFrom, to: hourTo }]
      : [
          { source: 1, from: hourFrom, to: dayFrom },
          { source: 24, from: dayFrom, to: dayTo },
          { source: 1, from: dayTo, to: hourTo },
        ];
  const all: Segment[] = [{ source: "raw", from, to: hourFrom }, ...middle, { source: "raw", from: hourTo, to }];
  return all.filter((segment) => segment.from < segment.to);
}

async function readSegment(scope: Scope, monitorId: number, { source, from, to }: Segment): Promise<Measured[]> {
  const range = [new Date(from), new Date(to), monitorId];
  const { rows } =
    source === "raw"
      ? await scope.db.pool.query<MeasuredRow>(measureSql("AND monitor_id = $3"), range)
      : await scope.db.pool.query<MeasuredRow>(
          `SELECT * FROM check_rollups WHERE bucket_at >= $1 AND bucket_at < $2 AND monitor_id = $3 AND period_hours = ${source} ORDER BY bucket_at`,
          range,
        );
  return rows.map((row) => ({
    at: row.bucket_at,
    checks: row.checks,
    failures: row.failures ?? 0,
    inconclusive: row.inconclusive ?? 0,
    latencySumMs: row.latency_sum_ms,
    latencyMinMs: row.latency_min_ms,
    latencyMaxMs: row.latency_max_ms,
    histogram: new Map(row.hist_buckets.map((bucket, i) => [bucket, row.hist_counts[i] ?? 0])),
  }));
}
