import type { DeviceView } from "@pulsecheck/shared/device";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { Db } from "./client.ts";
import type { Device, DeviceState } from "./generated/client.ts";
import { whileAhead } from "./monitor-view.ts";

export type StoredDevice = Device & { state: DeviceState | null };

/** A device as the API shows it. */
export function viewDevice({ state, ...row }: StoredDevice): DeviceView {
  if (state === null) throw new Error(`device ${row.id} has no state`);
  return {
    device_id: row.deviceId,
    name: row.name,
    location: row.location,
    tags: row.tags,
    notes: row.notes,
    status: state.status,
    status_since: state.statusSince.toISOString(),
    in_maintenance_until: whileAhead(state.maintenanceUntil),
    battery_level: state.batteryLevel,
    signal_strength: state.signalStrength,
    last_heard_at: state.lastHeardAt.toISOString(),
    is_connected: state.connectionId !== null,
    connected_since: state.connectedSince?.toISOString() ?? null,
    heartbeats: Number(state.heartbeats),
    at_risk_after_s: row.atRiskAfterS,
    offline_after_s: row.offlineAfterS,
    battery_low: row.batteryLow,
    alerts_on_offline: row.alertsOnOffline,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** What dashboards are told of devices that are new, by inner keys: for the process that created them. */
export async function readCreated({ prisma }: Db, keys: readonly number[]): Promise<BusEvent[]> {
  if (keys.length === 0) return [];
  const rows = await prisma.device.findMany({ where: { id: { in: [...keys] } }, include: { state: true } });
  return rows.map((row) => ({
    workspace: row.workspaceId,
    at: row.createdAt.toISOString(),
    type: "device.created",
    data: viewDevice(row),
  }));
}
