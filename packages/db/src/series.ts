import type pg from "pg";
import { cutRange, readRolledUntil, type Segment } from "./measured.ts";
import { DAY_MS, HOUR_MS } from "./rollup-periods.ts";
import type { Scope } from "./scope.ts";
import { measureSeriesSql, SOURCES, type Series } from "./series-rollups.ts";

/** Figures of one series from `at` on. */
export type SeriesFigures = { at: Date; count: number; sum: number; min: number; max: number; anomalies: number };

type Range = { from: number; to: number };

/** Figures of one series over a range (ms), in steps of at most `widthMs`: days and hours from rollups, edges raw. */
export async function readSeries(
  scope: Scope,
  series: Series,
  key: number,
  range: Range & { widthMs: number },
): Promise<SeriesFigures[]> {
  const segments = await cutSeries(scope, range, range.widthMs);
  const stepMs = Math.min(range.widthMs, HOUR_MS);
  const parts = await Promise.all(
    segments.map(async (segment) => {
      const columns = "bucket_at AS at, readings AS count, sum, min, max, anomalies";
      return readSegment<SeriesFigures>(
        scope,
        `SELECT ${columns} FROM ${sourceOf(series, segment, stepMs)} ORDER BY 1`,
        segment,
        [key],
      );
    }),
  );
  return parts.flat();
}

/** How much there was of a series over a range (ms), by key (inner ones of this workspace); none where there was nothing. */
export async function countSeries(
  scope: Scope,
  series: Series,
  keys: readonly number[],
  range: Range,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const segment of await cutSeries(scope, range, DAY_MS)) {
    const sql = `SELECT key, sum(readings)::int AS count FROM ${sourceOf(series, segment, DAY_MS)} GROUP BY key`;
    for (const { key, count } of await readSegment<{ key: number; count: number }>(scope, sql, segment, keys))
      counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}

/** Where a range is read. What is coarser than a step is of no use. */
async function cutSeries(scope: Scope, { from, to }: Range, widthMs: number): Promise<Segment[]> {
  const { hours, days } = await readRolledUntil(scope);
  return cutRange(from, to, { hours: widthMs < HOUR_MS ? 0 : hours, days: widthMs < DAY_MS ? 0 : days });
}

/** From what the rows of a segment are read, in the columns of "series_rollups", for the keys $3. */
function sourceOf(series: Series, { source }: Segment, stepMs: number): string {
  return source === "raw"
    ? `(${measureSeriesSql(series, `AND ${SOURCES[series].key} = ANY($3)`, stepMs)}) AS measured`
    : `series_rollups WHERE series = '${series}' AND period_hours = ${source} AND bucket_at >= $1 AND bucket_at < $2 AND key = ANY($3)`;
}

async function readSegment<Row extends pg.QueryResultRow>(
  { db }: Scope,
  sql: string,
  { from, to }: Segment,
  keys: readonly number[],
): Promise<Row[]> {
  return (await db.pool.query<Row>(sql, [new Date(from), new Date(to), keys])).rows;
}

/** Figures of several steps as those of one; null where there was nothing. */
export function gatherSeries(figures: readonly SeriesFigures[]) {
  const count = sum(figures, (one) => one.count);
  const anomalies = sum(figures, (one) => one.anomalies);
  if (count === 0) return { count, avg: null, min: null, max: null, anomalies };
  return {
    count,
    avg: sum(figures, (one) => one.sum) / count,
    min: figures.reduce((least, one) => Math.min(least, one.min), Infinity),
    max: figures.reduce((most, one) => Math.max(most, one.max), -Infinity),
    anomalies,
  };
}

function sum(figures: readonly SeriesFigures[], of: (one: SeriesFigures) => number): number {
  return figures.reduce((total, one) => total + of(one), 0);
}
