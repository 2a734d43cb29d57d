import type { DeviceView } from "@pulsecheck/shared/device";
import type { Device, DeviceState } from "./generated/client.ts";

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
