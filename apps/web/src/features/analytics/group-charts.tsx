import type { Analytics } from "@pulsecheck/shared/analytics";
import { useMemo, useState } from "react";
import { LegendKey } from "../../components/ui/chart-legend.tsx";
import { LazyChart } from "../../components/ui/lazy-chart.tsx";
import { NumbersBehind } from "../../components/ui/numbers-behind.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Time } from "../../components/ui/time.tsx";
import { formatDateTime } from "../../lib/format.ts";
import { formatOf } from "./analytics-words.ts";
import {
  chartGroups,
  drawGroups,
  linesOfGroups,
  listGroupPoints,
  nameOf,
  type Charted,
  type GroupPoint,
} from "./group-lines.ts";

/** The average of each group over time: a line each, in a chart for each unit. */
export function GroupCharts({ analytics }: { analytics: Analytics }) {
  const charts = useMemo(() => chartGroups(analytics), [analytics]);
  return charts.map((charted) => <GroupChart key={charted.unit ?? ""} analytics={analytics} charted={charted} />);
}

function GroupChart({ analytics, charted: { unit, groups } }: { analytics: Analytics; charted: Charted }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const { of } = analytics;
  const format = useMemo(() => formatOf({ of, unit }), [of, unit]);
  const lines = useMemo(() => linesOfGroups(groups), [groups]);
  const points = useMemo(() => listGroupPoints(groups), [groups]);
  const picture = useMemo(() => drawGroups(analytics, groups, points), [analytics, groups, points]);
  const point = pointed === null ? undefined : points[pointed];
  const title = unit === null || unit === "" ? "Average of each" : `Average of each, in ${unit}`;
  const drawn = analytics.groups.filter(({ buckets }) => buckets.length > 0).length;
  return (
    <Card title={title}>
      {analytics.groups_in_all > drawn && (
        <p className="text-muted">Only the {drawn} groups with the most values are drawn.</p>
      )}
      <ul aria-label={title} className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-xs">
        {lines.map((line, i) => (
          <li key={groups[i]?.id} className="max-w-full">
            <LegendKey
              line={line}
              meaning={line.label}
              value={point?.from ? format(point.buckets[i]?.avg ?? null) : undefined}
            />
          </li>
        ))}
        {point?.from && <li className="text-muted tabular-nums">{formatDateTime(new Date(point.from))}</li>}
      </ul>
      <LazyChart picture={picture} lines={lines} format={format} isFromZero={of === "latency"} onPoint={setPointed} />
      <Numbers title={title} groups={groups} points={points} format={format} />
    </Card>
  );
}

type NumbersProps = {
  title: string;
  groups: Charted["groups"];
  points: readonly GroupPoint[];
  format(value: number | null): string;
};

function Numbers({ title, groups, points, format }: NumbersProps) {
  return (
    <NumbersBehind label={title}>
      <table className="w-full text-right whitespace-nowrap tabular-nums">
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 text-left font-medium">
              From
            </th>
            {groups.map((group) => (
              <th key={group.id} scope="col" title={nameOf(group)} className="max-w-36 truncate py-1 pl-3 font-medium">
                {nameOf(group)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(
            ({ from, buckets }) =>
              from !== null && (
                <tr key={from} className="border-t border-line">
                  <th scope="row" className="py-1 pr-3 text-left font-normal">
                    <Time at={from} />
                  </th>
                  {groups.map(({ id }, i) => (
                    <td key={id} className="pl-3">
                      {format(buckets[i]?.avg ?? null)}
                    </td>
                  ))}
                </tr>
              ),
          )}
        </tbody>
      </table>
    </NumbersBehind>
  );
}
