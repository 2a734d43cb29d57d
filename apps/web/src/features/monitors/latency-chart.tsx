import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatLatency } from "../../lib/format.ts";
import { listValues, SERIES, type LatencyView, type Slot } from "./latency-series.ts";

/** A span of time, in ms since the epoch. */
type Span = { from: number; to: number };
/** What is drawn: the range, its slots, and when it was down. */
export type Picture = { span: Span; slots: readonly Slot[]; outages: readonly Span[] };

type Props = {
  picture: Picture;
  view: LatencyView;
  /** Told which slot the pointer is at, null when it is at none. */
  onPoint(index: number | null): void;
};

const HEIGHT = 240;

/** Latencies over time on a canvas; what it shows is told in words beside it. */
export function LatencyChart({ picture, view, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(null);
  const shown = useRef({ picture, onPoint });

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new UPlot(describeChart(element, view, shown), undefined, element);
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // The theme is a class of the document: colours are read anew when it changes.
    const themed = new MutationObserver(() => made.redraw(false));
    themed.observe(document.documentElement, { attributeFilter: ["class"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      made.destroy();
    };
  }, [view]);

  useEffect(() => {
    shown.current = { picture, onPoint };
    const rows = listValues(picture.slots, view);
    // The highest of a stack is drawn first, and the others over it.
    const ordered = view === "phases" ? rows.toReversed() : rows;
    chart.current?.setData([picture.slots.map(({ at }) => at / 1_000), ...ordered]);
  }, [picture, view, onPoint]);

  return <div ref={box} aria-hidden className="min-w-0 overflow-hidden" style={{ height: HEIGHT }} />;
}

type Shown = { current: Pick<Props, "picture" | "onPoint"> };

function describeChart(element: HTMLElement, view: LatencyView, shown: Shown): UPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name);
  const isStacked = view === "phases";
  const series = SERIES[view].map(({ label, colour: name, dash }): UPlot.Series => ({
    label,
    stroke: () => colour(name),
    width: isStacked ? 1 : 2,
    dash,
    ...(isStacked ? { fill: () => colour(name) } : {}),
  }));
  const lines = { stroke: () => colour("--line"), width: 1 };
  const axis: UPlot.Axis = { stroke: () => colour("--muted"), grid: lines, ticks: lines };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: !isStacked } },
    scales: {
      x: { range: () => [shown.current.picture.span.from / 1_000, shown.current.picture.span.to / 1_000] },
      y: { range: (_, _min, max) => [0, UPlot.rangeNum(0, max ?? 100, 0.1, true)[1] ?? 100] },
    },
    series: [{}, ...(isStacked ? series.toReversed() : series)],
    axes: [
      { ...axis, space: 64, values: (_u, splits, _axis, _space, stepS) => splits.map((at) => writeTime(at, stepS)) },
      { ...axis, size: 64, values: (_u, splits) => splits.map(formatLatency) },
    ],
    hooks: {
      drawClear: [(u) => drawOutages(u, shown.current.picture.outages, colour("--down"))],
      setCursor: [({ cursor: { idx, left } }) => shown.current.onPoint((left ?? -1) < 0 ? null : (idx ?? null))],
    },
  };
}

function drawOutages(u: UPlot, outages: readonly Span[], colour: string): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = colour;
  for (const { from, to } of outages) {
    const left = Math.max(bbox.left, u.valToPos(from / 1_000, "x", true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(to / 1_000, "x", true));
    if (right <= bbox.left) continue;
    // A short outage in a long range must still be seen.
    const width = Math.max(3, right - left);
    ctx.globalAlpha = 0.15;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top, width, 3);
  }
  ctx.restore();
}

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** A point of the time axis in the reader's zone: the time of day, or the day where one begins. */
function writeTime(atS: number, stepS: number): string {
  const at = new Date(atS * 1_000);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  return (stepS >= 86_400 || isMidnight ? DAY : TIME).format(at);
}
