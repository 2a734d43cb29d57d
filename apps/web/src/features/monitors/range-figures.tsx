import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/page.tsx";
import { formatDuration, formatUptime } from "../../lib/format.ts";
import { glanceQuery } from "../board/glance.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { Fact } from "./monitor-head.tsx";
import type { RangeStats } from "./monitor-queries.ts";
import { monitorSearch, RANGES } from "./ranges.ts";
import { UptimeBar } from "./uptime-bar.tsx";

/** Which part of the past is shown; it stands in the address. */
export function RangeChoice({ to, id }: { to: "/monitors/$id" | "/devices/$id" | "/sensors/$id"; id: string }) {
  return (
    <nav aria-label="Range" className="flex flex-wrap gap-1">
      {RANGES.map((one) => (
        <Link
          key={one}
          to={to}
          params={{ id }}
          search={monitorSearch({ range: one })}
          replace
          resetScroll={false}
          activeOptions={{ exact: true }}
          className={buttonClass(
            "quiet",
            "px-2.5 text-muted aria-[current=page]:bg-sunken aria-[current=page]:text-ink",
          )}
        >
          {one.replace(/(\d+)/, "$1 ")}
        </Link>
      ))}
    </nav>
  );
}

/** What was counted and measured in the range. */
export function RangeFigures({ kind, stats }: { kind: MonitorKind; stats: RangeStats }) {
  const { checks, failed, time, formatTime } = KIND_WORDS[kind];
  const { latency_ms: latency } = stats;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
      <Fact label="Uptime">{formatUptime(stats.uptime_ratio)}</Fact>
      <Fact label="Downtime">{stats.downtime_ms === 0 ? "none" : formatDuration(stats.downtime_ms)}</Fact>
      <Fact label="Incidents">{stats.incidents}</Fact>
      <Fact label={checks}>{stats.checks}</Fact>
      <Fact label={failed}>{stats.failures}</Fact>
      <Fact label={`Average ${time.toLowerCase()}`}>{formatTime(latency.avg)}</Fact>
      <Fact label="p50">{formatTime(latency.p50)}</Fact>
      <Fact label="p95">{formatTime(latency.p95)}</Fact>
      <Fact label="p99">{formatTime(latency.p99)}</Fact>
    </dl>
  );
}

/** The last 90 days, one bar each. */
export function UptimeCard({ id }: { id: string }) {
  const { data } = useQuery(glanceQuery(id, 90));
  return (
    <Card title="Last 90 days" actions={<p className="font-medium">{data ? formatUptime(data.uptime_ratio) : "…"}</p>}>
      {data ? <UptimeBar days={data.days} className="h-10" /> : <div className="h-10 rounded bg-sunken" />}
    </Card>
  );
}
