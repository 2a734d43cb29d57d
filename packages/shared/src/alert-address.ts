import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
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

const ALERT_ADDRESS_SORTS = ["created_at", "email"] as const;
export type AlertAddressSort = (typeof ALERT_ADDRESS_SORTS)[number];

export const alertAddressListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(ALERT_ADDRESS_SORTS, "-created_at"),
  is_verified: z.stringbool().optional(),
  q: textQuery("the address"),
});
export type AlertAddressListQuery = z.infer<typeof alertAddressListQuery>;
