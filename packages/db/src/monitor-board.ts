import type { BoardQuery, MonitorOnBoard } from "@pulsecheck/shared/board";
import type { MonitorStatus } from "@pulsecheck/shared/check";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { hidePingUrl } from "@pulsecheck/shared/ping-url";
import { words } from "./check-view.ts";
import type { Scope } from "./scope.ts";

type BoardRow = {
  key: number;
  id: string;
  kind: MonitorKind;
  name: string;
  url: string;
  interval: number;
  schedule: string | null;
  status: MonitorStatus;
  status_since: Date | null;
  is_active: boolean;
  tags: string[];
  last_latency_ms: number | null;
  last_checked_at: Date | null;
  last_reason: number | null;
  next_check_at: Date | null;
};

const SORT = "id";

const SELECT = `
  SELECT m.id AS key, m.public_id AS id, m.kind, m.name, m.url, m.interval_s AS interval, c.schedule, s.status, s.status_since, m.is_active, coalesce(m.tags, '{}') AS tags,
    s.last_latency_ms, s.last_checked_at, s.last_reason, coalesce(s.scheduled_at, s.next_check_at) AS next_check_at
  FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id LEFT JOIN cron_jobs c ON c.monitor_id = m.id
  WHERE m.workspace_id = $1 AND m.id > $2 AND ($3::monitor_status IS NULL OR s.status = $3)
  ORDER BY m.id LIMIT $4`;

/** A page of the workspace's monitors in short, the oldest first: by their key, which nothing that happens to them moves. */
export async function listBoard(scope: Scope, query: BoardQuery): Promise<Page<MonitorOnBoard>> {
  const position = readCursor(query.cursor, { sorts: [SORT], value: "none", key: "integer" });
  const { rows } = await scope.db.pool.query<BoardRow>(SELECT, [
    scope.workspaceId,
    position?.key ?? 0,
    query.status ?? null,
    query.limit + 1,
  ]);
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: page.map(viewOnBoard),
    next_cursor: last ? writeCursor({ sort: SORT, value: "", key: String(last.key) }) : null,
  };
}

function viewOnBoard({ key: _key, ...row }: BoardRow): MonitorOnBoard {
  return {
    ...hidePingUrl(row),
    status_since: row.status_since?.toISOString() ?? null,
    last_checked_at: row.last_checked_at?.toISOString() ?? null,
    last_reason: words.reason(row.last_reason),
    next_check_at: row.next_check_at?.toISOString() ?? null,
  };
}
