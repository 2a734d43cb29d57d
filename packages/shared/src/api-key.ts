import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { ROLES } from "./role.ts";

/** How every API key begins: tells it from a session token, and secret scanners can find it. */
export const API_KEY_PREFIX = "pc_";

export const apiKeyCreateSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});

export const apiKeySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES),
    prefix: z.string().describe("The key's first characters, to recognise it by"),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ApiKey" });
export type ApiKeyView = z.infer<typeof apiKeySchema>;

const API_KEY_SORTS = ["created_at", "name", "role", "expires_at", "last_used_at"] as const;
export type ApiKeySort = (typeof API_KEY_SORTS)[number];

export const apiKeyListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(API_KEY_SORTS, "-created_at"),
  role: z.enum(ROLES).optional(),
  is_revoked: z.stringbool().optional(),
  q: textQuery("the name"),
});
export type ApiKeyListQuery = z.infer<typeof apiKeyListQuery>;
