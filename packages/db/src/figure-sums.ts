import { FiguresSum, type Analysed, type AnalyticsBucket } from "@pulsecheck/shared/analytics";
import { cutRange, type RolledUntil, type Segment } from "./measured.ts";
import { HOUR_MS, PERIODS } from "./rollup-periods.ts";
import { measureSql } from "./rollups.ts";
import type { Scope } from "./scope.ts";
import { measureSeriesSql, SOURCES } from "./series-rollups.ts";

/** Instants in ms since the epoch. */
export type RangeMs = { from: number; to: number };

/** The bucket of figures that are in none. */
export const ALL = 0;
/** Figures by the number of their group, and the beginning of their bucket (ms). */
export type Sums = Map<number, Map<number, FiguresSum>>;

type SumRow = {
  group_no: number;
  at: Date | null;
  /** Null where the histogram knows it. */
  count: number | null;
  sum: number;
  min: number | null;
  max: number | null;
  anomalies: number;
  checks: number;
  failures: number;
  inconclusive: number;
  packed: string | null;
};

/** Reads each part of a range from where it is cheapest, and adds it up for groups of inner keys. */
export async function sumUp(
  scope: Scope,
  of: Analysed,
  { range, bucket, groups }: { range: RangeMs; bucket: AnalyticsBucket; groups: readonly (readonly number[])[] },
  rolled: RolledUntil,
): Promise<Sums> {
  const sums: Sums = new Map();
  if (groups.length === 0) return sums;
  const until = {
    hours: rolled.hours,
    days: bucket === "hour" ? 0 : rolled.days,
    weeks: bucket === "hour" || bucket === "day" ? 0 : rolled.weeks,
  };
  const members = groups.flatMap((keys, i) => keys.map((key) => ({ key, i })));
  const keys = members.map(({ key }) => key);
  const grouped = groups.length > 1 ? [members.map(({ i }) => i)] : [];
  for (const segment of cutRange(range.from, range.to, until)) {
    const sql = sumSql(of, segment, bucket, grouped.length > 0);
    const values = [new Date(segment.from), new Date(segment.to), keys, ...grouped];
    const { rows } = await scope.db.pool.query<SumRow>(sql, values);
    for (const row of rows) addRow(sums, row);
  }
  return sums;
}

/**
 * SQL: the rows of a segment of the keys $3, added up by their groups $4 and by bucket. One group is not joined: Postgres then
 * knows how few sums there are, and needs not sort.
 */
function sumSql(of: Analysed, { source }: Segment, bucket: AnalyticsBucket, isGrouped: boolean): string {
  const isItsBucket = PERIODS.some(({ hours, unit }) => hours === source && unit === bucket);
  const at = isItsBucket ? "bucket_at" : `date_trunc('${bucket}', bucket_at, 'UTC')`;
  const ofMonitors = of === "latency";
  // Each latency is in the histogram, but not each check has one: to count them here would take longer than all the rest.
  const figures = ofMonitors
    ? `monitor_id AS key, bucket_at, NULL::int AS n, latency_sum_ms AS sum, latency_min_ms AS min, latency_max_ms AS max, anomalies, checks, failures, inconclusive`
    : "key, bucket_at, readings AS n, sum, min, max, anomalies, 0 AS checks, 0 AS failures, 0 AS inconclusive";
  return `
    SELECT ${isGrouped ? "group_no" : "0 AS group_no"}, ${bucket === "none" ? "NULL::timestamptz" : at} AS at, sum(n)::float8 AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max, sum(anomalies)::float8 AS anomalies,
      sum(checks)::float8 AS checks, sum(failures)::float8 AS failures, sum(inconclusive)::float8 AS inconclusive,
      encode(string_agg(histogram, ''), 'base64') AS packed
    FROM (SELECT ${figures}, histogram FROM ${ofMonitors ? checksSql(source) : seriesSql(of, source)}) AS r
      ${isGrouped ? "JOIN unnest($3::int[], $4::int[]) AS g(member, group_no) ON r.key = g.member" : ""}
    GROUP BY 1, 2`;
}

const PACKED = "pack_histogram(hist_buckets, hist_counts) AS histogram";

function checksSql(source: Segment["source"]): string {
  if (source === "raw")
    return `(SELECT *, ${PACKED} FROM (${measureSql("AND monitor_id = ANY($3)", HOUR_MS)}) m) AS measured`;
  return `check_rollups WHERE period_hours = ${source} AND bucket_at >= $1 AND bucket_at < $2 AND monitor_id = ANY($3)`;
}

const LETTERS = { readings: "v", battery: "b", signal: "s" } as const;

function seriesSql(of: Exclude<Analysed, "latency">, source: Segment["source"]): string {
  const series = LETTERS[of];
  const mine = `AND ${SOURCES[series].key} = ANY($3)`;
  if (source === "raw") return `(SELECT *, ${PACKED} FROM (${measureSeriesSql(series, mine, HOUR_MS)}) m) AS measured`;
  return `series_rollups WHERE series = '${series}' AND period_hours = ${source} AND bucket_at >= $1 AND bucket_at < $2 AND key = ANY($3)`;
}

function addRow(sums: Sums, row: SumRow): void {
  const sum = new FiguresSum();
  sum.sum = row.sum;
  sum.min = row.min ?? Infinity;
  sum.max = row.max ?? -Infinity;
  sum.anomalies = row.anomalies;
  sum.checks = row.checks;
  sum.failures = row.failures;
  sum.inconclusive = row.inconclusive;
  if (row.packed !== null) sum.histogram.addPacked(Buffer.from(row.packed, "base64"));
  sum.count = row.count ?? sum.histogram.total();
  const group = sums.get(row.group_no) ?? new Map<number, FiguresSum>();
  sums.set(row.group_no, group);
  const at = row.at?.getTime() ?? ALL;
  const before = group.get(at);
  if (before === undefined) group.set(at, sum);
  else before.merge(sum);
}
