import { z } from "zod";
import { DEVICE_EVENT_TYPES } from "./device.ts";
import { pageQuery, rangeQuery, sortQuery } from "./list.ts";

export const deviceEventSchema = z
  .object({
    id: z.int(),
    device_id: z.string(),
    event_type: z.enum(DEVICE_EVENT_TYPES),
    at: z.iso.datetime(),
  })
  .meta({ id: "DeviceEvent" });
export type DeviceEventView = z.infer<typeof deviceEventSchema>;

export const deviceEventListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["at"], "-at"),
  event_type: z.enum(DEVICE_EVENT_TYPES).optional(),
});
export type DeviceEventListQuery = z.infer<typeof deviceEventListQuery>;

/** So long a range (ms), with so few reports, is answered report by report. */
export const REPORTS_ONE_BY_ONE = { rangeMs: 6 * 3_600_000, count: 400 } as const;

const value = z.number().nullable();
const valuesSchema = z.object({ count: z.int(), avg: value, min: value, max: value });
export type Values = z.infer<typeof valuesSchema>;

export const deviceHistorySchema = z
  .object({
    device_id: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    bucket_ms: z.int().nullable().describe("Null: each bucket is one report, and ends where it begins"),
    buckets: z
      .array(
        z.object({
          from: z.iso.datetime(),
          to: z.iso.datetime(),
          battery_level: valuesSchema.describe("Percent"),
          signal_strength: valuesSchema.describe("dBm"),
        }),
      )
      .describe("Those in which something was reported, the earliest first"),
  })
  .meta({ id: "DeviceHistory" });
export type DeviceHistory = z.infer<typeof deviceHistorySchema>;

/** One value, or none, as figures. */
export function valuesOf(one: number | null): Values {
  return { count: one === null ? 0 : 1, avg: one, min: one, max: one };
}
