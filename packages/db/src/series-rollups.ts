import type pg from "pg";

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

/** Raw values of $1 <= at < $2 as one row a key and step, in the columns of "series_rollups" from bucket_at on. */
export function measureSeriesSql(series: Series, filter: string, stepMs: number): string {
  const { table, key, at, value, isAnomaly } = SOURCES[series];
  return `
    SELECT ${key} AS key, date_bin('${stepMs} ms', ${at}, 'epoch') AS bucket_at, count(*)::int AS readings,
      sum(greatest(least(${value}::float8, ${MOST}), -${MOST})) AS sum, min(${value})::float8 AS min, max(${value})::float8 AS max,
      count(*) FILTER (WHERE ${isAnomaly})::int AS anomalies
    FROM ${table} WHERE ${at} >= $1 AND ${at} < $2 AND ${value} IS NOT NULL ${filter} GROUP BY 1, 2`;
}

const REPLACE = `ON CONFLICT (series, key, period_hours, bucket_at) DO UPDATE SET
  readings = excluded.readings, sum = excluded.sum, min = excluded.min, max = excluded.max, anomalies = excluded.anomalies`;
const INSERT = "INSERT INTO series_rollups (series, period_hours, key, bucket_at, readings, sum, min, max, anomalies)";

const rollHours = (series: Series, filter = "") => `${INSERT}
  SELECT '${series}', 1, r.* FROM (${measureSeriesSql(series, filter, HOUR_MS)}) r JOIN ${SOURCES[series].owners} o ON o.id = r.key ${REPLACE}`;

const rollDays = (series: Series, filter = "") => `${INSERT}
  SELECT '${series}', 24, key, date_trunc('day', bucket_at, 'UTC'), sum(readings)::int, sum(sum), min(min), max(max),
    sum(anomalies)::int
  FROM series_rollups
  WHERE series = '${series}' AND period_hours = 1 AND bucket_at >= $1 AND bucket_at < $2 ${filter} GROUP BY key, 4 ${REPLACE}`;

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

/**
 * Makes the hour and the day around each of these times anew, where they are rolled up already: a value came late, was
 * corrected or deleted. In the transaction that changes the values.
 */
export async function remakeSeries(
  client: Pick<pg.PoolClient, "query">,
  series: Series,
  values: readonly { key: number; at: Date }[],
): Promise<void> {
  const { rows } = await client.query<{ period_hours: number; until: Date }>(
    "SELECT period_hours, rolled_until AS until FROM rollup_progress",
  );
  const untilOf = (hours: number) => rows.find((row) => row.period_hours === hours)?.until.getTime() ?? 0;
  for (const hours of [1, 24] as const) {
    const buckets = new Set<string>();
    const widthMs = hours * HOUR_MS;
    for (const { key, at } of values) {
      const bucket = Math.floor(at.getTime() / widthMs) * widthMs;
      if (bucket < untilOf(hours)) buckets.add(`${key} ${bucket}`);
    }
    for (const bucket of buckets) await remakeBucket(client, series, hours, bucket);
  }
}

async function remakeBucket(
  client: Pick<pg.PoolClient, "query">,
  series: Series,
  hours: 1 | 24,
  bucket: string,
): Promise<void> {
  const [key, at] = bucket.split(" ").map(Number) as [number, number];
  const [from, until] = [new Date(at), new Date(at + hours * HOUR_MS)];
  await client.query(
    "DELETE FROM series_rollups WHERE series = $1 AND key = $2 AND period_hours = $3 AND bucket_at = $4",
    [series, key, hours, from],
  );
  const filter = `AND ${hours === 1 ? SOURCES[series].key : "key"} = $3`;
  await client.query((hours === 1 ? rollHours : rollDays)(series, filter), [from, until, key]);
}
