import { listWorkspaces, setMemberRole, setQuotas } from "@pulsecheck/db/operator-workspaces";
import { pageSchema } from "@pulsecheck/shared/list";
import { memberChangeSchema, memberSchema } from "@pulsecheck/shared/member";
import {
  operatorWorkspaceListQuery,
  operatorWorkspaceSchema,
  quotaChangeSchema,
  quotaDefaultsSchema,
} from "@pulsecheck/shared/operator-workspace";
import { z } from "zod";
import { tellMember } from "../auth/revocations.ts";
import type { Deps } from "../context.ts";
import { QUOTAS } from "../http/limits.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { idParams as params } from "../http/usual-routes.ts";

const tags = ["Operators"];
const path = "/api/v1/operator/workspaces";

const pageWithDefaults = pageSchema(operatorWorkspaceSchema).extend({
  defaults: quotaDefaultsSchema.describe("What a workspace may have that has no quota of its own; null: no limit"),
});
const list = defineRoute("superuser", {
  method: "get",
  path,
  tags,
  request: { query: operatorWorkspaceListQuery },
  responses: { 200: json(pageWithDefaults, "All workspaces: how much is in each, and how much may be") },
});
const change = defineRoute(
  "superuser",
  {
    method: "patch",
    path: `${path}/{id}`,
    tags,
    request: { params, body: json(quotaChangeSchema) },
    responses: { 200: json(operatorWorkspaceSchema, "Changed: what is beyond it stays, and nothing is added") },
  },
  [404],
);

const setRole = defineRoute(
  "superuser",
  {
    method: "patch",
    path: `${path}/{id}/members/{user_id}`,
    tags,
    request: { params: params.extend({ user_id: z.uuid().toLowerCase() }), body: json(memberChangeSchema) },
    responses: { 200: json(memberSchema, "Changed, as by an admin of the workspace") },
  },
  [404, 409],
);

/** The workspaces of the instance and their quotas, for its operators. */
export function operatorWorkspaceRoutes(deps: Deps) {
  const { db } = deps;
  return createRouter()
    .openapi(list, async (c) => c.json({ ...(await listWorkspaces(db, c.req.valid("query"))), defaults: QUOTAS }, 200))
    .openapi(change, async (c) => {
      const { actor } = c.get("scope");
      const input = { id: c.req.valid("param").id, change: c.req.valid("json"), actor };
      return c.json(await setQuotas(db, input), 200);
    })
    .openapi(setRole, async (c) => {
      const { id, user_id: userId } = c.req.valid("param");
      const input = { id, userId, role: c.req.valid("json").role, actor: c.get("scope").actor };
      const { scope, member } = await setMemberRole(db, input, new Date());
      await tellMember(deps, scope, { userId, role: member.role });
      return c.json(member, 200);
    });
}
