import type { DeviceListQuery, DeviceSort, DeviceView } from "@pulsecheck/shared/device";
import type { CountedPage } from "@pulsecheck/shared/list";
import { viewDevice } from "./device-view.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Scope } from "./scope.ts";

// What is unknown comes first.
const COLUMNS: Record<DeviceSort | "id", Column> = {
  id: { sql: Prisma.sql`d.id`, type: "integer" },
  name: { sql: Prisma.sql`d.name`, type: "text" },
  device_id: { sql: Prisma.sql`d.device_id`, type: "text" },
  status: { sql: Prisma.sql`s.status::text`, type: "text" },
  location: { sql: Prisma.sql`d.location`, type: "text" },
  created_at: { sql: Prisma.sql`d.created_at`, type: "time" },
  last_heard_at: { sql: Prisma.sql`s.last_heard_at`, type: "time" },
  battery_level: { sql: Prisma.sql`coalesce(round(s.battery_level::numeric, 2)::float8, -1)`, type: "number" },
  signal_strength: { sql: Prisma.sql`coalesce(round(s.signal_strength::numeric, 2)::float8, -1000)`, type: "number" },
};

/** A page of the workspace's devices, by the query's filters and sort; ties are broken by age. */
export async function listDevices(scope: Scope, query: DeviceListQuery): Promise<CountedPage<DeviceView>> {
  const list = {
    from: Prisma.sql`devices d JOIN device_states s ON s.device_key = d.id`,
    where: [Prisma.sql`d.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)],
    columns: COLUMNS,
  };
  return readThings(scope.db, list, query, async (ids: number[]) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.device.findMany({ where, include: { state: true } });
    return rows.map((row) => [row.id, viewDevice(row)]);
  });
}

function filtersOf({ status, tag, location, q }: DeviceListQuery): Prisma.Sql[] {
  return [
    ...given(status, (one) => Prisma.sql`s.status = ${one}::device_status`),
    ...given(tag, (one) => Prisma.sql`d.tags @> ARRAY[${one}]::text[]`),
    ...given(location, (one) => Prisma.sql`d.location = ${one}`),
    ...given(q, (text) => hasText(text, Prisma.sql`d.name`, Prisma.sql`d.device_id`, Prisma.sql`d.location`)),
  ];
}
