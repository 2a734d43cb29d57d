import type { AuditEntryView } from "@pulsecheck/shared/audit";
import type { CheckView } from "@pulsecheck/shared/check";
import type { DeviceView } from "@pulsecheck/shared/device";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { ReadingView } from "@pulsecheck/shared/sensor";
import { fields, times, type Column } from "@pulsecheck/shared/sheet";

/** A check, beside the name of its monitor. */
export const CHECK_COLUMNS: readonly Column<CheckView & { monitor_name: string }>[] = [
  ...times("checked_at"),
  ...fields("monitor_id", "monitor_name", "kind", "ok", "status", "latency_ms", "http_status", "reason", "detail"),
  { name: "dns_ms", of: ({ phases_ms }) => phases_ms.dns },
  { name: "connect_ms", of: ({ phases_ms }) => phases_ms.connect },
  { name: "tls_ms", of: ({ phases_ms }) => phases_ms.tls },
  { name: "first_byte_ms", of: ({ phases_ms }) => phases_ms.first_byte },
  ...fields("is_anomaly", "in_maintenance", "resolved_address"),
  ...times("tls_expires_at"),
];

export const INCIDENT_COLUMNS: readonly Column<IncidentView>[] = [
  ...fields("id", "kind"),
  { name: "subject_type", of: ({ subject }) => subject.type },
  { name: "subject_id", of: ({ subject }) => subject.id },
  { name: "subject_name", of: ({ subject }) => subject.name },
  ...times("started_at", "confirmed_at", "ended_at"),
  { name: "duration_s", of: ({ duration_ms }) => Math.round(duration_ms / 1_000) },
  ...fields("reason", "detail"),
  { name: "alerts_sent", of: ({ alerts }) => alerts.filter(({ state }) => state === "SENT").length },
];

export const DEVICE_COLUMNS: readonly Column<DeviceView>[] = [
  ...fields("device_id", "name", "location"),
  { name: "tags", of: ({ tags }) => tags.join("; ") },
  ...fields("notes", "status"),
  ...times("status_since"),
  ...fields("battery_level", "signal_strength"),
  ...times("last_heard_at"),
  ...fields("is_connected", "heartbeats", "at_risk_after_s", "offline_after_s", "battery_low", "alerts_on_offline"),
  ...times("created_at"),
];

/** As an import of readings takes them. */
export const READING_COLUMNS: readonly Column<ReadingView>[] = [
  ...fields("sensor_id", "value", "unit"),
  ...times("timestamp"),
  { name: "metadata", of: ({ metadata }) => (Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null) },
  ...fields("id", "is_anomaly"),
];

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

export const AUDIT_COLUMNS: readonly Column<AuditEntryView>[] = [
  ...times("at"),
  { name: "user_email", of: ({ user }) => user?.email ?? null },
  { name: "api_key", of: ({ api_key }) => api_key?.name ?? null },
  ...fields("address", "action"),
  { name: "subject_type", of: ({ subject }) => subject.type },
  { name: "subject_id", of: ({ subject }) => subject.id },
  { name: "subject_name", of: ({ subject }) => subject.name },
  { name: "before", of: ({ before }) => json(before) },
  { name: "after", of: ({ after }) => json(after) },
];
