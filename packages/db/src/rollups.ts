import { LOCKS } from "./advisory-locks.ts";
import { GAMMA, SMALLEST_MS } from "@pulsecheck/shared/histogram";
import { PHASES } from "@pulsecheck/shared/uptime";
import type pg from "pg";
import { inTransaction, type Db } from "./client.ts";
import { rollUpSeries } from "./series-rollups.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Results may come this late: a check's own limit, its lease, a short outage of the database. */
const GRACE_MS = 10 * 60_000;

const phases = (write: (phase: string) => string) => PHASES.map(write).join(", ");

/**
 * Raw checks of $1 <= scheduled_at < $2 as one row a monitor and step (a whole part of an hour), in the columns of
 * "check_rollups" from bucket_at on. The bucket formula is that of packages/shared/src/histogram.ts.
 */
export function measureSql(filter: string, stepMs = HOUR_MS): string {
  return `
    SELECT monitor_id, bucket_at, sum(n)::int AS checks, coalesce(sum(n) FILTER (WHERE outcome = 'f'), 0)::int AS failures,
      coalesce(sum(n) FILTER (WHERE outcome = 'i'), 0)::int AS inconclusive,
      coalesce(sum(sum_ms) FILTER (WHERE outcome = 'o'), 0)::float8 AS latency_sum_ms,
      min(min_ms) FILTER (WHERE outcome = 'o') AS latency_min_ms, max(max_ms) FILTER (WHERE outcome = 'o') AS latency_max_ms,
      coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::smallint[] AS hist_buckets,
      coalesce(array_agg(n ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::int[] AS hist_counts,
      ${phases((phase) => `sum(${phase}_sum) FILTER (WHERE outcome = 'o') AS ${phase}_sum_ms, nullif(sum(${phase}_n) FILTER (WHERE outcome = 'o'), 0)::int AS ${phase}_checks`)}
    FROM (
      SELECT monitor_id, date_bin('${stepMs} ms', scheduled_at, 'epoch') AS bucket_at, outcome,
        CASE WHEN outcome = 'o' AND total_ms IS NOT NULL THEN ceil(ln(greatest(total_ms, ${SMALLEST_MS})::float8) / ln(${GAMMA}::float8)) END AS bucket,
        count(*)::int AS n, sum(total_ms) AS sum_ms, min(total_ms) AS min_ms, max(total_ms) AS max_ms,
        ${phases((phase) => `sum(${phase}_ms) AS ${phase}_sum, count(${phase}_ms) AS ${phase}_n`)}
      FROM checks WHERE scheduled_at >= $1 AND scheduled_at < $2 ${filter} GROUP BY 1, 2, 3, 4
    ) AS bucketed GROUP BY 1, 2`;
}

const COLUMNS = `checks, failures, inconclusive, latency_sum_ms, latency_min_ms, latency_max_ms, hist_buckets, hist_counts, ${phases((phase) => `${phase}_sum_ms, ${phase}_checks`)}`;
const REPLACE = `ON CONFLICT (monitor_id, period_hours, bucket_at) DO UPDATE SET ${COLUMNS.split(", ")
  .map((column) => `${column} = excluded.${column}`)
  .join(", ")}`;

const ROLL_HOURS = `
  INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, ${COLUMNS})
  SELECT r.monitor_id, 1, r.bucket_at, ${COLUMNS} FROM (${measureSql("")}) r JOIN monitors m ON m.id = r.monitor_id ${REPLACE}`;

const ROLL_DAYS = `
  WITH hours AS (SELECT *, date_trunc('day', bucket_at, 'UTC') AS day FROM check_rollups WHERE period_hours = 1 AND bucket_at >= $1 AND bucket_at < $2),
  hist AS (
    SELECT monitor_id, day, array_agg(bucket ORDER BY bucket) AS hist_buckets, array_agg(n ORDER BY bucket) AS hist_counts
    FROM (
      SELECT monitor_id, day, bucket, sum(n)::int AS n FROM hours, unnest(hist_buckets, hist_counts) AS h(bucket, n) GROUP BY 1, 2, 3
    ) AS merged GROUP BY 1, 2
  )
  INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, ${COLUMNS})
  SELECT t.monitor_id, 24, t.day, t.checks, t.failures, t.inconclusive, t.latency_sum_ms, t.latency_min_ms, t.latency_max_ms,
    coalesce(hist.hist_buckets, '{}'), coalesce(hist.hist_counts, '{}'), ${phases((phase) => `t.${phase}_sum_ms, t.${phase}_checks`)}
  FROM (
    SELECT monitor_id, day, sum(checks)::int AS checks, sum(failures)::int AS failures, sum(inconclusive)::int AS inconclusive,
      sum(latency_sum_ms) AS latency_sum_ms, min(latency_min_ms) AS latency_min_ms, max(latency_max_ms) AS latency_max_ms,
      ${phases((phase) => `sum(${phase}_sum_ms) AS ${phase}_sum_ms, sum(${phase}_checks)::int AS ${phase}_checks`)}
    FROM hours GROUP BY 1, 2
  ) AS t LEFT JOIN hist USING (monitor_id, day) ${REPLACE}`;

// Hours serve ranges up to 32 days and the edges of those up to 90; days are kept for years.
const DROP_OLD = `
  DELETE FROM check_rollups
  WHERE (period_hours = 1 AND bucket_at < now() - interval '100 days') OR bucket_at < now() - interval '3 years'`;

/** Where the rollups of an hour (1) and a day (24) end: later figures come from what is finer. */
export type RolledUntil = { hours: Date; days: Date };

/**
 * Rolls up every hour and every UTC day that is over, and the ones just before them again, for what came late.
 * Safe to repeat: a bucket is replaced, never added to.
 */
export async function rollUp(db: Db, now: Date): Promise<RolledUntil> {
  return inTransaction(db.pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.rollups]);
    const { rows } = await client.query<{ period_hours: number; rolled_until: Date }>("SELECT * FROM rollup_progress");
    const oldest = rows.length === 2 ? now : await oldestCheck(client, now);
    const rolled: Record<number, Date> = {};
    for (const [hours, again, sql] of [
      [1, 3, ROLL_HOURS],
      [24, 1, ROLL_DAYS],
    ] as const) {
      const periodMs = hours * HOUR_MS;
      const known = rows.find((row) => row.period_hours === hours)?.rolled_until ?? oldest;
      const from = Math.floor(known.getTime() / periodMs) * periodMs;
      const until = Math.floor((now.getTime() - GRACE_MS) / periodMs) * periodMs;
      if (until > from) {
        const range = [new Date(from - again * periodMs), new Date(until)] as const;
        await client.query(sql, [...range]);
        await rollUpSeries(client, hours, ...range);
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
async function oldestCheck(client: pg.PoolClient, now: Date): Promise<Date> {
  const { rows } = await client.query<{ at: Date | null }>("SELECT min(scheduled_at) AS at FROM checks");
  return rows[0]?.at ?? now;
}
