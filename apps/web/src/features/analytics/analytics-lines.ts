import type { Analysed, Analytics } from "@pulsecheck/shared/analytics";
import type { Line, Picture } from "../../components/ui/series-chart.tsx";

export type Bucket = Analytics["total"]["buckets"][number];
/** One line of the chart, and what of a bucket it shows. */
export type FigureLine = Line & { of(bucket: Bucket): number | null };

const AVERAGE: FigureLine = { label: "Average", colour: "--series-2", of: ({ avg }) => avg };
const PERCENTILES: readonly FigureLine[] = [
  { label: "p95", colour: "--series-3", dash: [8, 4], of: ({ p95 }) => p95 },
  { label: "p99", colour: "--series-4", dash: [2, 4], of: ({ p99 }) => p99 },
];
// Of a battery or a signal it is the low end that matters.
const EXTREMES: readonly FigureLine[] = [
  { label: "Least", colour: "--series-3", dash: [8, 4], of: ({ min }) => min },
  { label: "Most", colour: "--series-4", dash: [2, 4], of: ({ max }) => max },
];
const ANOMALY: FigureLine = {
  label: "Has anomalies",
  colour: "--down",
  look: "dots",
  of: ({ anomalies, avg }) => (anomalies > 0 ? avg : null),
};

/** What is drawn of the range itself. */
export const FIGURE_LINES: Record<Analysed, readonly FigureLine[]> = {
  latency: [AVERAGE, ...PERCENTILES, ANOMALY],
  readings: [AVERAGE, ...PERCENTILES, ANOMALY],
  battery: [AVERAGE, ...EXTREMES],
  signal: [AVERAGE, ...EXTREMES],
};

export const LINE_BEFORE: Line = { label: "Average of the period before", colour: "--muted", dash: [3, 5] };

/** A point of the chart: buckets, or where there is none the lack of it, which breaks the lines. */
export type Point = { at: number; bucket?: Bucket | null; before?: Bucket | null };

const middleOf = ({ from, to }: Bucket): number => (Date.parse(from) + Date.parse(to)) / 2;

/** Buckets and those of the period before in the order of time, each in its middle, the latter moved to where it would be now. */
export function listPoints({ from, total, previous }: Analytics): Point[] {
  const moved = previous === null ? 0 : Date.parse(from) - Date.parse(previous.from);
  const points = [
    ...withGaps(total.buckets).map(({ at, bucket }): Point => ({ at, bucket })),
    ...withGaps(previous?.buckets ?? []).map(({ at, bucket }): Point => ({ at: at + moved, before: bucket })),
  ].toSorted((a, b) => a.at - b.at);
  return points.reduce<Point[]>((merged, point) => {
    const last = merged.at(-1);
    if (last?.at === point.at) merged[merged.length - 1] = { ...last, ...point };
    else merged.push(point);
    return merged;
  }, []);
}

/** Buckets in the order of time, each in its middle; null where there is none. */
export function withGaps(buckets: readonly Bucket[]): { at: number; bucket: Bucket | null }[] {
  return buckets.flatMap((bucket, i) => {
    const before = buckets[i - 1];
    const here = { at: middleOf(bucket), bucket };
    if (before === undefined || before.to >= bucket.from) return [here];
    return [{ at: (Date.parse(before.to) + Date.parse(bucket.from)) / 2, bucket: null }, here];
  });
}

/** All lines of the chart: first, below the others, that of the period before, where there is one. */
export function linesOf(of: Analysed, isCompared: boolean): readonly Line[] {
  return isCompared ? [LINE_BEFORE, ...FIGURE_LINES[of]] : FIGURE_LINES[of];
}

/** The values of these lines. Undefined does not break one, as null does. */
export function drawPicture({ from, to, of: measured, previous }: Analytics, points: readonly Point[]): Picture {
  const valueOf = (bucket: Bucket | null | undefined, of: FigureLine["of"]) => bucket && of(bucket);
  const before = previous === null ? [] : [points.map((point) => valueOf(point.before, AVERAGE.of))];
  return {
    span: { from: Date.parse(from), to: Date.parse(to) },
    at: points.map(({ at }) => at),
    rows: [...before, ...FIGURE_LINES[measured].map(({ of }) => points.map(({ bucket }) => valueOf(bucket, of)))],
  };
}
