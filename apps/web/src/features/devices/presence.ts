import type { DeviceEventType, DeviceStatus } from "@pulsecheck/shared/device";

export type Presence = { status: DeviceStatus | null; from: number; to: number };
type Event = { event_type: DeviceEventType; at: string };

const STATUS_AFTER: Partial<Record<DeviceEventType, DeviceStatus>> = {
  online: "ONLINE",
  at_risk: "AT_RISK",
  offline: "OFFLINE",
};

/**
 * How a device was from one end of a range to the other, in ms; a null status: nobody knows.
 * @param events within the range, the latest first
 * @param before what happened last before it, the latest first
 */
export function listPresence(
  range: { from: string; to: string },
  events: readonly Event[],
  before: readonly Event[],
): Presence[] {
  const known = before.find(({ event_type: type }) => STATUS_AFTER[type] !== undefined);
  let status = (known && STATUS_AFTER[known.event_type]) ?? null;
  let from = Date.parse(range.from);
  const parts: Presence[] = [];
  for (const { event_type: type, at } of events.toReversed()) {
    const next = STATUS_AFTER[type];
    if (next === undefined || next === status) continue;
    const to = Date.parse(at);
    if (to > from) parts.push({ status, from, to });
    [status, from] = [next, to];
  }
  return [...parts, { status, from, to: Date.parse(range.to) }];
}

/** How long (ms) it was so in all. */
export function timeIn(parts: readonly Presence[], status: DeviceStatus): number {
  return parts.reduce((sum, part) => (part.status === status ? sum + part.to - part.from : sum), 0);
}
