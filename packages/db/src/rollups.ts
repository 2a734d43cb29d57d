import { LOCKS } from "./advisory-locks.ts";
import { GAMMA, SMALLEST_MS } from "@pulsecheck/shared/histogram";
import { PHASES } from "@pulsecheck/shared/uptime";
import type pg from "pg";
import { inTransaction, type Db } from "./client.ts";
import { HOUR_MS, PERIODS, startOfPeriod, type PeriodHours } from "./rollup-periods.ts";
import { rollUpSeries } from "./series-rollups.ts";

/** Results may come this late: a check's own limit, its lease, a short outage of the database. */
const GRACE_MS = 10 * 60_000;

/** SQL: a check's outcome, but `m` for one during maintenance, which is in no figure. */
const OUTCOME = `CASE WHEN in_maintenance THEN 'm' ELSE outcome END`;

const phases = (write: (phase: string) => string) => PHASES.map(write).join(", ");

/**
 * Raw checks of $1 <= scheduled_at < $2 as one row a monitor and step (a whole part of an hour), in the columns of
 * "check_rollups" from bucket_at on. The bucket formula is that of packages/shared/src/histogram.ts.
 */
export function measureSql(filter: string, stepMs = HOUR_MS): string {
  return `
    SELECT monitor_id, bucket_at, coalesce(sum(n) FILTER (WHERE outcome <> 'm'), 0)::int AS checks, coalesce(sum(n) FILTER (WHERE outcome = 'f'), 0)::int AS failures,
      coalesce(sum(n) FILTER (WHERE outcome = 'i'), 0)::int AS inconclusive, coalesce(sum(n) FILTER (WHERE outcome = 'm'), 0)::int AS maintenance,
      coalesce(sum(sum_ms) FILTER (WHERE outcome = 'o'), 0)::float8 AS latency_sum_ms,
      coalesce(sum(anomalies) FILTER (WHERE outcome = 'o'), 0)::int AS anomalies,
      min(min_ms) FILTER (WHERE outcome = 'o') AS latency_min_ms, max(max_ms) FILTER (WHERE outcome = 'o') AS latency_max_ms,
      coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::smallint[] AS hist_buckets,
      coalesce(array_agg(n ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::int[] AS hist_counts,
      ${phases((phase) => `sum(${phase}_sum) FILTER (WHERE outcome = 'o') AS ${phase}_sum_ms, nullif(sum(${phase}_n) FILTER (WHERE outcome = 'o'), 0)::int AS ${phase}_checks`)}
    FROM (
      SELECT monitor_id, date_bin('${stepMs} ms', scheduled_at, 'epoch') AS bucket_at, ${OUTCOME} AS outcome,
        CASE WHEN ${OUTCOME} = 'o' AND total_ms IS NOT NULL THEN ceil(ln(greatest(total_ms, ${SMALLEST_MS})::float8) / ln(${GAMMA}::float8)) END AS bucket,
        count(*)::int AS n, count(*) FILTER (WHERE is_anomaly) AS anomalies, sum(total_ms) AS sum_ms, min(total_ms) AS min_ms, max(total_ms) AS max_ms,
        ${phases((phase) => `sum(${phase}_ms) AS ${phase}_sum, count(${phase}_ms) AS ${phase}_n`)}
      FROM checks WHERE scheduled_at >= $1 AND scheduled_at < $2 ${filter} GROUP BY 1, 2, 3, 4
    ) AS bucketed GROUP BY 1, 2`;
}

const COLUMNS = `checks, failures, inconclusive, maintenance, latency_sum_ms, anomalies, latency_min_ms, latency_max_ms, hist_buckets, hist_counts, ${phases((phase) => `${phase}_sum_ms, ${phase}_checks`)}`;
const REPLACE = `ON CONFLICT (monitor_id, period_hours, bucket_at) DO UPDATE SET ${COLUMNS.split(", ")
  .map((column) => `${column} = excluded.${column}`)
  .join(", ")}`;

const ROLL_HOURS = `
  INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, ${COLUMNS})
  SELECT r.monitor_id, 1, r.bucket_at, ${COLUMNS} FROM (${measureSql("")}) r JOIN monitors m ON m.id = r.monitor_id ${REPLACE}`;

/** Days from hours, or weeks from days. */
const rollCoarser = (hours: PeriodHours, unit: string, finer: PeriodHours) => `
  WITH finer AS (SELECT *, date_trunc('${unit}', bucket_at, 'UTC') AS at FROM check_rollups WHERE period_hours = ${finer} AND bucket_at >= $1 AND bucket_at < $2),
  hist AS (
    SELECT monitor_id, at, array_agg(bucket ORDER BY bucket) AS hist_buckets, array_agg(n ORDER BY bucket) AS hist_counts
    FROM (
      SELECT monitor_id, at, bucket, sum(n)::int AS n FROM finer, unnest(hist_buckets, hist_counts) AS h(bucket, n) GROUP BY 1, 2, 3
    ) AS merged GROUP BY 1, 2
  )
  INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, ${COLUMNS})
  SELECT t.monitor_id, ${hours}, t.at, t.checks, t.failures, t.inconclusive, t.maintenance, t.latency_sum_ms, t.anomalies, t.latency_min_ms, t.latency_max_ms,
    coalesce(hist.hist_buckets, '{}'), coalesce(hist.hist_counts, '{}'), ${phases((phase) => `t.${phase}_sum_ms, t.${phase}_checks`)}
  FROM (
    SELECT monitor_id, at, sum(checks)::int AS checks, sum(failures)::int AS failures, sum(inconclusive)::int AS inconclusive, sum(maintenance)::int AS maintenance,
      sum(latency_sum_ms) AS latency_sum_ms, sum(anomalies)::int AS anomalies, min(latency_min_ms) AS latency_min_ms, max(latency_max_ms) AS latency_max_ms,
      ${phases((phase) => `sum(${phase}_sum_ms) AS ${phase}_sum_ms, sum(${phase}_checks)::int AS ${phase}_checks`)}
    FROM finer GROUP BY 1, 2
  ) AS t LEFT JOIN hist USING (monitor_id, at) ${REPLACE}`;

/** How each period is rolled up, and how many of it anew, for what came late. */
const ROLL: Record<PeriodHours, { again: number; sql: string }> = {
  1: { again: 3, sql: ROLL_HOURS },
  24: { again: 1, sql: rollCoarser(24, "day", 1) },
  168: { again: 1, sql: rollCoarser(168, "week", 24) },
};

// Hours serve ranges up to 32 days and the edges of those up to 90; days are kept for years.
const DROP_OLD = `
  DELETE FROM check_rollups
  WHERE (period_hours = 1 AND bucket_at < now() - interval '100 days') OR bucket_at < now() - interval '3 years'`;

/** Where the rollups of an hour and a day end: later figures come from what is finer. */
export type RolledUntil = { hours: Date; days: Date };

/**
 * Rolls up every hour, UTC day and week that is over, and the ones just before them again, for what came late.
 * Safe to repeat: a bucket is replaced, never added to.
 */
export async function rollUp(db: Db, now: Date): Promise<RolledUntil> {
  return inTransaction(db.pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.rollups]);
    const { rows } = await client.query<{ period_hours: number; rolled_until: Date }>("SELECT * FROM rollup_progress");
    const oldest = rows.length === PERIODS.length ? now : await oldestMeasured(client, now);
    const rolled: Record<number, Date> = {};
    for (const period of PERIODS) {
      const { hours, ms } = period;
      const known = rows.find((row) => row.period_hours === hours)?.rolled_until ?? oldest;
      const from = startOfPeriod(known.getTime(), period);
      const until = startOfPeriod(now.getTime() - GRACE_MS, period);
      if (until > from) {
        const { again, sql } = ROLL[hours];
        const range = [new Date(from - again * ms), new Date(until)] as const;
        await client.query(sql, [...range]);
        await rollUpSeries(client, period, ...range);
        if (hours === 24) await client.query(DROP_OLD);
      }
      rolled[hours] = new Date(Math.max(from, until));
      await client.query(
        `INSERT INTO rollup_progress VALUES ($1, $2) ON CONFLICT (period_hours) DO UPDATE SET rolled_until = excluded.rolled_until`,
        [hours, rolled[hours]],
      );
    }
    return { hours: rolled[1] ?? now, days: rolled[24] ?? now };
  });
}

/** Read only before the first rollup: it looks through every partition. */
async function oldestMeasured(client: pg.PoolClient, now: Date): Promise<Date> {
  const { rows } = await client.query<{ at: Date | null }>(
    "SELECT least((SELECT min(scheduled_at) FROM checks), (SELECT min(bucket_at) FROM check_rollups), (SELECT min(bucket_at) FROM series_rollups), (SELECT min(at) FROM readings)) AS at",
  );
  return rows[0]?.at ?? now;
}
