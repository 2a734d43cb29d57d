import { z } from "zod";
import { SUBSCRIBE_LIMIT } from "./live-events.ts";

/** What a dashboard may say. `subscribe` replaces what was subscribed before. */
export const dashboardMessageSchema = z.strictObject({
  type: z.literal("subscribe"),
  monitor_ids: z.array(z.uuid()).max(SUBSCRIBE_LIMIT),
});
