import { z } from "zod";
import { deviceIdSchema, deviceLocation, type DeviceEventType, type DeviceStatus } from "./device.ts";

/** How many devices one question may be about. */
export const ANALYSED_AT_MOST = 10_000;

/** What happened to one device in a range, and how it was when the range began. */
export type DeviceStory = {
  createdAt: Date;
  /** Null where nobody knows it any more, or the device was not there yet: as good as online. */
  statusBefore: DeviceStatus | null;
  wasConnected: boolean;
  /** Within the range, the earliest first. */
  events: readonly { at: Date; type: DeviceEventType }[];
  heartbeats: number;
};

/** One or several devices in a range, added up. Times in ms. */
export type DeviceSums = {
  devices: number;
  heartbeats: number;
  connects: number;
  disconnects: number;
  sessions: number;
  sessionsMs: number;
  longestSessionMs: number;
  flaps: number;
  /** How long it was there at all. */
  knownMs: number;
  offlineMs: number;
};

export const NO_SUMS: DeviceSums = {
  devices: 0,
  heartbeats: 0,
  connects: 0,
  disconnects: 0,
  sessions: 0,
  sessionsMs: 0,
  longestSessionMs: 0,
  flaps: 0,
  knownMs: 0,
  offlineMs: 0,
};

export type Span = { from: Date; to: Date };

/** One device's part in the figures of a range, which must not reach into the future. */
export function sumDevice(story: DeviceStory, range: Span): DeviceSums {
  const { events } = story;
  return {
    devices: 1,
    heartbeats: story.heartbeats,
    connects: events.filter(({ type }) => type === "connected").length,
    disconnects: events.filter(({ type }) => type === "disconnected").length,
    ...sumSessions(sessionsMsOf(story, range)),
    flaps: countFlaps(story),
    ...sumOffline(story, range),
  };
}

/** Several devices' figures as those of one group. */
export function addSums(a: DeviceSums, b: DeviceSums): DeviceSums {
  return {
    devices: a.devices + b.devices,
    heartbeats: a.heartbeats + b.heartbeats,
    connects: a.connects + b.connects,
    disconnects: a.disconnects + b.disconnects,
    sessions: a.sessions + b.sessions,
    sessionsMs: a.sessionsMs + b.sessionsMs,
    longestSessionMs: Math.max(a.longestSessionMs, b.longestSessionMs),
    flaps: a.flaps + b.flaps,
    knownMs: a.knownMs + b.knownMs,
    offlineMs: a.offlineMs + b.offlineMs,
  };
}

/**
 * How long (ms) each session lasted, as far as it lies in the range: from a `connected` to the `disconnected` after
 * it. A `connected` in between continues it; one that is open at an end of the range is cut there.
 */
function sessionsMsOf({ wasConnected, events }: DeviceStory, { from, to }: Span): number[] {
  const lengths: number[] = [];
  let since = wasConnected ? from : null;
  for (const { at, type } of events) {
    if (type === "connected") since ??= at;
    if (type !== "disconnected" || since === null) continue;
    lengths.push(at.getTime() - since.getTime());
    since = null;
  }
  return since === null ? lengths : [...lengths, to.getTime() - since.getTime()];
}

function sumSessions(lengths: readonly number[]) {
  return {
    sessions: lengths.length,
    sessionsMs: lengths.reduce((sum, length) => sum + length, 0),
    longestSessionMs: lengths.reduce((longest, length) => Math.max(longest, length), 0),
  };
}

/** The status that a device has from an event on; null for those of its socket. */
export function statusAfter(type: DeviceEventType): DeviceStatus | null {
  if (type === "online") return "ONLINE";
  if (type === "at_risk") return "AT_RISK";
  return type === "offline" ? "OFFLINE" : null;
}

/** How often it came back ONLINE after it was known not to be. */
function countFlaps({ statusBefore, events }: DeviceStory): number {
  let [flaps, status] = [0, statusBefore];
  for (const { type } of events) {
    const next = statusAfter(type);
    if (next === "ONLINE" && status !== null && status !== "ONLINE") flaps += 1;
    status = next ?? status;
  }
  return flaps;
}

/** How long it was there within the range, and how long of that OFFLINE. */
function sumOffline({ createdAt, statusBefore, events }: DeviceStory, { from, to }: Span) {
  const start = Math.max(from.getTime(), createdAt.getTime());
  const knownMs = Math.max(0, to.getTime() - start);
  let offlineSince = statusBefore === "OFFLINE" ? start : null;
  let offlineMs = 0;
  for (const { at, type } of events) {
    const status = statusAfter(type);
    if (status === null) continue;
    if (offlineSince !== null) offlineMs += Math.max(0, at.getTime() - offlineSince);
    offlineSince = status === "OFFLINE" ? Math.max(start, at.getTime()) : null;
  }
  if (offlineSince !== null) offlineMs += Math.max(0, to.getTime() - offlineSince);
  return { knownMs, offlineMs };
}

export const ANALYTICS_GROUPS = ["device", "location"] as const;

/** What is asked for besides a range. */
export const deviceAnalyticsFilter = {
  group_by: z.enum(ANALYTICS_GROUPS).default("device"),
  location: deviceLocation.optional().describe("Only devices at exactly this location"),
  device_id: deviceIdSchema.optional(),
};

const milliseconds = z.int().nullable();
export const deviceFiguresSchema = z.object({
  devices: z.int(),
  heartbeats: z.int().describe("Reports in the range"),
  connects: z.int(),
  disconnects: z.int(),
  sessions: z
    .object({ count: z.int(), avg_ms: milliseconds, longest_ms: milliseconds })
    .describe(
      "From a connected to the disconnected after it, as far as it lies in the range; null where there is none",
    ),
  flaps: z.int().describe("How often a device came back ONLINE after it was not"),
  offline_ms: z.int().describe("Time OFFLINE, of all devices together"),
  availability_ratio: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe("Time not OFFLINE / time since the device's creation, in the range; null where there is none"),
});

export const deviceAnalyticsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime().describe("Not after now"),
    group_by: z.enum(ANALYTICS_GROUPS),
    total: deviceFiguresSchema,
    groups: z.array(
      deviceFiguresSchema.extend({
        device_id: z.string().nullable().describe("Null where devices are grouped by location"),
        name: z.string().nullable(),
        location: z.string(),
      }),
    ),
  })
  .meta({ id: "DeviceAnalytics" });
export type DeviceAnalytics = z.infer<typeof deviceAnalyticsSchema>;

/** Sums as they are shown. */
export function figuresOf(sums: DeviceSums): z.infer<typeof deviceFiguresSchema> {
  const { devices, heartbeats, connects, disconnects, flaps, sessions: count, knownMs, offlineMs } = sums;
  return {
    devices,
    heartbeats,
    connects,
    disconnects,
    sessions: {
      count,
      avg_ms: count > 0 ? Math.round(sums.sessionsMs / count) : null,
      longest_ms: count > 0 ? sums.longestSessionMs : null,
    },
    flaps,
    offline_ms: offlineMs,
    availability_ratio: knownMs > 0 ? (knownMs - offlineMs) / knownMs : null,
  };
}
