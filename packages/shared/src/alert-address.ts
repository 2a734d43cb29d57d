import { z } from "zod";
import { emailSchema } from "./user.ts";

/** So many a workspace. */
export const ALERT_ADDRESSES_AT_MOST = 20;

export const alertAddressCreateSchema = z.strictObject({ email: emailSchema });

export const alertAddressSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    is_verified: z.boolean().describe("Confirmed by its owner: before that it is sent no alert"),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "AlertAddress" });
export type AlertAddressView = z.infer<typeof alertAddressSchema>;
