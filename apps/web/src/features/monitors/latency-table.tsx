import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { NumbersBehind } from "../../components/ui/numbers-behind.tsx";
import { Time } from "../../components/ui/time.tsx";
import { KIND_WORDS } from "./kind-words.ts";
import { SERIES, type Bucket } from "./latency-series.ts";

const COLUMNS = { http: [...SERIES.percentiles, ...SERIES.phases], cron: SERIES.percentiles };

/** What the chart shows, as numbers. */
export function LatencyTable({ kind, buckets }: { kind: MonitorKind; buckets: readonly Bucket[] }) {
  const columns = COLUMNS[kind];
  const { checks, time, formatTime } = KIND_WORDS[kind];
  return (
    <NumbersBehind label={time}>
      <table className="w-full text-right whitespace-nowrap tabular-nums">
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 text-left font-medium">
              From
            </th>
            {[checks, "Failed", ...columns.map(({ label }) => label)].map((label) => (
              <th key={label} scope="col" className="py-1 pl-3 font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets.toReversed().map((bucket) => (
            <tr key={bucket.from} className="border-t border-line">
              <th scope="row" className="py-1 pr-3 text-left font-normal">
                <Time at={bucket.from} />
              </th>
              <td className="pl-3">{bucket.checks}</td>
              <td className="pl-3">{bucket.failures}</td>
              {columns.map(({ key, of }) => (
                <td key={key} className="pl-3">
                  {formatTime(of(bucket))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </NumbersBehind>
  );
}
