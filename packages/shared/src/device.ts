import { z } from "zod";
import { pageQuery, sortQuery, textQuery, totalQuery } from "./list.ts";
import { refuseField } from "./refusal.ts";

export const DEVICE_STATUSES = ["ONLINE", "AT_RISK", "OFFLINE"] as const;
export const deviceStatusSchema = z.enum(DEVICE_STATUSES);
export type DeviceStatus = z.infer<typeof deviceStatusSchema>;

/** What happened to a device: its socket came and went, or its status changed. Heartbeats are kept as reports. */
export const DEVICE_EVENT_TYPES = ["connected", "disconnected", "online", "at_risk", "offline"] as const;
export type DeviceEventType = (typeof DEVICE_EVENT_TYPES)[number];

/** Words that stand in the place of a device's id in our paths. */
const RESERVED = ["status", "analytics"];

export const deviceIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ : -")
  .refine((id) => !RESERVED.includes(id), "is a reserved word; choose another");

/** Heartbeats of one request. */
export const HEARTBEATS_AT_MOST = 1_000;
/** How old a report may be that is still taken into the history, and how far ahead of our clock counts as now. */
export const OLDEST_REPORT_MS = 7 * 86_400_000;
export const CLOCK_SLACK_MS = 60_000;

/** Later times have no short form, and so none in the database. */
const END_OF_TIME = Date.UTC(10_000, 0);

const deviceName = z.string().trim().min(1).max(200);
export const deviceLocation = z.string().trim().max(200);
export const batteryLevel = z.number().min(0).max(100).describe("Percent");
export const signalStrength = z.number().min(-150).max(0).describe("dBm");

/** One report of a device: only its id is needed; what is left out stays as it was. */
export const heartbeatSchema = z
  .strictObject({
    device_id: deviceIdSchema,
    name: deviceName.optional(),
    battery_level: batteryLevel.nullish(),
    signal_strength: signalStrength.nullish(),
    location: deviceLocation.optional(),
    sent_at: z.iso
      .datetime({ offset: true })
      .refine((text) => !(Date.parse(text) >= END_OF_TIME), "must be before the year 10000")
      .optional()
      .describe("The device's own clock: for reports that could not be sent when they were due"),
  })
  .meta({ id: "Heartbeat" });
export type HeartbeatInput = z.infer<typeof heartbeatSchema>;

/**
 * What became of one heartbeat. `accepted`: it is the latest. `late`: an older one, kept in the history. `repeated`: we
 * have it already. `ahead`: its clock is ahead of ours; it counts as sent now. `too_old`: from before what the history
 * keeps. `refused`: see `detail`.
 */
export const HEARTBEAT_RESULTS = ["accepted", "late", "repeated", "ahead", "too_old", "refused"] as const;
export type HeartbeatResult = (typeof HEARTBEAT_RESULTS)[number];

export const heartbeatResultSchema = z
  .object({
    device_id: z.string(),
    result: z.enum(HEARTBEAT_RESULTS),
    status: deviceStatusSchema.nullable().describe("The device's status after it; null where it was refused"),
    is_new: z.boolean().describe("The device was created by it"),
    detail: z.string().nullable(),
  })
  .meta({ id: "HeartbeatResult" });
export type HeartbeatResultView = z.infer<typeof heartbeatResultSchema>;

export const deviceSchema = z
  .object({
    device_id: z.string(),
    name: z.string(),
    location: z.string(),
    tags: z.array(z.string()),
    notes: z.string(),
    status: deviceStatusSchema,
    status_since: z.iso.datetime(),
    in_maintenance_until: z.iso.datetime().nullable().describe("When the maintenance that is on ends; null: none is"),
    battery_level: z.number().nullable().describe("Percent"),
    signal_strength: z.number().nullable().describe("dBm"),
    last_heard_at: z.iso.datetime(),
    is_connected: z.boolean().describe("A socket of it is open"),
    connected_since: z.iso.datetime().nullable(),
    heartbeats: z.int().describe("Reports so far"),
    at_risk_after_s: z.int().nullable().describe("Seconds of silence; null: the workspace's"),
    offline_after_s: z.int().nullable().describe("Seconds of silence; null: the workspace's"),
    battery_low: z.int().nullable().describe("Percent below which it is at risk; null: the workspace's"),
    alerts_on_offline: z.boolean().nullable().describe("null: the workspace's"),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Device" });
export type DeviceView = z.infer<typeof deviceSchema>;

const tag = z.string().trim().min(1).max(50);
/** What decides about a device's status, of its own or as its workspace's default. */
export const silenceS = z.int().min(1).max(604_800);
export const batteryPercent = z.int().min(0).max(100);

/** Body of `PATCH /devices/{device_id}`: what is left out stays; null takes the workspace's, or what the device says. */
export const deviceUpdateSchema = z
  .strictObject({
    name: deviceName.nullable().describe("From now on it is called so, whatever its heartbeats say; null: as they say"),
    location: deviceLocation
      .nullable()
      .describe("From now on it is there, whatever its heartbeats say; null: where they say"),
    tags: z
      .array(tag)
      .max(20)
      .transform((list) => [...new Set(list)]),
    notes: z.string().max(5_000),
    at_risk_after_s: silenceS.nullable(),
    offline_after_s: silenceS.nullable(),
    battery_low: batteryPercent.nullable(),
    alerts_on_offline: z.boolean().nullable(),
  })
  .partial();
export type DeviceChange = z.infer<typeof deviceUpdateSchema>;

/**
 * Refuses (400) what would make a device OFFLINE no later than AT_RISK: what is changed, judged with what is left.
 * @param field which of the two was changed; with the prefix that it has there
 */
export function requireRisingSilence(atRiskAfterS: number, offlineAfterS: number, field: string): void {
  if (offlineAfterS > atRiskAfterS) return;
  const says = field.endsWith("offline_after_s")
    ? `must be more than at_risk_after_s, which is ${atRiskAfterS}`
    : `must be less than offline_after_s, which is ${offlineAfterS}`;
  throw refuseField(field, says);
}

export const DEVICE_SORTS = [
  "name",
  "device_id",
  "status",
  "location",
  "created_at",
  "last_heard_at",
  "battery_level",
  "signal_strength",
] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];

export const deviceListQuery = z.strictObject({
  ...pageQuery,
  ...totalQuery,
  sort: sortQuery(DEVICE_SORTS, "name"),
  status: deviceStatusSchema.optional(),
  tag: tag.optional(),
  location: deviceLocation.optional().describe("Exactly this one"),
  q: textQuery("the name, the device_id or the location"),
});
export type DeviceListQuery = z.infer<typeof deviceListQuery>;
