import type { Report } from "@pulsecheck/db/heartbeats";
import type { HeartbeatInput } from "@pulsecheck/shared/device";

/** In which workspace a device reports, and whose it becomes where it is new. */
export type Reporter = { workspaceId: number; userId: string };

/** A heartbeat as it reached us. @param heardAt ms since the epoch */
export function reportOf(input: HeartbeatInput, reporter: Reporter, heardAt: number): Report {
  return {
    ...reporter,
    deviceId: input.device_id,
    name: input.name ?? null,
    location: input.location ?? null,
    heardAt,
    sentAt: input.sent_at === undefined ? null : Date.parse(input.sent_at),
    values: { batteryLevel: input.battery_level ?? null, signalStrength: input.signal_strength ?? null },
  };
}

/** That a device lives, without a report of it. */
export function signOfLife(deviceId: string, reporter: Reporter): Report {
  return { ...reporter, deviceId, name: null, location: null, heardAt: Date.now(), sentAt: null, values: null };
}
