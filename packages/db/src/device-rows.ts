import type { DeviceStatus } from "@pulsecheck/shared/device";
import type { DeviceThresholds } from "@pulsecheck/shared/device-state";
import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentView } from "@pulsecheck/shared/incident";
import { words } from "./check-view.ts";

/** A device as reports and the sweep read it: locked, with its thresholds and its open incident. */
export type DeviceRow = {
  key: number;
  workspaceId: number;
  deviceId: string;
  name: string;
  isRenamed: boolean;
  location: string;
  isRelocated: boolean;
  atRiskAfterS: number;
  offlineAfterS: number;
  batteryLow: number;
  status: DeviceStatus;
  isBatteryLow: boolean;
  batteryLevel: number | null;
  signalStrength: number | null;
  lastHeardAt: Date;
  lastReportAt: Date | null;
  lastSentAt: Date | null;
  heartbeats: number;
  incidentId: string | null;
  incident: { startedAt: string; confirmedAt: string; reason: number; detail: string } | null;
  connectionId: string | null;
  isWatched: boolean;
};

export const DEVICE_COLUMNS = `
  d.id AS key, d.workspace_id AS "workspaceId", d.device_id AS "deviceId", d.name, d.is_renamed AS "isRenamed", d.location, d.is_relocated AS "isRelocated",
  coalesce(d.at_risk_after_s, w.device_at_risk_after_s) AS "atRiskAfterS",
  coalesce(d.offline_after_s, w.device_offline_after_s) AS "offlineAfterS",
  coalesce(d.battery_low, w.device_battery_low) AS "batteryLow",
  s.status, s.is_battery_low AS "isBatteryLow", s.battery_level AS "batteryLevel", s.signal_strength AS "signalStrength",
  s.last_heard_at AS "lastHeardAt", s.last_report_at AS "lastReportAt", s.last_sent_at AS "lastSentAt", s.heartbeats::float8 AS heartbeats, s.incident_id AS "incidentId",
  CASE WHEN s.incident_id IS NOT NULL THEN (SELECT json_build_object('startedAt', i.started_at, 'confirmedAt', i.confirmed_at, 'reason', i.reason, 'detail', i.detail)
    FROM incidents i WHERE i.id = s.incident_id) END AS incident,
  s.connection_id AS "connectionId", coalesce(s.watched_until > now(), false) AS "isWatched"`;

export function thresholdsOf({ atRiskAfterS, offlineAfterS, batteryLow }: DeviceRow): DeviceThresholds {
  return { atRiskAfterS, offlineAfterS, batteryLow };
}

type Opened = { id: string; startedAt: Date; at: Date; reason: Reason; detail: string };

/** The incident of a device as sockets are told of its beginning. */
export function openedIncident(row: Pick<DeviceRow, "deviceId" | "name">, opened: Opened): IncidentView {
  return {
    ...subjectOf(row),
    id: opened.id,
    started_at: opened.startedAt.toISOString(),
    confirmed_at: opened.at.toISOString(),
    ended_at: null,
    duration_ms: opened.at.getTime() - opened.startedAt.getTime(),
    reason: opened.reason,
    detail: opened.detail,
    alerts: [],
  };
}

/** The open incident of a device as sockets are told of its end. */
export function closedIncident(row: DeviceRow, id: string, at: Date): IncidentView | null {
  if (row.incident === null) return null;
  const startedAt = new Date(row.incident.startedAt);
  return {
    ...subjectOf(row),
    id,
    started_at: startedAt.toISOString(),
    confirmed_at: new Date(row.incident.confirmedAt).toISOString(),
    ended_at: at.toISOString(),
    duration_ms: at.getTime() - startedAt.getTime(),
    reason: words.reason(row.incident.reason) ?? "silent",
    detail: row.incident.detail,
    alerts: [],
  };
}

function subjectOf({ deviceId, name }: Pick<DeviceRow, "deviceId" | "name">) {
  return {
    kind: "outage" as const,
    subject: { type: "device" as const, id: deviceId, name },
    monitor_id: null,
    monitor_name: null,
  };
}

const EVENT_LETTERS = { connected: "c", disconnected: "d", online: "o", at_risk: "r", offline: "x" } as const;

/** The letter under which the table "device_events" holds an event. */
export function letterOf(event: keyof typeof EVENT_LETTERS): string {
  return EVENT_LETTERS[event];
}

export function eventOfStatus(status: DeviceStatus): "online" | "at_risk" | "offline" {
  return status === "ONLINE" ? "online" : status === "AT_RISK" ? "at_risk" : "offline";
}
