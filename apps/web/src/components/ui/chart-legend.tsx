import type { Line } from "./series-chart.tsx";

type Props = { line: Pick<Line, "label" | "colour" | "dash" | "look">; meaning?: string; value?: string | undefined };

/** Which line of a chart is which and, while one points at the chart, its value there. */
export function LegendKey({ line: { label, colour, dash = [], look = "line" }, meaning, value }: Props) {
  return (
    <span title={meaning} className="inline-flex max-w-full items-center gap-1.5">
      <svg aria-hidden viewBox="0 0 20 8" className="h-2 w-5 shrink-0">
        {look === "dots" ? (
          <circle cx="10" cy="4" r="4" style={{ fill: `var(${colour})` }} />
        ) : (
          <line
            x1="0"
            x2="20"
            y1="4"
            y2="4"
            style={{ stroke: `var(${colour})` }}
            strokeWidth={look === "area" ? 8 : 3}
            strokeDasharray={dash.join(" ")}
          />
        )}
      </svg>
      <span className="max-w-48 truncate">{label}</span>
      {value !== undefined && <span className="font-medium tabular-nums">{value}</span>}
    </span>
  );
}
