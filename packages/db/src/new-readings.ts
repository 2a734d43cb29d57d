import { Refusal, refuseField } from "@pulsecheck/shared/refusal";
import {
  settleReadingTime,
  TIME_OUT_OF_RANGE,
  unitOf,
  type CreatedReading,
  type ReadingInput,
} from "@pulsecheck/shared/sensor";
import type pg from "pg";
import { inTransaction } from "./client.ts";
import type { Scope } from "./scope.ts";

type Known = { key: number; unit: string };

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
    if (at === null) throw refuse(i, "timestamp", TIME_OUT_OF_RANGE);
    return at;
  });
  return inTransaction(scope.db.pool, async (client) => {
    const sensors = await readKnown(client, scope, inputs);
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

function columnsOf(inputs: readonly ReadingInput[], times: readonly Date[], sensors: ReadonlyMap<string, Known>) {
  return [
    times,
    inputs.map(({ value }) => value),
    inputs.map(({ sensor_id }) => sensors.get(sensor_id)?.key),
    inputs.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
  ];
}

/** A reading that is to be stored, with its time. */
export type TimedReading = { input: ReadingInput; at: Date };

/**
 * Stores those of many readings that are not there yet, the same value of a sensor at the same time, in a transaction of
 * the caller's. Nothing is stored where a unit is not the sensor's. Refuses (409) more sensors than the workspace may have.
 */
export async function addReadings(
  client: pg.PoolClient,
  scope: Scope,
  createdById: string,
  readings: readonly TimedReading[],
  quota: number,
): Promise<{ created: number; problems: UnitProblem[] }> {
  const inputs = readings.map(({ input }) => input);
  const sensors = await readKnown(client, scope, inputs);
  const { fresh, problems } = judgeUnits(sensors, inputs);
  if (problems.length > 0 || inputs.length === 0) return { created: 0, problems };
  await addSensors(client, scope, createdById, fresh, quota, sensors);
  const { rowCount } = await client.query(
    `${INSERT} FROM ${READINGS}
     WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.sensor_key = t.sensor_key AND r.at = t.at AND r.value = t.value)
     ORDER BY n`,
    columnsOf(
      inputs,
      readings.map(({ at }) => at),
      sensors,
    ),
  );
  return { created: rowCount ?? 0, problems };
}

async function readKnown(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  inputs: readonly { sensor_id: string }[],
): Promise<Map<string, Known>> {
  const { rows } = await client.query<Known & { sensorId: string }>(
    `SELECT id AS key, unit, sensor_id AS "sensorId" FROM sensors
     WHERE workspace_id = $1 AND sensor_id = ANY($2) FOR KEY SHARE`,
    [workspaceId, [...new Set(inputs.map(({ sensor_id }) => sensor_id))]],
  );
  return new Map(rows.map(({ sensorId, ...known }) => [sensorId, known]));
}

/** A reading whose unit is not that of its sensor. */
export type UnitProblem = { i: number; detail: string };

/** The sensors that are to be made or that learn their unit now, with their units. */
function judgeUnits(sensors: ReadonlyMap<string, Known>, inputs: readonly ReadingInput[]) {
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

async function addSensors(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  createdById: string,
  fresh: ReadonlyMap<string, string>,
  quota: number,
  sensors: Map<string, Known>,
): Promise<void> {
  if (fresh.size === 0) return;
  const hasNew = [...fresh.keys()].some((sensorId) => !sensors.has(sensorId));
  // One at a time in a workspace, so that nobody slips past the quota.
  const { rows: limits } = await client.query<{ most: number }>(
    "SELECT coalesce(max_sensors, $2) AS most FROM workspaces WHERE id = $1 FOR NO KEY UPDATE",
    [workspaceId, quota],
  );
  const most = limits[0]?.most ?? quota;
  const { rows } = await client.query<Known & { sensorId: string }>(
    `INSERT INTO sensors (workspace_id, created_by_id, sensor_id, name, unit, tags)
     SELECT $1, $2, t.sensor_id, t.sensor_id, t.unit, '{}' FROM unnest($3::text[], $4::text[]) AS t(sensor_id, unit)
     ON CONFLICT (workspace_id, sensor_id) DO UPDATE SET unit = coalesce(nullif(sensors.unit, ''), excluded.unit)
     RETURNING id AS key, unit, sensor_id AS "sensorId"`,
    [workspaceId, createdById, [...fresh.keys()], [...fresh.values()]],
  );
  await client.query(
    "INSERT INTO sensor_states (sensor_key, workspace_id) SELECT unnest($1::int[]), $2 ON CONFLICT DO NOTHING",
    [rows.map(({ key }) => key), workspaceId],
  );
  for (const { sensorId, ...known } of rows) sensors.set(sensorId, known);
  const { rows: counted } = await client.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM sensors WHERE workspace_id = $1",
    [workspaceId],
  );
  if (hasNew && (counted[0]?.count ?? 0) > most)
    throw new Refusal(409, `A workspace may have ${most} sensors; delete some that are no longer needed.`);
}
