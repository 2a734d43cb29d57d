import type { CheckView, MonitorStatus, Reason } from "./check.ts";
import type { DeviceEventType, DeviceStatus, DeviceView } from "./device.ts";
import type { ImportProgress } from "./import.ts";
import type { IncidentView } from "./incident.ts";
import type { MonitorView } from "./monitor.ts";
import type { PingKind } from "./ping.ts";
import type { Role } from "./role.ts";
import type { ReadingView, SensorView } from "./sensor.ts";

export type StatusChange = {
  monitor_id: string;
  status: MonitorStatus;
  previous: MonitorStatus;
  reason: Reason | null;
  detail: string | null;
  at: string;
};

export type DeviceStatusChange = {
  device_id: string;
  status: DeviceStatus;
  previous: DeviceStatus;
  battery_level: number | null;
  signal_strength: number | null;
  at: string;
};

/** A heartbeat, as it is told to those who watch its device. */
export type HeardDevice = {
  device_id: string;
  status: DeviceStatus;
  battery_level: number | null;
  signal_strength: number | null;
  /** How many it has sent so far: a pong is no heartbeat, and a batch is many. */
  heartbeats: number;
  at: string;
};

/** What is in maintenance until then; null: no longer. Of many at once, in several parts. */
export type MaintenanceChange = { until: string | null; monitor_ids: string[]; device_ids: string[] };

/** What happened, as sockets are told it. */
export type LiveEvent =
  | { type: "monitor.status"; data: StatusChange }
  | { type: "monitor.checked"; data: CheckView }
  | { type: "monitor.pinged"; data: { monitor_id: string; kind: PingKind; at: string } }
  | { type: "monitor.created" | "monitor.updated"; data: MonitorView }
  | { type: "monitor.deleted"; data: { id: string } }
  | { type: "incident.opened" | "incident.closed" | "incident.updated"; data: IncidentView }
  | { type: "device.created" | "device.updated"; data: DeviceView }
  | { type: "device.deleted"; data: { device_id: string } }
  | { type: "device.event"; data: { device_id: string; event_type: DeviceEventType; at: string } }
  | { type: "device.status"; data: DeviceStatusChange }
  | { type: "device.heartbeat"; data: HeardDevice }
  | { type: "sensor.created" | "sensor.updated"; data: SensorView }
  | { type: "sensor.deleted"; data: { sensor_id: string } }
  | { type: "sensor.reading"; data: ReadingView }
  | { type: "maintenance.changed"; data: MaintenanceChange }
  | { type: "maintenance_window.changed"; data: { id: string } }
  | { type: "import.changed"; data: ImportProgress };

/** Credentials and rights that ended: every API process closes the sockets that they opened. */
export type Revocation =
  | { type: "revoked.session"; data: { session_hash: string } }
  | { type: "revoked.user"; data: { user_id: string; except_session_hash?: string | undefined } }
  | { type: "revoked.key"; data: { key_id: string } }
  /** A member of the event's workspace has this role from now on; null: is a member no more. */
  | { type: "revoked.member"; data: { user_id: string; role: Role | null } };

/** A status page was changed, published, withdrawn or deleted: told among API processes alone. */
export type PageChange = { type: "status_page.changed"; data: { id: string } };

/** An event on its way through the live bus. `workspace` is the inner key; sockets never see it. */
export type BusEvent = { workspace: number; at: string } & (LiveEvent | Revocation | PageChange);

/** A batch as subscribers get it: event i has the number `firstSeq + i`, and `prevSeq` tells of a gap. */
export type BusBatch = { firstSeq: number; prevSeq: number; events: BusEvent[] };

/** The monitor that an event is about, null for those about none. */
export function monitorOf(event: LiveEvent | Revocation | PageChange): string | null {
  switch (event.type) {
    case "monitor.status":
    case "monitor.checked":
    case "monitor.pinged":
    case "incident.opened":
    case "incident.closed":
    case "incident.updated":
      return event.data.monitor_id;
    case "monitor.created":
    case "monitor.updated":
    case "monitor.deleted":
      return event.data.id;
    default:
      return null;
  }
}

/** How many monitors, and how many devices, a dashboard may subscribe to. */
export const SUBSCRIBE_LIMIT = 500;

/** Close codes of our WebSockets. */
export const CLOSE = { goingAway: 1001, revoked: 4401, tooSlow: 4408 } as const;
