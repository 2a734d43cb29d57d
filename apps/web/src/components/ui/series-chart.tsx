import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** A span of time, in ms since the epoch. */
export type Span = { from: number; to: number };
/** One line, area or row of dots; its colour is the name of a variable of the theme. */
export type Line = { label: string; colour: string; dash?: readonly number[]; look?: "line" | "area" | "dots" };
/** What is drawn: the range, its points in ms, one row of values a line, when it was down, and levels to compare with. */
export type Picture = {
  span: Span;
  at: readonly number[];
  rows: readonly (readonly (number | null | undefined)[])[];
  outages?: readonly Span[];
  levels?: readonly number[];
};

type Props = {
  picture: Picture;
  lines: readonly Line[];
  format(value: number): string;
  /** Does the scale begin at zero, or at the least value? */
  isFromZero?: boolean;
  /** Told which point the pointer is at, null when it is at none. */
  onPoint?: ((index: number | null) => void) | undefined;
};
type Shown = { current: Pick<Props, "picture" | "onPoint"> };

const HEIGHT = 240;

/** Values over time on a canvas; what it shows is told in words beside it. */
export function SeriesChart({ picture, lines, format, isFromZero = false, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(null);
  const shown: Shown = useRef({ picture, onPoint });

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new UPlot(describeChart(element, shown, lines, { format, isFromZero }), undefined, element);
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
  }, [lines, format, isFromZero]);

  useEffect(() => {
    shown.current = { picture, onPoint };
    chart.current?.setData([picture.at.map((ms) => ms / 1_000), ...picture.rows.map((row) => [...row])]);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- other lines are another chart, without data yet
  }, [picture, lines, onPoint]);

  return (
    <div
      ref={box}
      aria-hidden
      data-points={picture.at.length}
      data-lines={lines.length}
      className="min-w-0 overflow-hidden"
      style={{ height: HEIGHT }}
    />
  );
}

function describeChart(
  element: HTMLElement,
  shown: Shown,
  lines: readonly Line[],
  { format, isFromZero }: Required<Pick<Props, "format" | "isFromZero">>,
): UPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name);
  const rules = { stroke: () => colour("--line"), width: 1 };
  const axis: UPlot.Axis = { stroke: () => colour("--muted"), grid: rules, ticks: rules };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: lines.every(({ look }) => look !== "area") } },
    scales: {
      x: { range: () => [shown.current.picture.span.from / 1_000, shown.current.picture.span.to / 1_000] },
      y: { range: (_, min, max) => scaleOf(min, max, isFromZero, shown.current.picture.levels ?? []) },
    },
    series: [{}, ...lines.map((line) => describeLine(line, colour))],
    axes: [
      { ...axis, space: 64, values: (_u, splits, _axis, _space, stepS) => splits.map((at) => writeTime(at, stepS)) },
      { ...axis, size: (_u, labels) => roomFor(labels ?? []), values: (_u, splits) => splits.map(format) },
    ],
    hooks: {
      drawClear: [(u) => drawOutages(u, shown.current.picture.outages ?? [], colour("--down"))],
      draw: [(u) => drawLevels(u, shown.current.picture.levels ?? [], colour("--warn"))],
      setCursor: [({ cursor: { idx, left } }) => shown.current.onPoint?.((left ?? -1) < 0 ? null : (idx ?? null))],
    },
  };
}

/** How wide (px) an axis must be for its labels. */
function roomFor(labels: readonly string[]): number {
  return Math.max(48, 18 + 7 * Math.max(0, ...labels.map(({ length }) => length)));
}

function describeLine({ label, colour: name, dash = [], look = "line" }: Line, colour: (name: string) => string) {
  const series: UPlot.Series = { label, stroke: () => colour(name), width: look === "line" ? 2 : 1, dash: [...dash] };
  if (look === "area") return { ...series, fill: () => colour(name) };
  if (look === "line") return series;
  return { ...series, paths: () => null, points: { show: true, size: 10, fill: () => colour(name) } };
}

function scaleOf(
  min: number | null,
  max: number | null,
  isFromZero: boolean,
  levels: readonly number[],
): [number, number] {
  if (isFromZero) return [0, UPlot.rangeNum(0, max ?? 100, 0.1, true)[1] ?? 100];
  const all = [min, max, ...levels].filter((value) => value !== null && value !== undefined);
  if (all.length === 0) return [0, 100];
  const [from, to] = UPlot.rangeNum(Math.min(...all), Math.max(...all), 0.1, true);
  return [from ?? 0, to ?? 100];
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

function drawLevels(u: UPlot, levels: readonly number[], colour: string): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.setLineDash([6, 6]);
  for (const level of levels) {
    const y = u.valToPos(level, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
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
