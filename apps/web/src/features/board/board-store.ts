import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import type { LiveEvent, MaintenanceChange } from "@pulsecheck/shared/live-events";
import { createListeners } from "../../lib/listeners.ts";

/** Every monitor of the workspace in short, kept up to date by events. Whoever shows a row hears of that row only. */
export type BoardStore = {
  rows(): ReadonlyMap<string, MonitorOnBoard>;
  /** Another one after each change of which rows there are, or of what orders, counts and filters them. */
  version(): number;
  onVersion(listener: () => void): () => void;
  onRow(id: string, listener: () => void): () => void;
  /** Adds or replaces rows as they were read. */
  put(rows: readonly MonitorOnBoard[]): void;
  /** Drops what is not among these. */
  keepOnly(ids: ReadonlySet<string>): void;
  hear(event: LiveEvent): void;
  /** Takes a row out of sight, whatever is heard of it, until `show`. */
  hide(id: string): void;
  show(id: string): void;
};

/** Many changes in a short time are one new order. */
const REORDER_EVERY_MS = 100;

export function createBoardStore(): BoardStore {
  const rows = new Map<string, MonitorOnBoard>();
  /** Out of sight, each as it is by now; null where it is gone. */
  const hidden = new Map<string, MonitorOnBoard | null>();
  const rowListeners = new Map<string, Set<() => void>>();
  const versions = createListeners();
  let version = 0;
  let telling: ReturnType<typeof setTimeout> | undefined;

  function set(id: string, row: MonitorOnBoard | null): void {
    if (hidden.has(id)) return void hidden.set(id, row);
    const before = rows.get(id);
    if (row === null) rows.delete(id);
    else rows.set(id, row);
    if (row !== before) for (const listener of rowListeners.get(id) ?? []) listener();
    if (before === undefined || row === null || isElsewhere(before, row)) tellVersion();
  }

  function tellVersion(): void {
    telling ??= setTimeout(() => {
      telling = undefined;
      version += 1;
      versions.tell();
    }, REORDER_EVERY_MS);
  }

  return {
    rows: () => rows,
    version: () => version,
    onVersion: versions.add,
    onRow(id, listener) {
      const listeners = rowListeners.get(id) ?? new Set();
      rowListeners.set(id, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) rowListeners.delete(id);
      };
    },
    put(read) {
      for (const row of read) set(row.id, row);
    },
    keepOnly(ids) {
      for (const id of [...rows.keys(), ...hidden.keys()]) if (!ids.has(id)) set(id, null);
    },
    hear(event) {
      const known = { get: (id: string) => hidden.get(id) ?? rows.get(id) };
      const next =
        event.type === "maintenance.changed" ? applyMaintenance(known, event.data) : [applyEvent(known, event)];
      for (const one of next) if (one !== null) set(one.id, one.row);
    },
    hide(id) {
      if (hidden.has(id)) return;
      const row = rows.get(id) ?? null;
      set(id, null);
      hidden.set(id, row);
    },
    show(id) {
      const row = hidden.get(id) ?? null;
      hidden.delete(id);
      if (row !== null) set(id, row);
    },
  };
}

function isElsewhere(before: MonitorOnBoard, after: MonitorOnBoard): boolean {
  return (
    before.status !== after.status ||
    before.is_active !== after.is_active ||
    before.name !== after.name ||
    before.url !== after.url ||
    before.tags.join("\0") !== after.tags.join("\0")
  );
}

/** What rows become whose maintenance begins or ends. */
function applyMaintenance(
  rows: Pick<ReadonlyMap<string, MonitorOnBoard>, "get">,
  { monitor_ids, until }: MaintenanceChange,
): { id: string; row: MonitorOnBoard }[] {
  return monitor_ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [{ id, row: { ...row, in_maintenance_until: until } }];
  });
}

/**
 * What a row becomes by an event; null where the event changes none. When a cron job is expected next is to be asked
 * for: the API alone knows.
 */
export function applyEvent(
  rows: Pick<ReadonlyMap<string, MonitorOnBoard>, "get">,
  event: LiveEvent,
): { id: string; row: MonitorOnBoard | null } | null {
  switch (event.type) {
    case "monitor.created":
    case "monitor.updated":
      return { id: event.data.id, row: event.data };
    case "monitor.deleted":
      return { id: event.data.id, row: null };
    case "monitor.status": {
      const { monitor_id: id, status, at, reason } = event.data;
      const row = rows.get(id);
      return row === undefined ? null : { id, row: { ...row, status, status_since: at, last_reason: reason } };
    }
    case "monitor.checked": {
      const { monitor_id: id, status, reason, latency_ms, checked_at } = event.data;
      const row = rows.get(id);
      if (row === undefined) return null;
      const checked = { status, last_reason: reason, last_latency_ms: latency_ms, last_checked_at: checked_at };
      return {
        id,
        row: { ...row, ...checked, next_check_at: row.kind === "cron" ? row.next_check_at : nextDue(row, checked_at) },
      };
    }
    default:
      return null;
  }
}

/** The next point of a monitor's grid after a check, in ISO 8601. A failure is looked at again sooner than that. */
function nextDue({ next_check_at: due, interval, is_active }: MonitorOnBoard, checkedAt: string): string | null {
  if (!is_active) return null;
  const intervalMs = interval * 1_000;
  const known = due === null ? Date.parse(checkedAt) : Date.parse(due);
  const missed = Math.max(0, Math.floor((Date.parse(checkedAt) - known) / intervalMs) + 1);
  return new Date(known + missed * intervalMs).toISOString();
}
