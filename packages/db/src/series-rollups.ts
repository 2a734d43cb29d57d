import type pg from "pg";
import { LOCKS } from "./advisory-locks.ts";

const HOUR_MS = 3_600_000;

/** What is rolled up by the hour and the UTC day: a device's heartbeats `h`, battery `b` and signal `s`, a sensor's values `v`. */
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

const figuresOf = (series: Series) => {
  const { value, isAnomaly } = SOURCES[series];
  return `count(*)::int AS readings, sum(greatest(least(${value}::float8, ${MOST}), -${MOST})) AS sum,
    min(${value})::float8 AS min, max(${value})::float8 AS max, count(*) FILTER (WHERE ${isAnomaly})::int AS anomalies`;
};

/** Raw values of $1 <= at < $2 as one row a key and step, in the columns of "series_rollups" from bucket_at on. */
export function measureSeriesSql(series: Series, filter: string, stepMs: number): string {
  const { table, key, at, value } = SOURCES[series];
  return `
    SELECT ${key} AS key, date_bin('${stepMs} ms', ${at}, 'epoch') AS bucket_at, ${figuresOf(series)}
    FROM ${table} WHERE ${at} >= $1 AND ${at} < $2 AND ${value} IS NOT NULL ${filter} GROUP BY 1, 2`;
}

const REPLACE = `ON CONFLICT (series, key, period_hours, bucket_at) DO UPDATE SET
  readings = excluded.readings, sum = excluded.sum, min = excluded.min, max = excluded.max, anomalies = excluded.anomalies`;
const INSERT = "INSERT INTO series_rollups (series, period_hours, key, bucket_at, readings, sum, min, max, anomalies)";

const FIGURES_OF_HOURS = `sum(readings)::int AS readings, sum(sum) AS sum, min(min) AS min, max(max) AS max,
    sum(anomalies)::int AS anomalies`;

const rollHours = (series: Series) => `${INSERT}
  SELECT '${series}', 1, r.* FROM (${measureSeriesSql(series, "", HOUR_MS)}) r JOIN ${SOURCES[series].owners} o ON o.id = r.key ${REPLACE}`;

const rollDays = (series: Series) => `${INSERT}
  SELECT '${series}', 24, key, date_trunc('day', bucket_at, 'UTC'), ${FIGURES_OF_HOURS}
  FROM series_rollups
  WHERE series = '${series}' AND period_hours = 1 AND bucket_at >= $1 AND bucket_at < $2 GROUP BY key, 4 ${REPLACE}`;

/** The rows of some buckets, which are given by key and time. */
const DROP_BUCKETS = `
  DELETE FROM series_rollups r USING unnest($1::int[], $2::timestamptz[]) AS b(key, bucket_at)
  WHERE r.series = $3 AND r.period_hours = $4 AND r.key = b.key AND r.bucket_at = b.bucket_at`;

const remakeBuckets = (series: Series, hours: 1 | 24) => `${INSERT}
  SELECT '${series}', ${hours}, b.key, b.bucket_at, m.* FROM unnest($1::int[], $2::timestamptz[]) AS b(key, bucket_at)
    JOIN ${SOURCES[series].owners} o ON o.id = b.key CROSS JOIN LATERAL (${hours === 1 ? measureHour(series) : measureDay(series)}) AS m
  WHERE m.readings > 0 ${REPLACE}`;

const measureHour = (series: Series) => {
  const { table, key, at, value } = SOURCES[series];
  return `SELECT ${figuresOf(series)} FROM ${table} t
    WHERE t.${key} = b.key AND t.${at} >= b.bucket_at AND t.${at} < b.bucket_at + interval '1 hour' AND ${value} IS NOT NULL`;
};

const measureDay = (series: Series) => `
  SELECT ${FIGURES_OF_HOURS} FROM series_rollups t WHERE t.series = '${series}' AND t.period_hours = 1
    AND t.key = b.key AND t.bucket_at >= b.bucket_at AND t.bucket_at < b.bucket_at + interval '1 day'`;

// As those of checks: hours for the edges of long ranges, days for years.
const DROP_OLD = `
  DELETE FROM series_rollups
  WHERE (period_hours = 1 AND bucket_at < now() - interval '100 days') OR bucket_at < now() - interval '3 years'`;

/** Rolls up every series from `from` to `until`, by the hour (1) or the day (24); part of `rollUp`. */
export async function rollUpSeries(client: pg.PoolClient, hours: 1 | 24, from: Date, until: Date): Promise<void> {
  for (const series of ALL_SERIES)
    await client.query(hours === 1 ? rollHours(series) : rollDays(series), [from, until]);
  if (hours === 24) await client.query(DROP_OLD);
}

/** What is newer is rolled up by nobody yet, though clocks may differ. */
const NEVER_ROLLED_UP_MS = 5 * 60_000;

/**
 * Makes the hour and the day around each of these times anew, where they are rolled up already: a value came late, was
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
  for (const hours of [1, 24] as const) {
    const until = rows.find((row) => row.period_hours === hours)?.until ?? new Date(0);
    const { keys, times } = bucketsOf(old, hours * HOUR_MS, until);
    if (keys.length === 0) continue;
    for (const one of series) {
      await client.query(DROP_BUCKETS, [keys, times, one, hours]);
      await client.query(remakeBuckets(one, hours), [keys, times]);
    }
  }
}

/** The buckets that hold these values, each once, as far as they are rolled up. */
function bucketsOf(values: readonly { key: number; at: Date }[], widthMs: number, until: Date) {
  const buckets = new Map<string, { key: number; at: Date }>();
  for (const { key, at: time } of values) {
    const at = new Date(Math.floor(time.getTime() / widthMs) * widthMs);
    if (at < until) buckets.set(`${key} ${at.getTime()}`, { key, at });
  }
  const unique = [...buckets.values()];
  return { keys: unique.map(({ key }) => key), times: unique.map(({ at }) => at) };
}
