import type { DeviceHistory } from "@pulsecheck/shared/device-history";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { LazyChart } from "../../components/ui/lazy-chart.tsx";
import { Card } from "../../components/ui/page.tsx";
import type { Line, Picture } from "../../components/ui/series-chart.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { RANGE_WORDS, type Range } from "../../lib/ranges.ts";
import { deviceHistoryQuery } from "./device-queries.ts";
import { formatBattery, formatSignal } from "./device-words.ts";

type Series = "battery_level" | "signal_strength";
const SERIES: Record<Series, { title: string; lines: readonly Line[]; format(value: number | null): string }> = {
  battery_level: { title: "Battery", lines: [{ label: "Battery", colour: "--series-2" }], format: formatBattery },
  signal_strength: { title: "Signal", lines: [{ label: "Signal", colour: "--series-1" }], format: formatSignal },
};

type Props = { id: string; range: Range; batteryLow: number | null };

/** Battery and signal over time. */
export function ValueCards({ id, range, batteryLow }: Props) {
  const { data, error, refetch } = useQuery(deviceHistoryQuery(id, range));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="battery and signal" />;
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <ValueCard series="battery_level" history={data} range={range} level={batteryLow} />
      <ValueCard series="signal_strength" history={data} range={range} level={null} />
    </div>
  );
}

type CardProps = { series: Series; history: DeviceHistory; range: Range; level: number | null };

function ValueCard({ series, history, range, level }: CardProps) {
  const { title, lines, format } = SERIES[series];
  const picture = useMemo(() => drawPicture(history, series, level), [history, series, level]);
  const known = history.buckets.map((bucket) => bucket[series]).filter(({ count }) => count > 0);
  const least = Math.min(...known.map(({ min }) => min ?? Infinity));
  const most = Math.max(...known.map(({ max }) => max ?? -Infinity));
  return (
    <Card title={title}>
      {known.length === 0 ? (
        <p className="text-muted">Nothing was reported in the last {RANGE_WORDS[range]}.</p>
      ) : (
        <>
          <p className="text-muted">
            In the last {RANGE_WORDS[range]} from {format(least)} to {format(most)}, at last{" "}
            {format(known.at(-1)?.avg ?? null)}.
            {level !== null && ` The dashed line is what counts as low, ${format(level)}.`}
          </p>
          <LazyChart picture={picture} lines={lines} format={format} />
        </>
      )}
    </Card>
  );
}

function drawPicture({ from, to, buckets }: DeviceHistory, series: Series, level: number | null): Picture {
  const known = buckets.filter((bucket) => bucket[series].count > 0);
  return {
    span: { from: Date.parse(from), to: Date.parse(to) },
    at: known.map((bucket) => (Date.parse(bucket.from) + Date.parse(bucket.to)) / 2),
    rows: [known.map((bucket) => bucket[series].avg)],
    levels: level === null ? [] : [level],
  };
}
