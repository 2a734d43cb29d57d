import { z } from "zod";
import { deviceIdSchema } from "./device.ts";
import { SUBSCRIBE_LIMIT } from "./live-events.ts";

/**
 * What a dashboard may say. `subscribe` replaces what was subscribed before; `ping` is answered, because browsers do not
 * see the pings of the socket itself.
 */
export const dashboardMessageSchema = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("subscribe"),
      monitor_ids: z.array(z.uuid().toLowerCase()).max(SUBSCRIBE_LIMIT).optional(),
      device_ids: z.array(deviceIdSchema).max(SUBSCRIBE_LIMIT).optional(),
    })
    .refine(({ monitor_ids, device_ids }) => (monitor_ids ?? device_ids) !== undefined, {
      message: "must have monitor_ids or device_ids",
    }),
  z.strictObject({ type: z.literal("ping") }),
]);
