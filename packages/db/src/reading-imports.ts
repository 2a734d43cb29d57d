import type { ReadingInput } from "@pulsecheck/shared/sensor";
import type pg from "pg";
import { recordChanges } from "./audit.ts";
import { addSensors, judgeUnits, readKnown, requireSensorRoom, type KnownSensor } from "./new-readings.ts";
import { correctionOf, type StoredReading } from "./readings.ts";
import type { Scope } from "./scope.ts";
import { correctState } from "./sensor-corrections.ts";
import { remakeSeries } from "./series-rollups.ts";

/** A reading that is to be stored, with its time. */
export type TimedReading = { input: ReadingInput; at: Date };

// Whatever is locked is locked by the last statements of the transaction: until then its readings wait in a table of its
// own, and nobody waits for them.
const OPEN = `
  CREATE TEMP TABLE staged_readings (
    n SERIAL, sensor_id TEXT, at TIMESTAMPTZ(3), value FLOAT8, metadata JSONB, is_timed BOOLEAN,
    sensor_key INT, reading_id BIGINT, old_value FLOAT8, old_metadata JSONB, is_changed BOOLEAN
  ) ON COMMIT DROP`;

/** To be called once in a transaction before the others. */
export async function openReadings(client: pg.PoolClient): Promise<void> {
  await client.query(OPEN);
}

/** Prepares readings to be stored; nobody sees them yet. */
export async function stageReadings(client: pg.PoolClient, readings: readonly TimedReading[]): Promise<void> {
  await client.query(
    `INSERT INTO staged_readings (sensor_id, at, value, metadata, is_timed)
     SELECT sensor_id, at, value, metadata::jsonb, is_timed
     FROM unnest($1::text[], $2::timestamptz[], $3::float8[], $4::text[], $5::boolean[]) WITH ORDINALITY
       AS t(sensor_id, at, value, metadata, is_timed, n) ORDER BY n`,
    [
      readings.map(({ input }) => input.sensor_id),
      readings.map(({ at }) => at),
      readings.map(({ input }) => input.value),
      readings.map(({ input: { metadata } }) => (metadata === undefined ? null : JSON.stringify(metadata))),
      readings.map(({ input }) => input.timestamp !== undefined),
    ],
  );
}

/** The sensors that are there, and by their units those that are to be made or that learn theirs. */
type StagedSensors = { known: Map<string, KnownSensor>; fresh: ReadonlyMap<string, string>; quota: number };

/**
 * Finds the sensors of all that was staged. Answers each reading whose unit is not its sensor's; with one of them nothing
 * can be written. Refuses (409) more sensors than the workspace may have.
 */
export async function findSensors(
  client: pg.PoolClient,
  scope: Scope,
  inputs: readonly ReadingInput[],
  quota: number,
): Promise<{ problems: { i: number; detail: string }[]; sensors: StagedSensors }> {
  const known = await readKnown(client, scope, inputs, { areKept: false });
  const { fresh, problems } = judgeUnits(known, inputs);
  const more = [...fresh.keys()].filter((sensorId) => !known.has(sensorId)).length;
  if (problems.length === 0 && more > 0) await requireSensorRoom(client, scope.workspaceId, quota, more);
  await assign(client, known);
  return { problems, sensors: { known, fresh, quota } };
}

async function assign(client: pg.PoolClient, known: ReadonlyMap<string, KnownSensor>): Promise<void> {
  const sensors = [...known];
  await client.query(
    `UPDATE staged_readings t SET sensor_key = s.key FROM unnest($1::text[], $2::int[]) AS s(sensor_id, key)
     WHERE t.sensor_id = s.sensor_id AND t.sensor_key IS NULL`,
    [sensors.map(([sensorId]) => sensorId), sensors.map(([, { key }]) => key)],
  );
}

// A sensor may have several readings of one time. Of those, a row is the one of its value, else any that no other row is.
// OFFSET 0 keeps it a look-up for each time, in one partition.
const MATCH = `
  WITH stored AS (
    SELECT s.sensor_key, s.at, r.id, r.value, r.metadata
    FROM (SELECT DISTINCT sensor_key, at FROM staged_readings WHERE is_timed AND sensor_key IS NOT NULL) s
    CROSS JOIN LATERAL (SELECT id, value, metadata FROM readings WHERE sensor_key = s.sensor_key AND at = s.at OFFSET 0) r
  ), same AS (
    SELECT t.n, r.id
    FROM (SELECT *, row_number() OVER (PARTITION BY sensor_key, at, value ORDER BY n) AS k FROM staged_readings WHERE is_timed) t
    JOIN (SELECT *, row_number() OVER (PARTITION BY sensor_key, at, value ORDER BY id) AS k FROM stored) r
      USING (sensor_key, at, value, k)
  ), other AS (
    SELECT t.n, r.id
    FROM (
      SELECT *, row_number() OVER (PARTITION BY sensor_key, at ORDER BY n) AS k FROM staged_readings
      WHERE is_timed AND n NOT IN (SELECT n FROM same)) t
    JOIN (
      SELECT *, row_number() OVER (PARTITION BY sensor_key, at ORDER BY id) AS k FROM stored
      WHERE id NOT IN (SELECT id FROM same)) r USING (sensor_key, at, k)
  )
  UPDATE staged_readings t SET reading_id = r.id, old_value = r.value, old_metadata = r.metadata,
    is_changed = r.value <> t.value OR coalesce(t.metadata, r.metadata, '{}') <> coalesce(r.metadata, '{}')
  FROM (SELECT * FROM same UNION ALL SELECT * FROM other) m JOIN stored r USING (id) WHERE t.n = m.n`;

const COUNT = `
  SELECT count(*) FILTER (WHERE reading_id IS NULL)::int AS created, count(*) FILTER (WHERE is_changed)::int AS updated,
    count(*) FILTER (WHERE NOT is_changed)::int AS unchanged
  FROM staged_readings`;

/** Finds which of the staged readings are there already, by their sensors and times. What a row says nothing of stays. */
export async function matchReadings(
  client: pg.PoolClient,
): Promise<{ created: number; updated: number; unchanged: number }> {
  await client.query("ANALYZE staged_readings");
  await client.query(MATCH);
  const { rows } = await client.query<{ created: number; updated: number; unchanged: number }>(COUNT);
  return rows[0] ?? { created: 0, updated: 0, unchanged: 0 };
}

// One statement, so that the trigger queues them at once.
const INSERT = `
  INSERT INTO readings (at, value, sensor_key, metadata)
  SELECT at, value, sensor_key, metadata FROM staged_readings WHERE reading_id IS NULL ORDER BY n`;

/**
 * Makes the sensors that nobody knew, stores those of the staged readings that are new, and corrects those that differ, as
 * `correctReading` corrects one. Throws where somebody else has corrected one of them since they were matched, or deleted
 * a sensor.
 * @returns the inner keys of the sensors of which readings were corrected
 */
export async function writeStaged(
  client: pg.PoolClient,
  scope: Scope,
  createdById: string,
  { known, fresh, quota }: StagedSensors,
): Promise<number[]> {
  // States before sensors, as everybody locks them.
  await client.query(LOCK_STATES);
  const { rowCount: kept } = await client.query(KEEP_SENSORS);
  if (kept !== known.size) throw new Error("somebody has deleted one of the sensors meanwhile");
  await addSensors(client, scope, createdById, fresh, quota, known);
  await assign(client, known);
  await client.query(INSERT);
  await client.query("ANALYZE staged_readings");
  const { rows: changes } = await client.query<Change>(READ_CHANGES);
  if (changes.length === 0) return [];
  for (let at = 0; at < changes.length; at += CHANGES_AT_ONCE)
    await recordChanges(client, scope, changes.slice(at, at + CHANGES_AT_ONCE).map(deedOf));
  const { rowCount } = await client.query(CORRECT);
  if (rowCount !== changes.length) throw new Error("somebody else has corrected the same readings meanwhile");
  const bySensor = Map.groupBy(changes, ({ sensor_key }) => sensor_key);
  for (const [key, some] of bySensor)
    await correctState(
      client,
      key,
      some.map(({ id }) => id),
    );
  // Last: until the commit nobody rolls up.
  await remakeSeries(
    client,
    ["v"],
    changes.map(({ sensor_key, at }) => ({ key: sensor_key, at })),
  );
  return [...bySensor.keys()];
}

/** After so many of them everything else in this process gets its turn. */
const CHANGES_AT_ONCE = 500;

type Change = StoredReading & {
  sensor_key: number;
  name: string;
  new_value: number;
  new_metadata: StoredReading["metadata"];
};

const READ_CHANGES = `
  SELECT t.reading_id AS id, t.at, t.old_value AS value, t.old_metadata AS metadata, t.sensor_key, s.name, t.value AS new_value,
    coalesce(t.metadata, t.old_metadata) AS new_metadata
  FROM staged_readings t JOIN sensors s ON s.id = t.sensor_key WHERE t.is_changed ORDER BY t.n`;
// As whoever judges, corrects or deletes readings locks the states of their sensors first.
const LOCK_STATES = `
  SELECT 1 FROM sensor_states t
  WHERE t.sensor_key IN (SELECT sensor_key FROM staged_readings WHERE is_changed) ORDER BY t.sensor_key FOR UPDATE`;
const KEEP_SENSORS = `
  SELECT 1 FROM sensors WHERE id IN (SELECT sensor_key FROM staged_readings) ORDER BY id FOR KEY SHARE`;
const CORRECT = `
  UPDATE readings r SET value = t.value, metadata = coalesce(t.metadata, r.metadata),
    is_anomaly = CASE WHEN r.value = t.value THEN r.is_anomaly END
  FROM staged_readings t
  WHERE t.is_changed AND r.sensor_key = t.sensor_key AND r.at = t.at AND r.id = t.reading_id
    AND r.value = t.old_value AND r.metadata IS NOT DISTINCT FROM t.old_metadata`;

function deedOf({ sensor_key, name, new_value, new_metadata, ...before }: Change) {
  const { id, at } = before;
  return correctionOf({ sensorKey: sensor_key, name }, before, { id, at, value: new_value, metadata: new_metadata });
}
