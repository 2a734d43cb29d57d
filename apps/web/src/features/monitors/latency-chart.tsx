import { useMemo } from "react";
import { SeriesChart, type Line, type Span } from "../../components/ui/series-chart.tsx";
import { listValues, SERIES, UNUSUAL, type LatencyView, type Slot } from "./latency-series.ts";

/** What is drawn: the range, its slots, and when it was down. */
export type LatencyPicture = { span: Span; slots: readonly Slot[]; outages: readonly Span[] };

type Props = {
  picture: LatencyPicture;
  view: LatencyView;
  format(ms: number | null): string;
  onPoint(index: number | null): void;
};

// The highest of a stack is drawn first, and the others over it; dots over all of them.
const LINES: Record<LatencyView, readonly Line[]> = {
  percentiles: [...SERIES.percentiles, UNUSUAL],
  phases: [...SERIES.phases.map((one): Line => ({ ...one, look: "area" })).toReversed(), UNUSUAL],
};

/** Latencies, or durations, over time: percentiles as lines, or the phases stacked. */
export function LatencyChart({ picture: { span, slots, outages }, view, format, onPoint }: Props) {
  const picture = useMemo(() => {
    const rows = listValues(slots, view);
    const dots = slots.map(({ unusual }) => unusual?.latency_ms ?? null);
    return {
      span,
      outages,
      at: slots.map(({ at }) => at),
      rows: [...(view === "phases" ? rows.toReversed() : rows), dots],
    };
  }, [span, slots, outages, view]);
  return <SeriesChart picture={picture} lines={LINES[view]} format={format} isFromZero onPoint={onPoint} />;
}
