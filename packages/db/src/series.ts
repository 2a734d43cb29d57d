import { cutRange, type Segment } from "./measured.ts";
import { HOUR_MS } from "./rollups.ts";
import type { Scope } from "./scope.ts";
import { measureSeriesSql, SOURCES, type Series } from "./series-rollups.ts";

/** Figures of one series from `at` on. */
export type SeriesFigures = { at: Date; count: number; sum: number; min: number; max: number; anomalies: number };

/** Figures of one series over a range (ms), in steps of at most `widthMs`: days and hours from rollups, edges raw. */
export async function readSeries(
  { db }: Scope,
  series: Series,
  key: number,
  range: { from: number; to: number; widthMs: number },
): Promise<SeriesFigures[]> {
  const progress = await db.prisma.rollupProgress.findMany();
  // What is coarser than a step is of no use.
  const until = (hours: number) =>
    range.widthMs < hours * HOUR_MS
      ? 0
      : (progress.find((row) => row.periodHours === hours)?.rolledUntil.getTime() ?? 0);
  const segments = cutRange(range.from, range.to, until(1), until(24));
  const stepMs = Math.min(range.widthMs, HOUR_MS);
  const parts = await Promise.all(
    segments.map(async ({ source, from, to }: Segment) => {
      const measured =
        source === "raw"
          ? `(${measureSeriesSql(series, `AND ${SOURCES[series].key} = $3`, stepMs)}) AS measured`
          : `series_rollups WHERE series = '${series}' AND period_hours = ${source} AND bucket_at >= $1 AND bucket_at < $2 AND key = $3`;
      const { rows } = await db.pool.query<SeriesFigures>(
        `SELECT bucket_at AS at, readings AS count, sum, min, max, anomalies FROM ${measured} ORDER BY 1`,
        [new Date(from), new Date(to), key],
      );
      return rows;
    }),
  );
  return parts.flat();
}

/** Figures of several steps as those of one; null where there was nothing. */
export function gatherSeries(figures: readonly SeriesFigures[]) {
  const count = sum(figures, (one) => one.count);
  if (count === 0) return { count, avg: null, min: null, max: null };
  return {
    count,
    avg: sum(figures, (one) => one.sum) / count,
    min: figures.reduce((least, one) => Math.min(least, one.min), Infinity),
    max: figures.reduce((most, one) => Math.max(most, one.max), -Infinity),
  };
}

function sum(figures: readonly SeriesFigures[], of: (one: SeriesFigures) => number): number {
  return figures.reduce((total, one) => total + of(one), 0);
}
