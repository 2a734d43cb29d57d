import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { MEMBER_ROLES, ROLES } from "./role.ts";

export const memberChangeSchema = z.strictObject({ role: z.enum(MEMBER_ROLES) });

export const memberSchema = z
  .object({
    user_id: z.uuid(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    role: z.enum(ROLES),
    is_owner: z.boolean().describe("It is this person's personal workspace: they stay its ADMIN"),
    is_active: z.boolean().describe("May log in"),
    joined_at: z.iso.datetime(),
  })
  .meta({ id: "Member" });
export type MemberView = z.infer<typeof memberSchema>;

const MEMBER_SORTS = ["joined_at", "name", "email", "role"] as const;
export type MemberSort = (typeof MEMBER_SORTS)[number];

export const memberListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(MEMBER_SORTS, "joined_at"),
  role: z.enum(MEMBER_ROLES).optional(),
  is_active: z.stringbool().optional(),
  q: textQuery("the name or the e-mail address"),
});
export type MemberListQuery = z.infer<typeof memberListQuery>;
