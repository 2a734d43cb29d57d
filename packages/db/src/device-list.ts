import type { DeviceListQuery, DeviceSort, DeviceView } from "@pulsecheck/shared/device";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import { viewDevice } from "./device-view.ts";
import { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";

// Sorted by an expression that is never NULL, so that a cursor is one comparison. What is unknown comes first.
const SORTS: Record<DeviceSort, { by: Prisma.Sql; type: Prisma.Sql; value: "text" | "time" | "number" }> = {
  name: { by: Prisma.sql`d.name`, type: Prisma.sql`text`, value: "text" },
  device_id: { by: Prisma.sql`d.device_id`, type: Prisma.sql`text`, value: "text" },
  status: { by: Prisma.sql`s.status::text`, type: Prisma.sql`text`, value: "text" },
  location: { by: Prisma.sql`d.location`, type: Prisma.sql`text`, value: "text" },
  created_at: { by: Prisma.sql`d.created_at`, type: Prisma.sql`timestamptz`, value: "time" },
  last_heard_at: { by: Prisma.sql`s.last_heard_at`, type: Prisma.sql`timestamptz`, value: "time" },
  battery_level: {
    by: Prisma.sql`coalesce(round(s.battery_level::numeric, 2)::float8, -1)`,
    type: Prisma.sql`float8`,
    value: "number",
  },
  signal_strength: {
    by: Prisma.sql`coalesce(round(s.signal_strength::numeric, 2)::float8, -1000)`,
    type: Prisma.sql`float8`,
    value: "number",
  },
};

/** A page of the workspace's devices, by the query's filters and sort; ties are broken by age. */
export async function listDevices(scope: Scope, query: DeviceListQuery): Promise<Page<DeviceView>> {
  const isFalling = query.sort.startsWith("-");
  const { by, type, value } = SORTS[query.sort.replace(/^-/, "") as DeviceSort];
  const position = readCursor(query.cursor, { sorts: [query.sort], value, key: "integer" });
  const order = isFalling ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const filters = [Prisma.sql`d.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)];
  if (position !== null) {
    const beyond = isFalling ? Prisma.sql`<` : Prisma.sql`>`;
    filters.push(Prisma.sql`(${by}, d.id) ${beyond} (${position.value}::${type}, ${position.key}::int)`);
  }
  const keys = await scope.db.prisma.$queryRaw<{ id: number; value: string | number | Date }[]>`
    SELECT d.id, ${by} AS value FROM devices d JOIN device_states s ON s.device_key = d.id
    WHERE ${Prisma.join(filters, " AND ")} ORDER BY ${by} ${order}, d.id ${order} LIMIT ${query.limit + 1}`;
  const page = keys.slice(0, query.limit);
  const last = keys.length > query.limit ? page.at(-1) : undefined;
  const items = await readInOrder(
    scope,
    page.map(({ id }) => id),
  );
  return {
    items,
    next_cursor: last ? writeCursor({ sort: query.sort, value: textOf(last.value), key: String(last.id) }) : null,
  };
}

function textOf(value: string | number | Date): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function filtersOf({ status, tag, location, q }: DeviceListQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = [];
  if (status !== undefined) filters.push(Prisma.sql`s.status = ${status}::device_status`);
  if (tag !== undefined) filters.push(Prisma.sql`d.tags @> ARRAY[${tag}]::text[]`);
  if (location !== undefined) filters.push(Prisma.sql`d.location = ${location}`);
  if (q !== undefined) {
    const pattern = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
    filters.push(Prisma.sql`(d.name ILIKE ${pattern} OR d.device_id ILIKE ${pattern} OR d.location ILIKE ${pattern})`);
  }
  return filters;
}

async function readInOrder(scope: Scope, ids: number[]): Promise<DeviceView[]> {
  const where = { workspaceId: scope.workspaceId, id: { in: ids } };
  const rows = await scope.db.prisma.device.findMany({ where, include: { state: true } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []).map(viewDevice);
}
