import type { CheckView } from "@pulsecheck/shared/check";
import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { lazy, Suspense, useMemo, useState } from "react";
import { Choice } from "../../components/ui/choice.tsx";
import { LegendKey } from "../../components/ui/chart-legend.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Empty } from "../../components/ui/states.tsx";
import { formatDateTime } from "../../lib/format.ts";
import { KIND_WORDS } from "./kind-words.ts";
import type { LatencyPicture } from "./latency-chart.tsx";
import { LatencyTable } from "./latency-table.tsx";
import { listSlots, SERIES, slowestOf, UNUSUAL, withDots, type LatencyView, type Slot } from "./latency-series.ts";
import type { RangeStats } from "./monitor-queries.ts";
import { RANGE_WORDS, type Range } from "../../lib/ranges.ts";

// A chunk of its own: the rest of the page does not wait for the charts' library.
const LatencyChart = lazy(async () => ({ default: (await import("./latency-chart.tsx")).LatencyChart }));

type Props = { kind: MonitorKind; range: Range; stats: RangeStats; intervalMs: number };

/** How fast the answers were, or how long the runs took, over time. */
export function LatencyCard({ kind, range, stats, intervalMs }: Props) {
  const [view, setView] = useState<LatencyView>("percentiles");
  return (
    <Card
      title={KIND_WORDS[kind].time}
      actions={
        kind === "http" && <Choice label="What the chart shows" words={VIEW_WORDS} value={view} onChange={setView} />
      }
    >
      <p className="text-muted">
        {summarise(kind, range, stats)} {tellUnusual(kind, stats)}
      </p>
      {stats.checks === 0 && <Empty title="Nothing was measured in this time" />}
      {stats.checks > 0 && (kind === "http" || stats.latency_ms.p50 !== null) && (
        <>
          <ChartWithLegend kind={kind} view={view} stats={stats} intervalMs={intervalMs} />
          <LatencyTable kind={kind} buckets={stats.buckets} />
        </>
      )}
    </Card>
  );
}

type ChartProps = Omit<Props, "range"> & { view: LatencyView };

function ChartWithLegend({ kind, view, stats, intervalMs }: ChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const picture = useMemo(() => drawPicture(stats, intervalMs), [stats, intervalMs]);
  const { slots, outages } = picture;
  const slot = pointed === null ? undefined : slots[pointed];
  return (
    <div className="grid gap-2">
      <Legend kind={kind} view={view} slot={slot} hasOutages={outages.length > 0} unusual={stats.unusual} />
      <Suspense fallback={<div className="h-60 animate-pulse rounded bg-sunken" />}>
        <LatencyChart picture={picture} view={view} format={KIND_WORDS[kind].formatTime} onPoint={setPointed} />
      </Suspense>
    </div>
  );
}

function drawPicture(stats: RangeStats, intervalMs: number): LatencyPicture {
  return {
    span: { from: Date.parse(stats.from), to: Date.parse(stats.to) },
    slots: withDots(listSlots(stats, intervalMs), stats.unusual),
    outages: stats.outages.map(({ started_at: start, ended_at: end }) => ({
      from: Date.parse(start),
      to: Date.parse(end ?? stats.to),
    })),
  };
}

const VIEW_WORDS: Record<LatencyView, string> = { percentiles: "Percentiles", phases: "Phases" };

/** Which line is which and, while one points at the chart, its values there. */
type LegendProps = {
  kind: MonitorKind;
  view: LatencyView;
  slot: Slot | undefined;
  hasOutages: boolean;
  unusual: readonly CheckView[];
};

function Legend({ kind, view, slot, hasOutages, unusual }: LegendProps) {
  const { formatTime } = KIND_WORDS[kind];
  const { bucket, unusual: dot } = slot ?? {};
  const slowest = dot ?? (bucket ? slowestOf(bucket, unusual) : undefined);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs">
      {SERIES[view].map(({ key, label, meaning, colour, dash, of }) => (
        <LegendKey
          key={key}
          line={{ label, colour, dash, look: view === "phases" ? "area" : "line" }}
          meaning={meaning}
          value={bucket ? formatTime(of(bucket)) : undefined}
        />
      ))}
      {unusual.length > 0 && (
        <LegendKey line={UNUSUAL} meaning={UNUSUAL.meaning} value={slowest && formatTime(slowest.latency_ms)} />
      )}
      {hasOutages && (
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="h-3 w-5 border-t-2 border-down bg-down/15" />
          Outage
        </span>
      )}
      {slot && (
        <span className="text-muted tabular-nums">
          {dot && formatDateTime(new Date(dot.checked_at), "second")}
          {bucket && formatDateTime(new Date(bucket.from))}
          {bucket === null && "Nothing was measured here"}
        </span>
      )}
    </div>
  );
}

function summarise(kind: MonitorKind, range: Range, { latency_ms: latency, outages }: RangeStats): string {
  const [p50, p95, max] = [latency.p50, latency.p95, latency.max].map(KIND_WORDS[kind].formatTime);
  const down =
    outages.length === 0 ? "No outages." : `${outages.length} ${outages.length === 1 ? "outage" : "outages"}.`;
  if (kind === "cron")
    return latency.p50 === null
      ? `No run of the last ${RANGE_WORDS[range]} has a duration: a job that pings /start as well has one. ${down}`
      : `In the last ${RANGE_WORDS[range]} half of the runs took ${p50} or less, 95 % ${p95} or less, and the longest took ${max}. ${down}`;
  if (latency.p50 === null) return `No answer in the last ${RANGE_WORDS[range]}. ${down}`;
  return `In the last ${RANGE_WORDS[range]} half of the answers came within ${p50}, 95 % within ${p95}, and the slowest took ${max}. ${down}`;
}

function tellUnusual(kind: MonitorKind, { unusual, hasMoreUnusual }: RangeStats): string {
  if (unusual.length === 0) return "";
  const slow =
    kind === "cron" ? "took unusually long" : unusual.length === 1 ? "was unusually slow" : "were unusually slow";
  return hasMoreUnusual
    ? `More than ${unusual.length} ${slow}; dots are the latest of them.`
    : `${unusual.length} ${slow}.`;
}
