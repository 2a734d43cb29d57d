import { Refusal, refuseField } from "@pulsecheck/shared/refusal";
import {
  settleReadingTime,
  timeOutOfRange,
  unitOf,
  type CreatedReading,
  type ReadingInput,
} from "@pulsecheck/shared/sensor";
import type pg from "pg";
import { inTransaction } from "./client.ts";
import type { Scope } from "./scope.ts";

/** A sensor as its readings are stored under it. */
export type KnownSensor = { key: number; unit: string };

/**
 * Stores readings, all or none, and makes the sensors that nobody knows yet. Refuses (400) a time out of range and a unit
 * that is not the sensor's, naming `value` or `3.value`; (409) more sensors than the workspace may have.
 * @param quota sensors of a workspace for which no operator has set another number
 */
export async function createReadings(
  scope: Scope,
  createdById: string,
  inputs: readonly ReadingInput[],
  { quota, now, isBatch }: { quota: number; now: Date; isBatch: boolean },
): Promise<CreatedReading[]> {
  const refuse = (i: number, field: string, detail: string) => refuseField(isBatch ? `${i}.${field}` : field, detail);
  const times = inputs.map(({ timestamp }, i) => {
    const at = timestamp === undefined ? now : settleReadingTime(timestamp, now);
    if (at === null) throw refuse(i, "timestamp", timeOutOfRange());
    return at;
  });
  return inTransaction(scope.db.pool, async (client) => {
    const sensors = await readKnown(client, scope, inputs, { areKept: true });
    const { fresh, problems } = judgeUnits(sensors, inputs);
    for (const { i, detail } of problems) throw refuse(i, "unit", detail);
    await addSensors(client, scope, createdById, fresh, quota, sensors);
    // One statement, so that the trigger queues them at once; rows come back in the order in which they went in.
    const { rows } = await client.query<{ id: string }>(
      `${INSERT} FROM ${READINGS} ORDER BY n RETURNING id`,
      columnsOf(inputs, times, sensors),
    );
    return inputs.map(({ sensor_id, value, metadata }, i) => ({
      id: Number(rows[i]?.id),
      sensor_id,
      value,
      timestamp: (times[i] ?? now).toISOString(),
      metadata: metadata ?? {},
      message: "Sensor reading created successfully",
    }));
  });
}

const INSERT = "INSERT INTO readings (at, value, sensor_key, metadata) SELECT at, value, sensor_key, metadata::jsonb";
const READINGS =
  "unnest($1::timestamptz[], $2::float8[], $3::int[], $4::text[]) WITH ORDINALITY AS t(at, value, sensor_key, metadata, n)";

function columnsOf(inputs: readonly ReadingInput[], times: readonly Date[], sensors: ReadonlyMap<string, KnownSensor>) {
  return [
    times,
    inputs.map(({ value }) => value),
    inputs.map(({ sensor_id }) => sensors.get(sensor_id)?.key),
    inputs.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
  ];
}

/** The sensors of these readings that are there; where they are kept, they stay there until the commit. */
export async function readKnown(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  inputs: readonly { sensor_id: string }[],
  { areKept }: { areKept: boolean },
): Promise<Map<string, KnownSensor>> {
  const { rows } = await client.query<KnownSensor & { sensorId: string }>(
    `SELECT id AS key, unit, sensor_id AS "sensorId" FROM sensors
     WHERE workspace_id = $1 AND sensor_id = ANY($2) ${areKept ? "FOR KEY SHARE" : ""}`,
    [workspaceId, [...new Set(inputs.map(({ sensor_id }) => sensor_id))]],
  );
  return new Map(rows.map(({ sensorId, ...known }) => [sensorId, known]));
}

/** A reading whose unit is not that of its sensor. */
type UnitProblem = { i: number; detail: string };

/** The sensors that are to be made or that learn their unit now, with their units. */
export function judgeUnits(sensors: ReadonlyMap<string, KnownSensor>, inputs: readonly ReadingInput[]) {
  const fresh = new Map<string, string>();
  const problems: UnitProblem[] = [];
  for (const [i, input] of inputs.entries()) {
    const unit = fresh.get(input.sensor_id) ?? sensors.get(input.sensor_id)?.unit;
    if (unit === undefined) fresh.set(input.sensor_id, unitOf(input));
    else if (input.unit !== undefined && unit === "") fresh.set(input.sensor_id, input.unit);
    else if (input.unit !== undefined && input.unit !== unit)
      problems.push({ i, detail: `must be ${unit}: this sensor has its unit already` });
  }
  return { fresh, problems };
}

/** Makes sensors, or teaches them their units, and puts them to `sensors`. Refuses (409) more than the workspace may have. */
export async function addSensors(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  createdById: string,
  fresh: ReadonlyMap<string, string>,
  quota: number,
  sensors: Map<string, KnownSensor>,
): Promise<void> {
  if (fresh.size === 0) return;
  const hasNew = [...fresh.keys()].some((sensorId) => !sensors.has(sensorId));
  // One at a time in a workspace, so that nobody slips past the quota.
  if (hasNew) await client.query("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", [workspaceId]);
  const { rows } = await client.query<KnownSensor & { sensorId: string }>(
    `INSERT INTO sensors (workspace_id, created_by_id, sensor_id, name, unit, tags)
     SELECT $1, $2, t.sensor_id, t.sensor_id, t.unit, '{}' FROM unnest($3::text[], $4::text[]) AS t(sensor_id, unit)
     ORDER BY t.sensor_id ON CONFLICT (workspace_id, sensor_id) DO UPDATE SET unit = coalesce(nullif(sensors.unit, ''), excluded.unit)
     RETURNING id AS key, unit, sensor_id AS "sensorId"`,
    [workspaceId, createdById, [...fresh.keys()], [...fresh.values()]],
  );
  await client.query(
    "INSERT INTO sensor_states (sensor_key, workspace_id) SELECT unnest($1::int[]), $2 ON CONFLICT DO NOTHING",
    [rows.map(({ key }) => key), workspaceId],
  );
  for (const { sensorId, ...known } of rows) sensors.set(sensorId, known);
  if (hasNew) await requireSensorRoom(client, workspaceId, quota);
}

/** Refuses (409) where a workspace has, with `more` of them, more sensors than it may have. */
export async function requireSensorRoom(
  client: pg.PoolClient,
  workspaceId: number,
  quota: number,
  more = 0,
): Promise<void> {
  const { rows } = await client.query<{ most: number; count: number }>(
    `SELECT coalesce(max_sensors, $2) AS most, (SELECT count(*)::int FROM sensors WHERE workspace_id = $1) AS count
     FROM workspaces WHERE id = $1`,
    [workspaceId, quota],
  );
  const { most, count } = rows[0] ?? { most: quota, count: 0 };
  if (count + more > most)
    throw new Refusal(409, `A workspace may have ${most} sensors; delete some that are no longer needed.`);
}
