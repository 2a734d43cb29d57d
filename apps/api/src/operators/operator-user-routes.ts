import { changeUser, getUserDetail, listUsers, mailResetLink } from "@pulsecheck/db/operator-users";
import {
  operatorUserChangeSchema,
  operatorUserDetailSchema,
  operatorUserListQuery,
  operatorUserSchema,
} from "@pulsecheck/shared/operator-user";
import { publishRevocation } from "../auth/revocations.ts";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineList, idParams as params } from "../http/usual-routes.ts";

const tags = ["Operators"];
const path = "/api/v1/operator/users";
const one = `${path}/{id}`;

const list = defineList("superuser", {
  path,
  tags,
  query: operatorUserListQuery,
  item: operatorUserSchema,
  says: "Everybody who has an account",
});
const get = defineRoute(
  "superuser",
  {
    method: "get",
    path: one,
    tags,
    request: { params },
    responses: { 200: json(operatorUserDetailSchema, "One of them, with their workspaces") },
  },
  [404],
);
const change = defineRoute(
  "superuser",
  {
    method: "patch",
    path: one,
    tags,
    request: { params, body: json(operatorUserChangeSchema) },
    responses: {
      200: json(operatorUserDetailSchema, "Changed; of whom is disabled, sessions, sockets and keys have ended"),
    },
  },
  [404, 409],
);
const resetPassword = defineRoute(
  "superuser",
  {
    method: "post",
    path: `${one}/reset-password`,
    tags,
    request: { params },
    responses: { 202: { description: "The mail with the link is on its way" } },
  },
  [404, 409],
);

/** The accounts of the instance, for its operators. */
export function operatorUserRoutes(deps: Deps) {
  const { db } = deps;
  return createRouter()
    .openapi(list, async (c) => c.json(await listUsers(db, c.req.valid("query")), 200))
    .openapi(get, async (c) => c.json(await getUserDetail(db, c.req.valid("param").id), 200))
    .openapi(change, async (c) => {
      const { id } = c.req.valid("param");
      const { actor } = c.get("scope");
      const { isDisabled } = await changeUser(db, { id, change: c.req.valid("json"), actor }, new Date());
      if (isDisabled) await publishRevocation(deps, { type: "revoked.user", data: { user_id: id } });
      return c.json(await getUserDetail(db, id), 200);
    })
    .openapi(resetPassword, async (c) => {
      await mailResetLink(db, { id: c.req.valid("param").id, actor: c.get("scope").actor }, new Date());
      return c.body(null, 202);
    });
}
