import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { ScrollRegion } from "../../components/ui/numbers-behind.tsx";
import { formatCount, formatDuration, formatLatency, formatUptime } from "../../lib/format.ts";
import { reportSearch, type ReportSearch } from "./report-search.ts";

const ROWS_AT_ONCE = 100;
type Figures = UptimeReport["total"];
type Row = UptimeReport["rows"][number];

/** The columns of the report, in its table as in its sum. */
export const REPORT_FIGURES: readonly (readonly [string, (figures: Figures) => string])[] = [
  ["Uptime", ({ uptime_ratio: ratio }) => formatUptime(ratio)],
  ["Downtime", ({ downtime_ms: ms }) => (ms === 0 ? "none" : formatDuration(ms))],
  ["Outages", ({ incidents }) => formatCount(incidents)],
  ["Mean recovery", ({ mean_time_to_recovery_ms: ms }) => (ms === null ? "–" : formatDuration(ms))],
  ["Checks", ({ checks }) => formatCount(checks)],
  ["Failed", ({ failures }) => formatCount(failures)],
  ["p50", ({ p50_ms: ms }) => formatLatency(ms)],
  ["p95", ({ p95_ms: ms }) => formatLatency(ms)],
  ["p99", ({ p99_ms: ms }) => formatLatency(ms)],
];

/** One row a monitor or tag, the least available first. */
export function ReportTable({ report: { rows, by }, search }: { report: UptimeReport; search: ReportSearch }) {
  const [count, setCount] = useState(ROWS_AT_ONCE);
  return (
    <>
      <ScrollRegion label="Uptime report" look="overflow-x-auto rounded-lg border border-line bg-surface">
        <table aria-label="Uptime report" className="w-full whitespace-nowrap">
          <thead className="text-left text-xs text-muted">
            <tr>
              <th scope="col" className="p-2 font-medium">
                {by === "tag" ? "Tag" : "Monitor"}
              </th>
              {REPORT_FIGURES.map(([label]) => (
                <th key={label} scope="col" className="p-2 text-right font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, count).map((row) => (
              <tr key={row.id} className="border-t border-line">
                <th scope="row" className="p-2 text-left font-normal">
                  <Name row={row} by={by} search={search} />
                </th>
                {REPORT_FIGURES.map(([label, write]) => (
                  <td key={label} className="p-2 text-right tabular-nums">
                    {write(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rows.length > count && (
        <Button className="justify-self-center" onClick={() => setCount(count + ROWS_AT_ONCE)}>
          Show more
        </Button>
      )}
    </>
  );
}

/** A monitor leads to its page, a tag to the report of its monitors. */
function Name({ row: { id, name }, by, search }: { row: Row; by: UptimeReport["by"]; search: ReportSearch }) {
  const look = "block max-w-64 truncate font-medium hover:underline max-sm:max-w-36";
  if (by === "monitor")
    return (
      <Link to="/monitors/$id" params={{ id }} title={name} className={look}>
        {name}
      </Link>
    );
  return (
    <Link to="/report" search={reportSearch({ ...search, by: undefined, tag: id })} title={name} className={look}>
      {name}
    </Link>
  );
}
