import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { KIND_WORDS } from "./kind-words.ts";

const WIDTH = 96;
const HEIGHT = 24;

export type LatencyPoint = { at: string; avg_ms: number | null };

/** Latency, or how long runs took, over time as a line; where nothing was measured it is broken. */
export function Sparkline({ kind, points }: { kind: MonitorKind; points: readonly LatencyPoint[] }) {
  const known = points.flatMap(({ avg_ms }) => avg_ms ?? []);
  if (known.length === 0) return null;
  const max = Math.max(...known);
  const { time, formatTime } = KIND_WORDS[kind];
  const label = `${time} of the last 24 hours: ${formatTime(Math.min(...known))} to ${formatTime(max)}`;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-6 w-24"
    >
      <title>{label}</title>
      <path
        d={drawLine(points, max)}
        fill="none"
        className="stroke-accent"
        strokeWidth={1.5}
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function drawLine(points: readonly LatencyPoint[], max: number): string {
  let isBroken = true;
  const steps = points.map(({ avg_ms: ms }, i) => {
    if (ms === null) {
      isBroken = true;
      return "";
    }
    const x = (i / Math.max(1, points.length - 1)) * WIDTH;
    const y = HEIGHT - 2 - (ms / Math.max(max, 1)) * (HEIGHT - 4);
    // A lone point is drawn as a dot: a line of no length with round ends.
    const step = `${isBroken ? `M${x.toFixed(1)} ${y.toFixed(1)}` : ""}L${x.toFixed(1)} ${y.toFixed(1)}`;
    isBroken = false;
    return step;
  });
  return steps.join("");
}
