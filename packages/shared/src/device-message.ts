import { z } from "zod";
import { deviceIdSchema, heartbeatSchema } from "./device.ts";

/** What a device says on its socket: that it came or goes, or a heartbeat with a heartbeat's fields. */
export const deviceMessageSchema = z.discriminatedUnion("event_type", [
  z.strictObject({ event_type: z.enum(["connected", "disconnected"]), device_id: deviceIdSchema }),
  z.strictObject({ ...heartbeatSchema.shape, event_type: z.literal("heartbeat") }),
]);
