import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { ROLES } from "./role.ts";
import { userSchema } from "./user.ts";

/** A user as operators of the instance see them. */
export const operatorUserSchema = userSchema
  .extend({
    last_login_at: z.iso.datetime().nullable(),
    session_count: z.int().describe("Living sessions"),
    workspace_count: z.int().describe("Workspaces that they are a member of"),
  })
  .meta({ id: "OperatorUser" });
export type OperatorUserView = z.infer<typeof operatorUserSchema>;

export const operatorUserDetailSchema = operatorUserSchema
  .extend({
    workspaces: z.array(z.object({ id: z.uuid(), name: z.string(), role: z.enum(ROLES), is_personal: z.boolean() })),
  })
  .meta({ id: "OperatorUserDetail" });
export type OperatorUserDetail = z.infer<typeof operatorUserDetailSchema>;

export const operatorUserChangeSchema = z
  .strictObject({
    is_active: z.boolean().describe("false: ends their sessions, sockets and API keys for good"),
    is_superuser: z.boolean().describe("Operates the instance"),
  })
  .partial();
export type OperatorUserChange = z.infer<typeof operatorUserChangeSchema>;

const OPERATOR_USER_SORTS = ["created_at", "email", "name", "last_login_at"] as const;
export type OperatorUserSort = (typeof OPERATOR_USER_SORTS)[number];

export const operatorUserListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(OPERATOR_USER_SORTS, "-created_at"),
  is_active: z.stringbool().optional(),
  is_superuser: z.stringbool().optional(),
  q: textQuery("the name or the e-mail address"),
});
export type OperatorUserListQuery = z.infer<typeof operatorUserListQuery>;
