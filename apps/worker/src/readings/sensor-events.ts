import type { IncidentChange } from "@pulsecheck/db/incident-changes";
import type { IncidentStart, JudgedSensor } from "@pulsecheck/db/judged-sensors";
import type { QueuedReading } from "@pulsecheck/db/reading-batches";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { SensorChange } from "./judge-readings.ts";

/** What sockets of sensors are told of a reading. */
export function readingEvent(
  { workspaceId, sensorId, rules }: JudgedSensor,
  { id, value, at, metadata }: QueuedReading,
  isAnomaly: boolean,
): BusEvent {
  return {
    workspace: workspaceId,
    at: at.toISOString(),
    type: "sensor.reading",
    data: {
      id,
      sensor_id: sensorId,
      value,
      timestamp: at.toISOString(),
      metadata: metadata ?? {},
      unit: rules.unit,
      is_anomaly: isAnomaly,
    },
  };
}

/** Puts to each beginning and end of an incident what dashboards are told of it. */
export function withEvents(
  changes: readonly SensorChange[],
  known: ReadonlyMap<string, IncidentStart>,
): IncidentChange[] {
  const starts = new Map(known);
  return changes.map(({ sensor, change }) => {
    if (change.begins !== null) starts.set(change.id, { ...change.begins, confirmedAt: change.at });
    const start = starts.get(change.id);
    if (start === undefined) return { ...change, events: [] };
    const type = change.begins === null ? "incident.closed" : "incident.opened";
    return { ...change, events: [{ type, data: viewIncident(sensor, change, start) }] };
  });
}

function viewIncident(
  { sensorId, name }: JudgedSensor,
  { id, kind, at, begins }: SensorChange["change"],
  { startedAt, confirmedAt, detail }: IncidentStart,
): IncidentView {
  return {
    id,
    kind,
    subject: { type: "sensor", id: sensorId, name },
    monitor_id: null,
    monitor_name: null,
    started_at: startedAt.toISOString(),
    confirmed_at: confirmedAt.toISOString(),
    ended_at: begins === null ? at.toISOString() : null,
    duration_ms: at.getTime() - startedAt.getTime(),
    reason: kind === "anomaly" ? "anomaly" : "threshold",
    detail,
    alerts: [],
  };
}
