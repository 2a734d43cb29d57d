import type { Metadata } from "@pulsecheck/shared/sensor";
import type { Breach, SensorRules, SensorStanding } from "@pulsecheck/shared/sensor-state";
import type pg from "pg";
import { maintenanceUntil } from "./maintenance-spans.ts";
import type { QueuedReading } from "./reading-batches.ts";

/** A sensor with all that its next reading is judged by. */
export type JudgedSensor = {
  key: number;
  workspaceId: number;
  sensorId: string;
  name: string;
  rules: SensorRules;
  standing: SensorStanding;
  thresholdIncidentId: string | null;
  anomalyIncidentId: string | null;
  last: (Omit<QueuedReading, "sensorKey"> & { isAnomaly: boolean }) | null;
  readings: number;
  /** Until when it is in maintenance; null: it is not. */
  maintenanceUntil: Date | null;
};

type StateRow = {
  key: number;
  workspace_id: number;
  sensor_id: string;
  name: string;
  unit: string;
  above: number | null;
  below: number | null;
  hysteresis: number;
  min_duration_s: number;
  alerts_on_anomaly: boolean;
  last_reading_id: number | null;
  last_value: number;
  last_at: Date;
  last_metadata: Metadata | null;
  is_last_anomaly: boolean;
  readings: number;
  breach: Breach | null;
  breach_since: Date | null;
  threshold_incident_id: string | null;
  anomaly_incident_id: string | null;
  band_readings: number;
  band_center: number;
  band_spread: number;
  anomaly_streak: number;
  maintenance_until: Date | null;
};

const READ_STATES = (filter: string) => `
  SELECT t.*, t.last_reading_id::float8 AS last_reading_id, t.readings::float8 AS readings, t.sensor_key AS key,
    s.sensor_id, s.name, s.unit, s.above, s.below, s.hysteresis, s.min_duration_s, s.alerts_on_anomaly,
    ${maintenanceUntil("sensor_key", "s.id")} AS maintenance_until
  FROM sensor_states t JOIN sensors s ON s.id = t.sensor_key
  WHERE ${filter} ORDER BY t.sensor_key FOR UPDATE OF t`;

/** Locks and reads these sensors; those that were deleted meanwhile are left out. */
export async function lockSensors(client: pg.PoolClient, keys: readonly number[]): Promise<JudgedSensor[]> {
  return (await client.query<StateRow>(READ_STATES("t.sensor_key = ANY($1)"), [keys])).rows.map(toSensor);
}

/** Locks and reads the sensors of which something may change by time or by their rules alone. */
export async function lockUnsettledSensors(client: pg.PoolClient): Promise<JudgedSensor[]> {
  // As the index "sensor_states_unsettled_idx" has it.
  const isUnsettled = `(
    (t.breach IS NOT NULL AND t.threshold_incident_id IS NULL) OR (t.breach IS NULL AND t.threshold_incident_id IS NOT NULL)
    OR (t.anomaly_incident_id IS NOT NULL AND (t.last_reading_id IS NULL OR NOT s.alerts_on_anomaly)))`;
  return (await client.query<StateRow>(READ_STATES(isUnsettled))).rows.map(toSensor);
}

function toSensor(row: StateRow): JudgedSensor {
  return {
    key: row.key,
    workspaceId: row.workspace_id,
    sensorId: row.sensor_id,
    name: row.name,
    rules: {
      unit: row.unit,
      above: row.above,
      below: row.below,
      hysteresis: row.hysteresis,
      minDurationS: row.min_duration_s,
      alertsOnAnomaly: row.alerts_on_anomaly,
    },
    standing: {
      breach: row.breach,
      breachSince: row.breach_since,
      isThresholdOpen: row.threshold_incident_id !== null,
      band:
        row.band_readings === 0
          ? null
          : { readings: row.band_readings, center: row.band_center, spread: row.band_spread },
      anomaly: { streak: row.anomaly_streak, isOpen: row.anomaly_incident_id !== null },
      lastAt: row.last_at,
    },
    thresholdIncidentId: row.threshold_incident_id,
    anomalyIncidentId: row.anomaly_incident_id,
    last:
      row.last_reading_id === null
        ? null
        : {
            id: row.last_reading_id,
            value: row.last_value,
            at: row.last_at,
            metadata: row.last_metadata,
            isAnomaly: row.is_last_anomaly,
          },
    readings: row.readings,
    maintenanceUntil: row.maintenance_until,
  };
}

type Column = readonly [name: string, type: string, of: (sensor: JudgedSensor) => unknown];
const COLUMNS: readonly Column[] = [
  ["last_reading_id", "bigint", ({ last }) => last?.id],
  ["last_value", "float8", ({ last }) => last?.value],
  ["last_at", "timestamptz", ({ last }) => last?.at],
  ["last_metadata", "jsonb", ({ last }) => last?.metadata && JSON.stringify(last.metadata)],
  ["is_last_anomaly", "boolean", ({ last }) => last?.isAnomaly ?? false],
  ["readings", "bigint", ({ readings }) => readings],
  ["breach", "text", ({ standing }) => standing.breach],
  ["breach_since", "timestamptz", ({ standing }) => standing.breachSince],
  ["threshold_incident_id", "uuid", ({ thresholdIncidentId }) => thresholdIncidentId],
  ["anomaly_incident_id", "uuid", ({ anomalyIncidentId }) => anomalyIncidentId],
  ["anomaly_streak", "smallint", ({ standing }) => standing.anomaly.streak],
  ["band_readings", "smallint", ({ standing }) => standing.band?.readings ?? 0],
  ["band_center", "float8", ({ standing }) => standing.band?.center ?? 0],
  ["band_spread", "float8", ({ standing }) => standing.band?.spread ?? 0],
];

const WRITE_STATES = `
  UPDATE sensor_states t SET ${COLUMNS.map(([name]) => `${name} = i.${name}`).join(", ")}
  FROM unnest($1::int[], ${COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(", ")})
    AS i(sensor_key, ${COLUMNS.map(([name]) => name).join(", ")})
  WHERE t.sensor_key = i.sensor_key`;

/** Writes what sensors have become, in the transaction that locked them. */
export async function writeSensors(client: pg.PoolClient, sensors: readonly JudgedSensor[]): Promise<void> {
  if (sensors.length === 0) return;
  await client.query(WRITE_STATES, [
    sensors.map(({ key }) => key),
    ...COLUMNS.map(([, , of]) => sensors.map((sensor) => of(sensor) ?? null)),
  ]);
}

export type IncidentStart = { startedAt: Date; confirmedAt: Date; detail: string };

/** How incidents began, for those who are told of their ends. */
export async function readIncidentStarts(
  client: pg.PoolClient,
  ids: readonly string[],
): Promise<Map<string, IncidentStart>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<IncidentStart & { id: string }>(
    `SELECT id, started_at AS "startedAt", confirmed_at AS "confirmedAt", detail FROM incidents WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
