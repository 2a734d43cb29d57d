import type { Page } from "@pulsecheck/shared/list";
import type { ReadingView, SensorListQuery, SensorSort, SensorView } from "@pulsecheck/shared/sensor";
import { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";
import { viewSensor } from "./sensors.ts";
import { patternWith, readSorted, type SortKey } from "./sorted-list.ts";

// A value that there is none of comes before all others.
const SORTS: Record<SensorSort, SortKey> = {
  name: { by: Prisma.sql`s.name`, type: Prisma.sql`text`, value: "text" },
  sensor_id: { by: Prisma.sql`s.sensor_id`, type: Prisma.sql`text`, value: "text" },
  created_at: { by: Prisma.sql`s.created_at`, type: Prisma.sql`timestamptz`, value: "time" },
  last_reading_at: { by: Prisma.sql`coalesce(t.last_at, 'epoch')`, type: Prisma.sql`timestamptz`, value: "time" },
  last_value: {
    by: Prisma.sql`coalesce(t.last_value, -1.7976931348623157e308)`,
    type: Prisma.sql`float8`,
    value: "float",
  },
};

/** A page of the workspace's sensors, by the query's filters and sort. */
export async function listSensors(scope: Scope, query: SensorListQuery): Promise<Page<SensorView>> {
  const from = Prisma.sql`sensors s JOIN sensor_states t ON t.sensor_key = s.id`;
  const filters = [Prisma.sql`s.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)];
  return readSorted(scope, query, { from, id: Prisma.sql`s.id`, sorts: SORTS, filters }, async (ids) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.sensor.findMany({ where, include: { state: true } });
    return rows.map((row) => [row.id, viewSensor(row)] as const);
  });
}

function filtersOf({ tag, location, breach, is_anomaly, q }: SensorListQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = [];
  if (location !== undefined) filters.push(Prisma.sql`s.location = ${location}`);
  if (breach !== undefined) filters.push(Prisma.sql`t.breach = ${breach}`);
  if (is_anomaly !== undefined) filters.push(Prisma.sql`t.is_last_anomaly = ${is_anomaly}`);
  if (tag !== undefined) filters.push(Prisma.sql`s.tags @> ARRAY[${tag}]::text[]`);
  if (q !== undefined) {
    const pattern = patternWith(q);
    filters.push(Prisma.sql`(s.name ILIKE ${pattern} OR s.sensor_id ILIKE ${pattern} OR s.location ILIKE ${pattern})`);
  }
  return filters;
}

/** The latest reading of each sensor that has one, or of one sensor; in the order of the sensors' ages. */
export async function readLatest(scope: Scope, sensorId: string | null): Promise<ReadingView[]> {
  const rows = await scope.db.prisma.sensor.findMany({
    where: {
      workspaceId: scope.workspaceId,
      ...(sensorId === null ? {} : { sensorId }),
      state: { lastReadingId: { not: null } },
    },
    include: { state: true },
    orderBy: { id: "asc" },
    take: LATEST_AT_MOST,
  });
  return rows.flatMap(({ sensorId: id, unit, state }) =>
    state === null || state.lastReadingId === null || state.lastValue === null || state.lastAt === null
      ? []
      : [
          {
            id: Number(state.lastReadingId),
            sensor_id: id,
            value: state.lastValue,
            timestamp: state.lastAt.toISOString(),
            metadata: (state.lastMetadata ?? {}) as ReadingView["metadata"],
            unit,
            is_anomaly: state.isLastAnomaly,
          },
        ],
  );
}

/** A snapshot is one frame: of more sensors than a workspace may have by the API, the oldest are shown. */
const LATEST_AT_MOST = 2_000;
