import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { RelativeTime } from "../../components/ui/time.tsx";
import { formatUptime } from "../../lib/format.ts";
import { MaintenanceBadge } from "../maintenance/maintenance-badge.tsx";
import { describeWatched, KIND_WORDS, statusWordOf } from "../monitors/kind-words.ts";
import { Sparkline } from "../monitors/sparkline.tsx";
import { StatusBadge } from "../monitors/status-badge.tsx";
import { UptimeBar } from "../monitors/uptime-bar.tsx";
import { describeReason } from "../monitors/words.ts";
import { filterOf } from "./board-search.ts";
import { useBoardRow } from "./board.tsx";
import { glanceQuery } from "./glance.ts";

/** One monitor of the list. It hears of its own changes only, so that one change repaints one row. */
export const BoardRow = memo(function BoardRow({ id, days }: { id: string; days: 30 | 90 }) {
  const row = useBoardRow(id);
  if (row === undefined) return null;
  return (
    <div
      data-monitor={id}
      className="relative grid h-full grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-x-3 border-b border-line px-3 hover:bg-sunken max-md:grid-rows-[auto_auto] max-md:content-center max-md:gap-y-1.5 md:grid-cols-[6.5rem_minmax(0,1fr)_minmax(0,14rem)_10.5rem_7rem]"
    >
      <StatusBadge status={filterOf(row)} word={statusWordOf(row)} />
      <Name row={row} />
      <Past id={id} days={days} row={row} />
      <Moments row={row} />
    </div>
  );
});

function Name({ row }: { row: MonitorOnBoard }) {
  return (
    <div className="min-w-0">
      <div className="flex min-w-0 items-center gap-2">
        <Link
          to="/monitors/$id"
          params={{ id: row.id }}
          title={row.name}
          className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-offset-4"
        >
          {row.name}
        </Link>
        <MaintenanceBadge until={row.in_maintenance_until} isShort />
        {row.tags.slice(0, 3).map((tag) => (
          <span
            key={tag}
            className="max-w-24 shrink-0 truncate rounded bg-sunken px-1.5 text-xs text-muted max-md:hidden"
          >
            {tag}
          </span>
        ))}
      </div>
      <p className="truncate text-xs text-muted" title={describeWatched(row)}>
        {row.status === "DOWN" && row.last_reason !== null ? `${describeReason(row.last_reason)} · ` : ""}
        {describeWatched(row)}
      </p>
    </div>
  );
}

function Past({ id, days, row }: { id: string; days: 30 | 90; row: MonitorOnBoard }) {
  const { formatTime } = KIND_WORDS[row.kind];
  const { data, isPending } = useQuery(glanceQuery(id, days));
  return (
    <>
      <div className="min-w-0 max-md:col-span-2 max-md:flex max-md:items-center max-md:gap-3">
        {data ? <UptimeBar days={data.days} /> : <div className="h-6 w-full rounded bg-sunken" />}
        <p className="shrink-0 text-xs text-muted">
          {data ? formatUptime(data.uptime_ratio) : isPending ? "…" : "not to be had now"}
          <span className="md:hidden"> · {formatTime(row.last_latency_ms)}</span>
        </p>
      </div>
      <div className="flex items-center justify-end gap-2 max-md:hidden">
        {data && <Sparkline kind={row.kind} points={data.latency} />}
        <span className="w-16 text-right tabular-nums">{formatTime(row.last_latency_ms)}</span>
      </div>
    </>
  );
}

function Moments({ row }: { row: MonitorOnBoard }) {
  const isCron = row.kind === "cron";
  return (
    <div className="text-right text-xs text-muted max-md:hidden">
      <p>
        {row.last_checked_at === null ? (
          isCron ? (
            "no run yet"
          ) : (
            "not checked yet"
          )
        ) : (
          <RelativeTime at={row.last_checked_at} />
        )}
      </p>
      {row.next_check_at !== null && (
        <p>
          {isCron ? "due" : "next"} <RelativeTime at={row.next_check_at} />
        </p>
      )}
    </div>
  );
}
