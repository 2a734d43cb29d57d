import type { DeviceStatus } from "./device.ts";

/** What decides about a device's status: seconds of silence, percent of battery. */
export type DeviceThresholds = { atRiskAfterS: number; offlineAfterS: number; batteryLow: number };

/** So many percent above `batteryLow` a battery must come back to be no longer low: 19, 21, 19 does not flap. */
export const BATTERY_HYSTERESIS = 5;

/** Is the battery low after this level? Without a level it stays what it was. */
export function isBatteryLow(wasLow: boolean, level: number | null, { batteryLow }: DeviceThresholds): boolean {
  if (level === null) return wasLow;
  return level < batteryLow || (wasLow && level < Math.min(100, batteryLow + BATTERY_HYSTERESIS));
}

/** The status of a device that has been silent for so long. OFFLINE wins over AT_RISK. */
export function statusOf(silentMs: number, isLow: boolean, thresholds: DeviceThresholds): DeviceStatus {
  if (silentMs > thresholds.offlineAfterS * 1_000) return "OFFLINE";
  return isLow || silentMs > thresholds.atRiskAfterS * 1_000 ? "AT_RISK" : "ONLINE";
}

/** When silence changes the status next, if nothing is heard: ms of silence; null once it is OFFLINE. */
export function nextSilenceMs(silentMs: number, { atRiskAfterS, offlineAfterS }: DeviceThresholds): number | null {
  return [atRiskAfterS * 1_000, offlineAfterS * 1_000].find((limit) => limit >= silentMs) ?? null;
}
