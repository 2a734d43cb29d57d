import { refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import type { Metadata, SensorChange, SensorView } from "@pulsecheck/shared/sensor";
import { breachOf, findBoundsProblem, type Breach } from "@pulsecheck/shared/sensor-state";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import type { Prisma, Sensor, SensorState } from "./generated/client.ts";
import { onlyGiven } from "./only-given.ts";
import type { Scope } from "./scope.ts";

export type SensorRow = Sensor & { state: SensorState | null };

/** The inner row of a sensor. Refuses (404) what is not in this workspace. */
export async function findSensor(
  { db, workspaceId }: Scope,
  sensorId: string,
  client: Prisma.TransactionClient = db.prisma,
): Promise<SensorRow> {
  const row = await client.sensor.findFirst({ where: { workspaceId, sensorId }, include: { state: true } });
  if (row === null) throw refuseMissing("sensor");
  return row;
}

export async function getSensor(scope: Scope, sensorId: string): Promise<SensorView> {
  return viewSensor(await findSensor(scope, sensorId));
}

/** Sensors as dashboards are told them, by their inner keys. Of the whole instance: for a worker. */
export async function readSensors(
  db: Db,
  keys: readonly number[],
): Promise<{ workspaceId: number; sensor: SensorView }[]> {
  const rows = await db.prisma.sensor.findMany({ where: { id: { in: [...keys] } }, include: { state: true } });
  return rows.map((row) => ({ workspaceId: row.workspaceId, sensor: viewSensor(row) }));
}

/** Changes a sensor. Its last value is judged by new bounds at once; what follows for incidents, the worker writes. */
export async function updateSensor(scope: Scope, sensorId: string, change: SensorChange): Promise<SensorView> {
  return scope.db.prisma.$transaction(async (tx) => {
    await lockState(tx, scope, sensorId);
    const before = await findSensor(scope, sensorId, tx);
    const problem = findBoundsProblem({ ...before, ...onlyBounds(change) });
    if (problem !== null) throw refuseField(problem.field, problem.detail);
    const sensor = await tx.sensor.update({ where: { id: before.id }, data: columnsOf(change) });
    await recordChange(tx, scope, {
      action: "sensor.updated",
      subject: { type: "sensor", id: sensorId, name: sensor.name },
      before: viewSensor(before),
      after: viewSensor({ ...sensor, state: before.state }),
    });
    if (before.state === null) return viewSensor({ ...sensor, state: null });
    const { breach, breachSince, lastValue } = before.state;
    const next = lastValue === null ? null : breachOf(breach as Breach | null, lastValue, sensor);
    const state = await tx.sensorState.update({
      where: { sensorKey: before.id },
      data: { breach: next, breachSince: next && (breachSince ?? new Date()) },
    });
    return viewSensor({ ...sensor, state });
  });
}

/** Deletes a sensor with its readings, figures and incidents. */
export async function deleteSensor(scope: Scope, sensorId: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    // In the order of the worker: first the state, then the sensor.
    await lockState(tx, scope, sensorId);
    const sensor = await findSensor(scope, sensorId, tx);
    const { id, name } = sensor;
    const subject = { type: "sensor", id: sensorId, name } as const;
    await recordChange(tx, scope, { action: "sensor.deleted", subject, before: viewSensor(sensor), after: null });
    await tx.seriesRollup.deleteMany({ where: { series: "v", key: id } });
    await tx.$executeRaw`DELETE FROM readings WHERE sensor_key = ${id}`;
    await tx.sensor.delete({ where: { id } });
  });
}

async function lockState(tx: Prisma.TransactionClient, { workspaceId }: Scope, sensorId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM sensor_states t JOIN sensors s ON s.id = t.sensor_key
    WHERE s.workspace_id = ${workspaceId} AND s.sensor_id = ${sensorId} FOR UPDATE OF t`;
}

const onlyBounds = ({ above, below, hysteresis }: SensorChange) => onlyGiven({ above, below, hysteresis });

function columnsOf({ min_duration_s, alerts_on_anomaly, ...same }: SensorChange) {
  return onlyGiven({ ...same, minDurationS: min_duration_s, alertsOnAnomaly: alerts_on_anomaly });
}

export function viewSensor(row: SensorRow): SensorView {
  const { state } = row;
  return {
    sensor_id: row.sensorId,
    name: row.name,
    unit: row.unit,
    location: row.location,
    tags: row.tags,
    notes: row.notes,
    above: row.above,
    below: row.below,
    hysteresis: row.hysteresis,
    min_duration_s: row.minDurationS,
    alerts_on_anomaly: row.alertsOnAnomaly,
    last_value: state?.lastValue ?? null,
    last_reading_at: state?.lastAt?.toISOString() ?? null,
    last_metadata: (state?.lastMetadata as Metadata | null | undefined) ?? null,
    is_anomaly: state?.isLastAnomaly ?? false,
    readings: Number(state?.readings ?? 0),
    breach: (state?.breach as Breach | null | undefined) ?? null,
    breach_since: state?.breachSince?.toISOString() ?? null,
    has_open_incident: Boolean(state?.thresholdIncidentId ?? state?.anomalyIncidentId),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
