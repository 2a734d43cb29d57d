import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { lazy, Suspense, useMemo, useState } from "react";
import { LegendKey } from "../../components/ui/chart-legend.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Empty } from "../../components/ui/states.tsx";
import { formatDateTime } from "../../lib/format.ts";
import { KIND_WORDS } from "./kind-words.ts";
import type { LatencyPicture } from "./latency-chart.tsx";
import { LatencyTable } from "./latency-table.tsx";
import { LATENCY_VIEWS, listSlots, SERIES, type LatencyView, type Slot } from "./latency-series.ts";
import type { RangeStats } from "./monitor-queries.ts";
import { RANGE_WORDS, type Range } from "../../lib/ranges.ts";

// A chunk of its own: the rest of the page does not wait for the charts' library.
const LatencyChart = lazy(async () => ({ default: (await import("./latency-chart.tsx")).LatencyChart }));

type Props = { kind: MonitorKind; range: Range; stats: RangeStats; intervalMs: number };

/** How fast the answers were, or how long the runs took, over time. */
export function LatencyCard({ kind, range, stats, intervalMs }: Props) {
  const [view, setView] = useState<LatencyView>("percentiles");
  return (
    <Card title={KIND_WORDS[kind].time} actions={kind === "http" && <ViewSwitch view={view} onChange={setView} />}>
      <p className="text-muted">{summarise(kind, range, stats)}</p>
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
      <Legend kind={kind} view={view} slot={slot} hasOutages={outages.length > 0} />
      <Suspense fallback={<div className="h-60 animate-pulse rounded bg-sunken" />}>
        <LatencyChart picture={picture} view={view} format={KIND_WORDS[kind].formatTime} onPoint={setPointed} />
      </Suspense>
    </div>
  );
}

function drawPicture(stats: RangeStats, intervalMs: number): LatencyPicture {
  return {
    span: { from: Date.parse(stats.from), to: Date.parse(stats.to) },
    slots: listSlots(stats, intervalMs),
    outages: stats.outages.map(({ started_at: start, ended_at: end }) => ({
      from: Date.parse(start),
      to: Date.parse(end ?? stats.to),
    })),
  };
}

const VIEW_WORDS: Record<LatencyView, string> = { percentiles: "Percentiles", phases: "Phases" };

function ViewSwitch({ view, onChange }: { view: LatencyView; onChange(view: LatencyView): void }) {
  return (
    <div role="group" aria-label="What the chart shows" className="flex rounded-md border border-edge/60">
      {LATENCY_VIEWS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={view === one}
          onClick={() => onChange(one)}
          className="min-h-8 px-3 text-muted first:rounded-l-md last:rounded-r-md aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-ink"
        >
          {VIEW_WORDS[one]}
        </button>
      ))}
    </div>
  );
}

/** Which line is which and, while one points at the chart, its values there. */
type LegendProps = { kind: MonitorKind; view: LatencyView; slot: Slot | undefined; hasOutages: boolean };

function Legend({ kind, view, slot, hasOutages }: LegendProps) {
  const bucket = slot?.bucket ?? null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs">
      {SERIES[view].map(({ key, label, meaning, colour, dash, of }) => (
        <LegendKey
          key={key}
          line={{ label, colour, dash, look: view === "phases" ? "area" : "line" }}
          meaning={meaning}
          value={bucket ? KIND_WORDS[kind].formatTime(of(bucket)) : undefined}
        />
      ))}
      {hasOutages && (
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="h-3 w-5 border-t-2 border-down bg-down/15" />
          Outage
        </span>
      )}
      {slot && (
        <span className="text-muted tabular-nums">
          {bucket ? formatDateTime(new Date(bucket.from)) : "Nothing was measured here"}
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
