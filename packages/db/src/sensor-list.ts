import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type { ReadingView, SensorListQuery, SensorSort, SensorView } from "@pulsecheck/shared/sensor";
import { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";
import { viewSensor } from "./sensors.ts";

// Sorted by an expression that is never NULL, so that a cursor is one comparison. A value that there is none of comes
// before all others.
const SORTS: Record<SensorSort, { by: Prisma.Sql; type: Prisma.Sql; value: "text" | "time" | "float" }> = {
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

/** A page of the workspace's sensors, by the query's filters and sort; ties are broken by age. */
export async function listSensors(scope: Scope, query: SensorListQuery): Promise<Page<SensorView>> {
  const isFalling = query.sort.startsWith("-");
  const { by, type, value } = SORTS[query.sort.replace(/^-/, "") as SensorSort];
  const position = readCursor(query.cursor, { sorts: [query.sort], value, key: "integer" });
  const order = isFalling ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const filters = [Prisma.sql`s.workspace_id = ${scope.workspaceId}`, ...filtersOf(query)];
  if (position !== null) {
    const beyond = isFalling ? Prisma.sql`<` : Prisma.sql`>`;
    filters.push(Prisma.sql`(${by}, s.id) ${beyond} (${position.value}::${type}, ${position.key}::int)`);
  }
  const keys = await scope.db.prisma.$queryRaw<{ id: number; value: string | number | Date }[]>`
    SELECT s.id, ${by} AS value
    FROM sensors s JOIN sensor_states t ON t.sensor_key = s.id
    WHERE ${Prisma.join(filters, " AND ")} ORDER BY ${by} ${order}, s.id ${order} LIMIT ${query.limit + 1}`;
  const page = keys.slice(0, query.limit);
  const last = keys.length > query.limit ? page.at(-1) : undefined;
  const text = last && (last.value instanceof Date ? last.value.toISOString() : String(last.value));
  return {
    items: await readInOrder(
      scope,
      page.map(({ id }) => id),
    ),
    next_cursor: last ? writeCursor({ sort: query.sort, value: text ?? "", key: String(last.id) }) : null,
  };
}

function filtersOf({ tag, q }: SensorListQuery): Prisma.Sql[] {
  const filters: Prisma.Sql[] = [];
  if (tag !== undefined) filters.push(Prisma.sql`s.tags @> ARRAY[${tag}]::text[]`);
  if (q !== undefined) {
    const pattern = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
    filters.push(Prisma.sql`(s.name ILIKE ${pattern} OR s.sensor_id ILIKE ${pattern} OR s.location ILIKE ${pattern})`);
  }
  return filters;
}

async function readInOrder(scope: Scope, ids: number[]): Promise<SensorView[]> {
  const where = { workspaceId: scope.workspaceId, id: { in: ids } };
  const rows = await scope.db.prisma.sensor.findMany({ where, include: { state: true } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []).map(viewSensor);
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
