import type { SensorView } from "@pulsecheck/shared/sensor";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { LazyChart } from "../../components/ui/lazy-chart.tsx";
import { Card } from "../../components/ui/page.tsx";
import type { Line, Picture } from "../../components/ui/series-chart.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { formatCount } from "../../lib/format.ts";
import type { Range } from "../../lib/ranges.ts";
import { Fact } from "../monitors/monitor-head.tsx";
import { RangeChoice } from "../monitors/range-figures.tsx";
import { sensorStatsQuery } from "./sensor-queries.ts";
import { formatValue } from "./sensor-words.ts";

const LINES: readonly Line[] = [
  { label: "Average", colour: "--series-2" },
  { label: "Anomaly", colour: "--down", look: "dots" },
];

type Stats = Awaited<ReturnType<NonNullable<ReturnType<typeof sensorStatsQuery>["queryFn"]>>>;

/** Values over time, with the bounds as lines and anomalies as dots. */
export function ValueCard({ sensor, range }: { sensor: SensorView; range: Range }) {
  const { sensor_id: id, unit } = sensor;
  const { data: stats, error, refetch } = useQuery(sensorStatsQuery(id, range));
  return (
    <Card title="Values" actions={<RangeChoice to="/sensors/$id" id={id} />}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {stats === undefined && !error && <Loading what="values" />}
      {stats && (
        <>
          <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-5">
            <Fact label="Readings">{stats.count}</Fact>
            <Fact label="Average">{formatValue(stats.avg, unit)}</Fact>
            <Fact label="Least">{formatValue(stats.min, unit)}</Fact>
            <Fact label="Most">{formatValue(stats.max, unit)}</Fact>
            <Fact label="Anomalies">{stats.anomalies}</Fact>
          </dl>
          {stats.count === 0 ? (
            <Empty title="Nothing was measured in this time" />
          ) : (
            <Chart stats={stats} sensor={sensor} />
          )}
        </>
      )}
    </Card>
  );
}

function Chart({ stats, sensor: { unit, above, below } }: { stats: Stats; sensor: SensorView }) {
  const picture = useMemo(() => drawPicture(stats, [above, below]), [stats, above, below]);
  // Beside the axis there is room for a short unit only.
  const format = useCallback((value: number) => formatValue(value, unit.length > 3 ? "" : unit), [unit]);
  return (
    <>
      <p className="text-xs text-muted">
        The line is the average of each part of the range. A dot is an anomaly
        {(above !== null || below !== null) && "; a dashed line is a bound"}.{tellHidden(stats)}
      </p>
      <LazyChart picture={picture} lines={LINES} format={format} />
    </>
  );
}

/** Older anomalies than the latest hundred are no dots, and neither are those of which only the sums are kept. */
function tellHidden({ anomalies, anomalous }: Stats): string {
  if (anomalies <= anomalous.length) return "";
  return ` Of ${formatCount(anomalies)} anomalies the latest ${anomalous.length} are drawn.`;
}

function drawPicture({ from, to, buckets, anomalous }: Stats, bounds: readonly (number | null)[]): Picture {
  const averages = buckets.map((bucket) => ({
    at: (Date.parse(bucket.from) + Date.parse(bucket.to)) / 2,
    average: bucket.avg as number | null | undefined,
    anomaly: null as number | null,
  }));
  const dots = anomalous.map(({ timestamp, value }) => ({
    at: Date.parse(timestamp),
    average: undefined,
    anomaly: value,
  }));
  const points = [...averages, ...dots].sort((a, b) => a.at - b.at);
  return {
    span: { from: Date.parse(from), to: Date.parse(to) },
    at: points.map(({ at }) => at),
    // Undefined does not break the line, as null does.
    rows: [points.map(({ average }) => average), points.map(({ anomaly }) => anomaly)],
    levels: bounds.filter((bound) => bound !== null),
  };
}
