import type { DeviceListQuery, DeviceSort, DeviceView } from "@pulsecheck/shared/device";
import type { Page } from "@pulsecheck/shared/list";
import { viewDevice } from "./device-view.ts";
import { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";
import { patternWith, readSorted, type SortKey } from "./sorted-list.ts";

// What is unknown comes first.
const SORTS: Record<DeviceSort, SortKey> = {
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

/** A page of the workspace's devices, by the query's filters and sort. */
export async function listDevices(scope: Scope, query: DeviceListQuery): Promise<Page<DeviceView>> {
  const from = Prisma.sql`devices d JOIN device_states s ON s.device_key = d.id`;
  const filters = [Prisma.sql`d.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)];
  return readSorted(scope, query, { from, id: Prisma.sql`d.id`, sorts: SORTS, filters }, async (ids) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.device.findMany({ where, include: { state: true } });
    return rows.map((row) => [row.id, viewDevice(row)] as const);
  });
}

function filtersOf({ status, tag, location, q }: DeviceListQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = [];
  if (status !== undefined) filters.push(Prisma.sql`s.status = ${status}::device_status`);
  if (tag !== undefined) filters.push(Prisma.sql`d.tags @> ARRAY[${tag}]::text[]`);
  if (location !== undefined) filters.push(Prisma.sql`d.location = ${location}`);
  if (q !== undefined) {
    const pattern = patternWith(q);
    filters.push(Prisma.sql`(d.name ILIKE ${pattern} OR d.device_id ILIKE ${pattern} OR d.location ILIKE ${pattern})`);
  }
  return filters;
}
