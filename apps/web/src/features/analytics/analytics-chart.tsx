import type { Analytics } from "@pulsecheck/shared/analytics";
import { useMemo, useState } from "react";
import { LegendKey } from "../../components/ui/chart-legend.tsx";
import { LazyChart } from "../../components/ui/lazy-chart.tsx";
import { NumbersBehind } from "../../components/ui/numbers-behind.tsx";
import { Time } from "../../components/ui/time.tsx";
import { formatCount, formatDateTime } from "../../lib/format.ts";
import {
  drawPicture,
  FIGURE_LINES,
  LINE_BEFORE,
  linesOf,
  listPoints,
  type Bucket,
  type Point,
} from "./analytics-lines.ts";
import { formatOf } from "./analytics-words.ts";

/** What was measured over time, all together, and the period before behind it. */
export function AnalyticsChart({ analytics }: { analytics: Analytics }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const { of, unit, previous } = analytics;
  const format = useMemo(() => formatOf({ of, unit }), [of, unit]);
  const isCompared = previous !== null;
  const lines = useMemo(() => linesOf(of, isCompared), [of, isCompared]);
  const points = useMemo(() => listPoints(analytics), [analytics]);
  const picture = useMemo(() => drawPicture(analytics, points), [analytics, points]);
  return (
    <div className="grid gap-2">
      <Legend analytics={analytics} point={pointed === null ? undefined : points[pointed]} format={format} />
      <LazyChart picture={picture} lines={lines} format={format} isFromZero={of === "latency"} onPoint={setPointed} />
      <Numbers analytics={analytics} format={format} />
    </div>
  );
}

type Format = (value: number | null) => string;
type LegendProps = { analytics: Analytics; point: Point | undefined; format: Format };

function Legend({ analytics: { of, previous, total }, point, format }: LegendProps) {
  const bucket = point?.bucket ?? null;
  const hasAnomalies = total.anomalies > 0;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs">
      {FIGURE_LINES[of]
        .filter(({ look }) => look !== "dots" || hasAnomalies)
        .map(({ of: figure, ...line }) => (
          <LegendKey
            key={line.label}
            line={line}
            value={bucket === null || line.look === "dots" ? undefined : format(figure(bucket))}
          />
        ))}
      {previous !== null && (
        <LegendKey line={LINE_BEFORE} value={point?.before ? format(point.before.avg) : undefined} />
      )}
      {bucket !== null && (
        <span className="text-muted tabular-nums">
          {formatDateTime(new Date(bucket.from))}, {formatCount(bucket.count)} {bucket.count === 1 ? "value" : "values"}
          {bucket.anomalies > 0 && `, ${formatCount(bucket.anomalies)} unusual`}
        </span>
      )}
    </div>
  );
}

const COLUMNS: readonly (readonly [string, (bucket: Bucket, format: Format) => string])[] = [
  ["Values", ({ count }) => formatCount(count)],
  ["Average", ({ avg }, format) => format(avg)],
  ["Least", ({ min }, format) => format(min)],
  ["Most", ({ max }, format) => format(max)],
  ["p95", ({ p95 }, format) => format(p95)],
  ["p99", ({ p99 }, format) => format(p99)],
  ["Unusual", ({ anomalies }) => formatCount(anomalies)],
];

function Numbers({ analytics: { total }, format }: { analytics: Analytics; format: Format }) {
  return (
    <NumbersBehind label="Values over time">
      <table className="w-full text-right whitespace-nowrap tabular-nums">
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 text-left font-medium">
              From
            </th>
            {COLUMNS.map(([label]) => (
              <th key={label} scope="col" className="py-1 pl-3 font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {total.buckets.toReversed().map((bucket) => (
            <tr key={bucket.from} className="border-t border-line">
              <th scope="row" className="py-1 pr-3 text-left font-normal">
                <Time at={bucket.from} />
              </th>
              {COLUMNS.map(([label, write]) => (
                <td key={label} className="pl-3">
                  {write(bucket, format)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </NumbersBehind>
  );
}
