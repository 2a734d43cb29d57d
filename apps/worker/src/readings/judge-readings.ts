import { randomUUID } from "node:crypto";
import type { IncidentChange } from "@pulsecheck/db/incident-changes";
import type { JudgedSensor } from "@pulsecheck/db/judged-sensors";
import type { QueuedReading } from "@pulsecheck/db/reading-batches";
import { holdBack } from "@pulsecheck/shared/sensor-maintenance";
import { judgeNext, judgeNow, type Judgement, type SensorTransition } from "@pulsecheck/shared/sensor-state";

/** An incident's beginning or end as it is written, before sockets' events are put to it. */
export type SensorChange = { sensor: JudgedSensor; change: Omit<IncidentChange, "events"> };

export type Judged = { sensor: JudgedSensor; unusual: QueuedReading[]; changes: SensorChange[] };

/** Judges a sensor's readings in the order of their times. One from before the last one moves nothing. */
export function judgeReadings(before: JudgedSensor, readings: readonly QueuedReading[]): Judged {
  const judged: Judged = { sensor: before, unusual: [], changes: [] };
  for (const reading of readings) {
    const { sensor } = judged;
    if (isLate(sensor, reading)) {
      judged.sensor = { ...sensor, readings: sensor.readings + 1 };
      continue;
    }
    const { isAnomaly, ...judgement } = judgeNext(sensor.standing, sensor.rules, reading);
    if (isAnomaly) judged.unusual.push(reading);
    move(judged, judgement, reading.at);
    judged.sensor = { ...judged.sensor, last: { ...reading, isAnomaly }, readings: sensor.readings + 1 };
  }
  return judged;
}

/** Judges a sensor by its last value, which holds until `now`. Without any, its incidents end. */
export function judgeByTime(before: JudgedSensor, now: Date): Judged {
  const judged: Judged = { sensor: before, unusual: [], changes: [] };
  move(judged, judgeNow(before.standing, before.rules, { value: before.last?.value ?? null, at: now }), now);
  return judged;
}

function isLate({ last }: JudgedSensor, { at, id }: QueuedReading): boolean {
  if (last === null) return false;
  return at < last.at || (at.getTime() === last.at.getTime() && id <= last.id);
}

function move(judged: Judged, judgement: Omit<Judgement, "isAnomaly">, at: Date): void {
  const { maintenanceUntil, standing } = judged.sensor;
  const { next, transitions } = maintenanceUntil === null ? judgement : holdBack(standing, judgement, at);
  judged.sensor = { ...judged.sensor, standing: next };
  for (const transition of transitions) judged.changes.push(followTransition(judged, transition));
}

const INCIDENT_IDS = { threshold: "thresholdIncidentId", anomaly: "anomalyIncidentId" } as const;

function followTransition(judged: Judged, transition: SensorTransition): SensorChange {
  const { kind, at } = transition;
  const isBeginning = transition.type === "begins";
  const id = isBeginning ? randomUUID() : (judged.sensor[INCIDENT_IDS[kind]] ?? "");
  judged.sensor = { ...judged.sensor, [INCIDENT_IDS[kind]]: isBeginning ? id : null };
  const { key, workspaceId } = judged.sensor;
  const begins = isBeginning ? { startedAt: transition.startedAt, reason: kind, detail: transition.detail } : null;
  return { sensor: judged.sensor, change: { id, workspaceId, of: { sensorKey: key }, kind, at, begins } };
}
