import type { CountedPage } from "@pulsecheck/shared/list";
import type { ReadingView, SensorListQuery, SensorSort, SensorView } from "@pulsecheck/shared/sensor";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Scope } from "./scope.ts";
import { viewSensor } from "./sensors.ts";

// What is unknown comes first.
const COLUMNS: Record<SensorSort | "id", Column> = {
  id: { sql: Prisma.sql`s.id`, type: "integer" },
  name: { sql: Prisma.sql`s.name`, type: "text" },
  sensor_id: { sql: Prisma.sql`s.sensor_id`, type: "text" },
  created_at: { sql: Prisma.sql`s.created_at`, type: "time" },
  last_reading_at: { sql: Prisma.sql`coalesce(t.last_at, 'epoch')`, type: "time" },
  last_value: { sql: Prisma.sql`coalesce(t.last_value, -1.7976931348623157e308)`, type: "number" },
};

/** A page of the workspace's sensors, by the query's filters and sort; ties are broken by age. */
export async function listSensors(scope: Scope, query: SensorListQuery): Promise<CountedPage<SensorView>> {
  const list = {
    from: Prisma.sql`sensors s JOIN sensor_states t ON t.sensor_key = s.id`,
    where: [Prisma.sql`s.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)],
    columns: COLUMNS,
  };
  return readThings(scope.db, list, query, async (ids: number[]) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.sensor.findMany({ where, include: { state: true } });
    return rows.map((row) => [row.id, viewSensor(row)]);
  });
}

function filtersOf({ tag, location, breach, is_anomaly, q }: SensorListQuery): Prisma.Sql[] {
  return [
    ...given(tag, (one) => Prisma.sql`s.tags @> ARRAY[${one}]::text[]`),
    ...given(location, (one) => Prisma.sql`s.location = ${one}`),
    ...given(breach, (one) => Prisma.sql`t.breach = ${one}`),
    ...given(is_anomaly, (one) => Prisma.sql`t.is_last_anomaly = ${one}`),
    ...given(q, (text) => hasText(text, Prisma.sql`s.name`, Prisma.sql`s.sensor_id`, Prisma.sql`s.location`)),
  ];
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
