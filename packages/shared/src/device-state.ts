import { CLOCK_SLACK_MS, OLDEST_REPORT_MS, type DeviceStatus } from "./device.ts";

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

/** What is remembered of a device between two reports. Times in ms since the epoch. */
export type DeviceMemory = {
  status: DeviceStatus;
  isBatteryLow: boolean;
  batteryLevel: number | null;
  signalStrength: number | null;
  /** The latest sign of life, by our clock. */
  lastHeardAt: number;
  /** The time of the newest report; null before the first. */
  lastReportAt: number | null;
  /** The newest `sent_at`, by the device's own clock; null where it never told one. */
  lastSentAt: number | null;
};

/** A sign of life: a report with its values, or, without `values`, that its socket lives. */
export type SignOfLife = {
  /** When it reached us, and when the device says that it sent it. */
  heardAt: number;
  sentAt: number | null;
  values: { batteryLevel: number | null; signalStrength: number | null } | null;
};

/**
 * The signs of life of one device that came together, in the order in which they were sent. Those of now (without a
 * time, or with one that is yet to come) are a millisecond apart, the last of them now: none takes another's place.
 */
export function inOrderOfSending<T extends SignOfLife>(signs: readonly T[]): T[] {
  let next = Infinity;
  return signs
    .toSorted((a, b) => (a.sentAt ?? a.heardAt) - (b.sentAt ?? b.heardAt))
    .toReversed()
    .map((sign) => {
      if (sign.sentAt !== null && sign.sentAt <= sign.heardAt) return sign;
      next = Math.min(sign.heardAt, next - 1);
      return { ...sign, heardAt: next };
    })
    .toReversed();
}

/** Where a report stands: `at` is the time under which the history keeps it; null: it does not. */
export type PlacedReport = { result: "accepted" | "late" | "ahead" | "repeated" | "too_old"; at: number | null };

/**
 * Places a report in time. A device whose clock is ahead is heard now; one that repeats itself adds nothing. What is the
 * latest comes after all that the history holds, if only by a millisecond.
 * @param isKnown a report of this device with this `sentAt` was taken already
 */
export function placeReport(memory: DeviceMemory, { heardAt, sentAt }: SignOfLife, isKnown: boolean): PlacedReport {
  const lastAt = memory.lastReportAt ?? -Infinity;
  if (sentAt !== null && sentAt < heardAt - OLDEST_REPORT_MS) return { result: "too_old", at: null };
  if (isKnown) return { result: "repeated", at: null };
  if (sentAt !== null && sentAt <= heardAt && sentAt < lastAt) return { result: "late", at: sentAt };
  const isAhead = sentAt !== null && sentAt > heardAt + CLOCK_SLACK_MS;
  const at = Math.max(Math.min(sentAt ?? heardAt, heardAt), lastAt + 1);
  return { result: isAhead ? "ahead" : "accepted", at };
}

/** The memory after a sign of life. Silence is the sweep's matter: what is heard of late changes no status. */
export function hear(
  memory: DeviceMemory,
  sign: SignOfLife,
  { result, at }: PlacedReport,
  thresholds: DeviceThresholds,
): DeviceMemory {
  const lastHeardAt = Math.max(memory.lastHeardAt, Math.min(at ?? -Infinity, sign.heardAt));
  const isLatest = sign.values !== null && (result === "accepted" || result === "ahead");
  const batteryLevel = (isLatest ? sign.values?.batteryLevel : null) ?? memory.batteryLevel;
  const isLow = isLatest
    ? isBatteryLow(memory.isBatteryLow, sign.values?.batteryLevel ?? null, thresholds)
    : memory.isBatteryLow;
  const isFresh = sign.heardAt - lastHeardAt <= thresholds.atRiskAfterS * 1_000;
  return {
    status: isFresh ? statusOf(0, isLow, thresholds) : memory.status,
    isBatteryLow: isLow,
    batteryLevel,
    signalStrength: (isLatest ? sign.values?.signalStrength : null) ?? memory.signalStrength,
    lastHeardAt,
    lastReportAt: latestOf(memory.lastReportAt, isLatest ? at : null),
    lastSentAt: latestOf(memory.lastSentAt, at === null ? null : sign.sentAt),
  };
}

function latestOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
