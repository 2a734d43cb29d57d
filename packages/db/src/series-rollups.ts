import { VALUE_BUCKET_SQL } from "@pulsecheck/shared/histogram";
import type pg from "pg";
import { LOCKS } from "./advisory-locks.ts";
import { DAY_MS, HOUR_MS, PERIODS, startOfPeriod, type Period } from "./rollup-periods.ts";

const finerOf = (hours: Period["hours"]) => (hours === 168 ? 24 : 1);

/** What is rolled up: a device's heartbeats `h`, battery `b` and signal `s`, a sensor's values `v`. */
export type Series = "h" | "b" | "s" | "v";

type Source = { table: string; key: string; at: string; value: string; isAnomaly: string; owners: string };

const REPORTS = {
  table: "device_reports",
  key: "device_key",
  at: "reported_at",
  isAnomaly: "false",
  owners: "devices",
};
export const SOURCES: Record<Series, Source> = {
  // Counted only.
  h: { ...REPORTS, value: "0" },
  b: { ...REPORTS, value: "battery_level" },
  s: { ...REPORTS, value: "signal_strength" },
  v: {
    table: "readings",
    key: "sensor_key",
    at: "at",
    value: "value",
    isAnomaly: "is_anomaly IS TRUE",
    owners: "sensors",
  },
};
const ALL_SERIES = Object.keys(SOURCES) as Series[];

/** No sum of so many of them overflows, which would be an error, and stop the rollups of everybody. */
const MOST = "1e290";

/** SQL: raw values as one row a key and bucket, in the columns of "series_rollups" from key on; `raw` has both columns besides. */
function figuresSql(series: Series, raw: string): string {
  const { value, isAnomaly } = SOURCES[series];
  const bucket = series === "h" ? "NULL::smallint" : VALUE_BUCKET_SQL(`${value}::float8`);
  return `
    SELECT key, bucket_at, sum(n)::int AS readings, sum(sum) AS sum, min(min) AS min, max(max) AS max, sum(anomalies)::int AS anomalies,
      coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::smallint[] AS hist_buckets,
      coalesce(array_agg(n ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), '{}')::int[] AS hist_counts
    FROM (
      SELECT key, bucket_at, ${bucket} AS bucket, count(*)::int AS n, sum(greatest(least(${value}::float8, ${MOST}), -${MOST})) AS sum,
        min(${value})::float8 AS min, max(${value})::float8 AS max, count(*) FILTER (WHERE ${isAnomaly})::int AS anomalies
      FROM (${raw}) AS raw WHERE ${value} IS NOT NULL GROUP BY 1, 2, 3
    ) AS bucketed GROUP BY 1, 2`;
}

/** Raw values of $1 <= at < $2 as one row a key and step, in the columns of "series_rollups" from bucket_at on. */
export function measureSeriesSql(series: Series, filter: string, stepMs: number): string {
  const { table, key, at } = SOURCES[series];
  const steps = `date_bin('${stepMs} ms', ${at}, 'epoch') AS bucket_at`;
  return figuresSql(
    series,
    `SELECT *, ${key} AS key, ${steps} FROM ${table} WHERE ${at} >= $1 AND ${at} < $2 ${filter}`,
  );
}

const REPLACE = `ON CONFLICT (series, key, period_hours, bucket_at) DO UPDATE SET
  readings = excluded.readings, sum = excluded.sum, min = excluded.min, max = excluded.max, anomalies = excluded.anomalies,
  hist_buckets = excluded.hist_buckets, hist_counts = excluded.hist_counts`;
const INSERT =
  "INSERT INTO series_rollups (series, period_hours, key, bucket_at, readings, sum, min, max, anomalies, hist_buckets, hist_counts)";

const rollHours = (series: Series) => `${INSERT}
  SELECT '${series}', 1, r.* FROM (${measureSeriesSql(series, "", HOUR_MS)}) r JOIN ${SOURCES[series].owners} o ON o.id = r.key ${REPLACE}`;

/** SQL: rows of "series_rollups", with the coarser bucket of each as `at`, put together: key, bucket_at, readings and so on. */
const mergeSql = (finer: string) => `
  WITH finer AS (${finer}), hist AS (
    SELECT key, at, array_agg(bucket ORDER BY bucket) AS hist_buckets, array_agg(n ORDER BY bucket) AS hist_counts
    FROM (SELECT key, at, bucket, sum(n)::int AS n FROM finer, unnest(hist_buckets, hist_counts) AS h(bucket, n) GROUP BY 1, 2, 3) AS merged
    GROUP BY 1, 2
  )
  SELECT key, at AS bucket_at, readings, sum, min, max, anomalies, coalesce(hist_buckets, '{}'), coalesce(hist_counts, '{}')
  FROM (
    SELECT key, at, sum(readings)::int AS readings, sum(sum) AS sum, min(min) AS min, max(max) AS max, sum(anomalies)::int AS anomalies
    FROM finer GROUP BY 1, 2
  ) AS total LEFT JOIN hist USING (key, at)`;

const rollCoarser = (series: Series, { hours, unit }: Period) => `${INSERT}
  SELECT '${series}', ${hours}, r.* FROM (${mergeSql(`
    SELECT *, date_trunc('${unit}', bucket_at, 'UTC') AS at FROM series_rollups
    WHERE series = '${series}' AND period_hours = ${finerOf(hours)} AND bucket_at >= $1 AND bucket_at < $2`)}) r ${REPLACE}`;

/** The rows of some buckets, which are given by key and time. */
const DROP_BUCKETS = `
  DELETE FROM series_rollups r USING unnest($1::int[], $2::timestamptz[]) AS b(key, bucket_at)
  WHERE r.series = $3 AND r.period_hours = $4 AND r.key = b.key AND r.bucket_at = b.bucket_at`;

const BUCKETS = "unnest($1::int[], $2::timestamptz[]) AS b(key, bucket_at)";

const remakeBuckets = (series: Series, period: Period) => `${INSERT}
  SELECT '${series}', ${period.hours}, r.* FROM (${remeasure(series, period)}) r JOIN ${SOURCES[series].owners} o ON o.id = r.key ${REPLACE}`;

function remeasure(series: Series, { hours, unit }: Period): string {
  const { table, key, at } = SOURCES[series];
  const within = (column: string) => `${column} >= b.bucket_at AND ${column} < b.bucket_at + interval '1 ${unit}'`;
  if (hours === 1)
    return figuresSql(
      series,
      `SELECT t.*, b.* FROM ${BUCKETS} JOIN ${table} t ON t.${key} = b.key AND ${within(`t.${at}`)}`,
    );
  return mergeSql(`
    SELECT t.*, b.bucket_at AS at FROM ${BUCKETS} JOIN series_rollups t ON t.key = b.key AND ${within("t.bucket_at")}
    WHERE t.series = '${series}' AND t.period_hours = ${finerOf(hours)}`);
}

// As those of checks: hours for the edges of long ranges, days for years.
const HOURS_KEPT_DAYS = 100;
const DROP_OLD = `
  DELETE FROM series_rollups
  WHERE (period_hours = 1 AND bucket_at < now() - interval '${HOURS_KEPT_DAYS} days') OR bucket_at < now() - interval '3 years'`;

/** Rolls up every series from `from` to `until` by one period; part of `rollUp`. */
export async function rollUpSeries(client: pg.PoolClient, period: Period, from: Date, until: Date): Promise<void> {
  for (const series of ALL_SERIES)
    await client.query(period.hours === 1 ? rollHours(series) : rollCoarser(series, period), [from, until]);
  if (period.hours === 24) await client.query(DROP_OLD);
}

/** What is newer is rolled up by nobody yet, though clocks may differ. */
const NEVER_ROLLED_UP_MS = 5 * 60_000;

/**
 * Makes the hour, the day and the week around each of these times anew, where they are rolled up already: a value came late, was
 * corrected or deleted. In the transaction that changes the values.
 */
export async function remakeSeries(
  client: Pick<pg.PoolClient, "query">,
  series: readonly Series[],
  values: readonly { key: number; at: Date }[],
): Promise<void> {
  const newest = Date.now() - NEVER_ROLLED_UP_MS;
  const old = values.filter(({ at }) => at.getTime() < newest);
  if (old.length === 0) return;
  // Nobody rolls up meanwhile: that could leave out what is not committed yet.
  await client.query("SELECT pg_advisory_xact_lock_shared($1)", [LOCKS.rollups]);
  const { rows } = await client.query<{ period_hours: number; until: Date }>(
    "SELECT period_hours, rolled_until AS until FROM rollup_progress",
  );
  const all = withLostHours(old);
  for (const period of PERIODS) {
    const until = rows.find((row) => row.period_hours === period.hours)?.until ?? new Date(0);
    const { keys, times } = bucketsOf(all, period, until);
    if (keys.length === 0) continue;
    for (const one of series) {
      await client.query(DROP_BUCKETS, [keys, times, one, period.hours]);
      await client.query(remakeBuckets(one, period), [keys, times]);
    }
  }
}

/** A day is made from its hours: where they are not kept any more, all of them are made anew. */
function withLostHours(values: readonly { key: number; at: Date }[]) {
  const keptFrom = Date.now() - (HOURS_KEPT_DAYS - 1) * DAY_MS;
  const days = new Map<string, { key: number; day: number }>();
  for (const { key, at } of values) {
    const day = Math.floor(at.getTime() / DAY_MS) * DAY_MS;
    if (day < keptFrom) days.set(`${key} ${day}`, { key, day });
  }
  const hours = Array.from({ length: DAY_MS / HOUR_MS }, (_, n) => n * HOUR_MS);
  const lost = [...days.values()].flatMap(({ key, day }) => hours.map((ms) => ({ key, at: new Date(day + ms) })));
  return [...values, ...lost];
}

/** The buckets that hold these values, each once, as far as they are rolled up. */
function bucketsOf(values: readonly { key: number; at: Date }[], period: Period, until: Date) {
  const buckets = new Map<string, { key: number; at: Date }>();
  for (const { key, at: time } of values) {
    const at = new Date(startOfPeriod(time.getTime(), period));
    if (at < until) buckets.set(`${key} ${at.getTime()}`, { key, at });
  }
  const unique = [...buckets.values()];
  return { keys: unique.map(({ key }) => key), times: unique.map(({ at }) => at) };
}
