import { useMemo } from "react";
import { SeriesChart, type Line, type Span } from "../../components/ui/series-chart.tsx";
import { formatLatency } from "../../lib/format.ts";
import { listValues, SERIES, type LatencyView, type Slot } from "./latency-series.ts";

/** What is drawn: the range, its slots, and when it was down. */
export type LatencyPicture = { span: Span; slots: readonly Slot[]; outages: readonly Span[] };

type Props = { picture: LatencyPicture; view: LatencyView; onPoint(index: number | null): void };

// The highest of a stack is drawn first, and the others over it.
const LINES: Record<LatencyView, readonly Line[]> = {
  percentiles: SERIES.percentiles,
  phases: SERIES.phases.map((one): Line => ({ ...one, look: "area" })).toReversed(),
};

/** Latencies over time: percentiles as lines, or the phases stacked. */
export function LatencyChart({ picture: { span, slots, outages }, view, onPoint }: Props) {
  const picture = useMemo(() => {
    const rows = listValues(slots, view);
    return { span, outages, at: slots.map(({ at }) => at), rows: view === "phases" ? rows.toReversed() : rows };
  }, [span, slots, outages, view]);
  return <SeriesChart picture={picture} lines={LINES[view]} format={formatLatency} isFromZero onPoint={onPoint} />;
}
