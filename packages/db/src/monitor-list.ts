import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type { MonitorListQuery, MonitorSort, MonitorView } from "@pulsecheck/shared/monitor";
import { Prisma } from "./generated/client.ts";
import { viewMonitor } from "./monitor-view.ts";
import type { Scope } from "./scope.ts";

// Sorted by an expression that is never NULL, so that a cursor is one comparison.
const SORTS: Record<MonitorSort, { by: Prisma.Sql; type: Prisma.Sql; value: "text" | "time" | "number" }> = {
  name: { by: Prisma.sql`m.name`, type: Prisma.sql`text`, value: "text" },
  status: { by: Prisma.sql`s.status::text`, type: Prisma.sql`text`, value: "text" },
  created_at: { by: Prisma.sql`m.created_at`, type: Prisma.sql`timestamptz`, value: "time" },
  last_checked_at: {
    by: Prisma.sql`coalesce(s.last_checked_at, 'epoch')`,
    type: Prisma.sql`timestamptz`,
    value: "time",
  },
  last_latency_ms: { by: Prisma.sql`coalesce(s.last_latency_ms, -1)`, type: Prisma.sql`real`, value: "number" },
};

/** A page of the workspace's monitors, by the query's filters and sort; ties are broken by age. */
export async function listMonitors(scope: Scope, query: MonitorListQuery): Promise<Page<MonitorView>> {
  const isFalling = query.sort.startsWith("-");
  const { by, type, value } = SORTS[query.sort.replace(/^-/, "") as MonitorSort];
  const position = readCursor(query.cursor, { sorts: [query.sort], value, key: "integer" });
  const order = isFalling ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const filters = [Prisma.sql`m.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)];
  if (position !== null) {
    const beyond = isFalling ? Prisma.sql`<` : Prisma.sql`>`;
    filters.push(Prisma.sql`(${by}, m.id) ${beyond} (${position.value}::${type}, ${position.key}::int)`);
  }
  const keys = await scope.db.prisma.$queryRaw<{ id: number; value: string | number | Date }[]>`
    SELECT m.id, ${by} AS value FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
    WHERE ${Prisma.join(filters, " AND ")} ORDER BY ${by} ${order}, m.id ${order} LIMIT ${query.limit + 1}`;
  const page = keys.slice(0, query.limit);
  const last = keys.length > query.limit ? page.at(-1) : undefined;
  return {
    items: await readInOrder(
      scope,
      page.map(({ id }) => id),
    ),
    next_cursor: last ? writeCursor({ sort: query.sort, value: textOf(last.value), key: String(last.id) }) : null,
  };
}

function textOf(value: string | number | Date): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function filtersOf({ kind, status, tag, is_active, q }: MonitorListQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = [];
  if (kind !== undefined) filters.push(Prisma.sql`m.kind = ${kind}::monitor_kind`);
  if (status !== undefined) filters.push(Prisma.sql`s.status = ${status}::monitor_status`);
  if (tag !== undefined) filters.push(Prisma.sql`m.tags @> ARRAY[${tag}]::text[]`);
  if (is_active !== undefined) filters.push(Prisma.sql`m.is_active = ${is_active}`);
  if (q !== undefined) {
    // The URL of a cron job is a secret, which nobody may find out letter by letter.
    const pattern = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
    filters.push(Prisma.sql`(m.name ILIKE ${pattern} OR (m.kind = 'http' AND m.url ILIKE ${pattern}))`);
  }
  return filters;
}

async function readInOrder(scope: Scope, ids: number[]): Promise<MonitorView[]> {
  const where = { workspaceId: scope.workspaceId, id: { in: ids } };
  const rows = await scope.db.prisma.monitor.findMany({ where, include: { state: true, cronJob: true } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []).map(viewMonitor);
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
