import type { CheckView } from "@pulsecheck/shared/check";
import { monitorOf, type LiveEvent } from "@pulsecheck/shared/live-events";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useFrames, useLiveState, useWatch } from "../../app/live.tsx";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { createThrottle } from "../../lib/throttle.ts";
import { applyEvent } from "../board/board-store.ts";
import { checksQuery, monitorQuery, type ChecksKind, type CheckPages } from "./monitor-queries.ts";

/** Figures of a range are read again this often at most while checks come in. */
const STATS_EVERY_MS = 10_000;
/** Until then a watch that was asked for counts; what was checked before it did was told to nobody. */
const WATCH_COUNTS_MS = 2_000;
/** More than this is not kept on top of a log that is watched for long: it is read anew instead. */
const MOST_ON_TOP = 200;

/** Keeps everything that is shown of a monitor as the frames tell. Says whether it was deleted meanwhile. */
export function useMonitorLive(id: string): { isDeleted: boolean } {
  const queries = useQueryClient();
  const [deletedId, setDeletedId] = useState<string | null>(null);
  const [stats] = useState(() => createThrottle(STATS_EVERY_MS));
  useWatch(useMemo(() => [id], [id]));
  useEffect(() => stats.stop, [stats]);
  const isLive = useLiveState() === "live";
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setTimeout(() => rereadAll(queries, id), WATCH_COUNTS_MS);
    return () => clearTimeout(timer);
  }, [isLive, queries, id]);
  const hear = useCallback(
    (frame: LiveFrame) => {
      if (frame.type === "snapshot") return rereadAll(queries, id);
      if (frame.type === "maintenance.changed" && frame.data.monitor_ids.includes(id)) return rereadAll(queries, id);
      if (monitorOf(frame) !== id) return;
      if (frame.type === "monitor.deleted") return setDeletedId(id);
      heedEvent(queries, id, frame);
      // When a job is expected next, the API alone knows.
      if (frame.type === "monitor.pinged") rereadPings(queries, id);
      if (frame.type === "monitor.checked") stats.run(() => rereadStats(queries, id));
    },
    [queries, id, stats],
  );
  useFrames(hear);
  return { isDeleted: deletedId === id };
}

function heedEvent(queries: QueryClient, id: string, event: LiveEvent): void {
  queries.setQueryData(monitorQuery(id).queryKey, (monitor) => {
    const change = monitor && applyEvent(new Map([[id, monitor]]), event);
    if (monitor === undefined || !change?.row) return monitor;
    const next = { ...monitor, ...change.row };
    // Frames hold no ping URL.
    return next.kind === "cron" ? { ...next, url: monitor.url, ping_id: monitor.ping_id } : next;
  });
  if (event.type === "monitor.updated" && event.data.kind === "cron") rereadPings(queries, id);
  if (event.type === "monitor.checked") addCheck(queries, event.data);
  if (event.type === "monitor.status" || event.type.startsWith("incident.")) {
    // Such a change may be known before the check that brought it was asked for.
    rereadAll(queries, id);
  }
}

function rereadStats(queries: QueryClient, id: string): void {
  void queries.invalidateQueries({ queryKey: ["stats", id] });
}

function rereadPings(queries: QueryClient, id: string): void {
  for (const key of ["monitor", "pings"]) void queries.invalidateQueries({ queryKey: [key, id] });
}

function rereadAll(queries: QueryClient, id: string): void {
  rereadStats(queries, id);
  for (const queryKey of [
    ["monitor", id],
    ["checks", id],
    ["pings", id],
    ["incidents", "of", `monitor ${id}`],
    ["glance", id],
  ])
    void queries.invalidateQueries({ queryKey });
}

/** Puts a check on top of the log, unless it stands there already. */
export function addCheck(queries: QueryClient, check: CheckView): void {
  const kinds: ChecksKind[] = ["all"];
  if (!check.ok) kinds.push("failed");
  if (check.is_anomaly) kinds.push("unusual");
  for (const kind of kinds) {
    const { queryKey } = checksQuery(check.monitor_id, kind);
    const list = queries.setQueryData<CheckPages>(queryKey, (old) => old && putOnTop(old, check));
    if ((list?.pages[0]?.items.length ?? 0) > MOST_ON_TOP) void queries.resetQueries({ queryKey });
  }
}

function putOnTop(list: CheckPages, check: CheckView): CheckPages {
  const [first, ...rest] = list.pages;
  if (first === undefined || list.pages.some(({ items }) => items.some(({ id }) => id === check.id))) return list;
  const items = [check, ...first.items].sort((a, b) => b.checked_at.localeCompare(a.checked_at));
  return { ...list, pages: [{ ...first, items }, ...rest] };
}
