import type { BoardQuery, MonitorOnBoard } from "@pulsecheck/shared/board";
import type { MonitorStatus } from "@pulsecheck/shared/check";
import type { Page } from "@pulsecheck/shared/list";
import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { hidePingUrl } from "@pulsecheck/shared/ping-url";
import { words } from "./check-view.ts";
import { Prisma } from "./generated/client.ts";
import { given, readPage, type Column } from "./keyset.ts";
import { whileAhead } from "./monitor-view.ts";
import type { Scope } from "./scope.ts";

type BoardRow = {
  id: string;
  kind: MonitorKind;
  name: string;
  url: string;
  interval: number;
  schedule: string | null;
  status: MonitorStatus;
  status_since: Date | null;
  is_active: boolean;
  maintenance_until: Date | null;
  tags: string[];
  last_latency_ms: number | null;
  last_checked_at: Date | null;
  last_reason: number | null;
  next_check_at: Date | null;
};

const SELECT = Prisma.sql`
  m.public_id AS id, m.kind, m.name, m.url, m.interval_s AS interval, c.schedule, s.status, s.status_since, m.is_active, s.maintenance_until, coalesce(m.tags, '{}') AS tags,
  s.last_latency_ms, s.last_checked_at, s.last_reason, coalesce(s.scheduled_at, s.next_check_at) AS next_check_at`;
const FROM = Prisma.sql`
  monitors m JOIN monitor_states s ON s.monitor_id = m.id LEFT JOIN cron_jobs c ON c.monitor_id = m.id`;
const COLUMNS: Record<"id", Column> = { id: { sql: Prisma.sql`m.id`, type: "integer" } };

/** A page of the workspace's monitors in short, the oldest first: by their key, which nothing that happens to them moves. */
export async function listBoard(scope: Scope, query: BoardQuery): Promise<Page<MonitorOnBoard>> {
  const where = [
    Prisma.sql`m.workspace_id = ${scope.workspaceId}`,
    ...given(query.status, (one) => Prisma.sql`s.status = ${one}::monitor_status`),
  ];
  const list = { select: SELECT, from: FROM, where, columns: COLUMNS, key: "id" } as const;
  return readPage(scope.db, list, { ...query, sort: "id" }, (rows: BoardRow[]) => rows.map(viewOnBoard));
}

function viewOnBoard({ maintenance_until, ...row }: BoardRow): MonitorOnBoard {
  return {
    ...hidePingUrl(row),
    in_maintenance_until: whileAhead(maintenance_until),
    status_since: row.status_since?.toISOString() ?? null,
    last_checked_at: row.last_checked_at?.toISOString() ?? null,
    last_reason: words.reason(row.last_reason),
    next_check_at: row.next_check_at?.toISOString() ?? null,
  };
}
