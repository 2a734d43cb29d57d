import type { CountedPage } from "@pulsecheck/shared/list";
import type { MonitorListQuery, MonitorSort, MonitorView } from "@pulsecheck/shared/monitor";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { viewMonitor } from "./monitor-view.ts";
import type { Scope } from "./scope.ts";

// What is unknown comes first.
const COLUMNS: Record<MonitorSort | "id", Column> = {
  id: { sql: Prisma.sql`m.id`, type: "integer" },
  name: { sql: Prisma.sql`m.name`, type: "text" },
  status: { sql: Prisma.sql`s.status::text`, type: "text" },
  created_at: { sql: Prisma.sql`m.created_at`, type: "time" },
  last_checked_at: { sql: Prisma.sql`coalesce(s.last_checked_at, 'epoch')`, type: "time" },
  last_latency_ms: { sql: Prisma.sql`coalesce(s.last_latency_ms, -1)::float8`, type: "number" },
};

/** A page of the workspace's monitors, by the query's filters and sort; ties are broken by age. */
export async function listMonitors(scope: Scope, query: MonitorListQuery): Promise<CountedPage<MonitorView>> {
  const list = {
    from: Prisma.sql`monitors m JOIN monitor_states s ON s.monitor_id = m.id`,
    where: [Prisma.sql`m.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)],
    columns: COLUMNS,
  };
  return readThings(scope.db, list, query, async (ids: number[]) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.monitor.findMany({ where, include: { state: true, cronJob: true } });
    return rows.map((row) => [row.id, viewMonitor(row)]);
  });
}

function filtersOf({ kind, status, tag, is_active, q }: MonitorListQuery): Prisma.Sql[] {
  return [
    ...given(kind, (one) => Prisma.sql`m.kind = ${one}::monitor_kind`),
    ...given(status, (one) => Prisma.sql`s.status = ${one}::monitor_status`),
    ...given(tag, (one) => Prisma.sql`m.tags @> ARRAY[${one}]::text[]`),
    ...given(is_active, (one) => Prisma.sql`m.is_active = ${one}`),
    // The URL of a cron job is a secret, which nobody may find out letter by letter.
    ...given(q, (text) => hasText(text, Prisma.sql`m.name`, Prisma.sql`CASE m.kind WHEN 'http' THEN m.url END`)),
  ];
}

export type StatusCounts = { total: number; up: number; down: number; unknown: number; paused: number };

/** How many monitors there are of each status; a paused one counts as paused only. */
export async function countMonitors(scope: Scope): Promise<StatusCounts> {
  const rows = await scope.db.prisma.$queryRaw<StatusCounts[]>`
    SELECT count(*)::int AS total,
      count(*) FILTER (WHERE s.status = 'UP')::int AS up, count(*) FILTER (WHERE s.status = 'DOWN')::int AS down,
      count(*) FILTER (WHERE s.status = 'UNKNOWN' AND m.is_active)::int AS unknown,
      count(*) FILTER (WHERE NOT m.is_active)::int AS paused
    FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id WHERE m.workspace_id = ${scope.workspaceId}`;
  return rows[0] ?? { total: 0, up: 0, down: 0, unknown: 0, paused: 0 };
}
