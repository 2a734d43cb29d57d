import { changeMemberRole, listMembers, removeMember } from "@pulsecheck/db/members";
import type { Scope } from "@pulsecheck/db/scope";
import { memberChangeSchema, memberListQuery, memberSchema } from "@pulsecheck/shared/member";
import { z } from "zod";
import { tellMember } from "../auth/revocations.ts";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineList, defineRemoval } from "../http/usual-routes.ts";

const tags = ["Members"];
const path = "/api/v1/members";
const one = `${path}/{user_id}`;
const params = z.strictObject({ user_id: z.uuid().toLowerCase() });

const list = defineList("read", {
  path,
  tags,
  query: memberListQuery,
  item: memberSchema,
  says: "The people of this workspace",
});
const change = defineRoute(
  "admin",
  {
    method: "patch",
    path: one,
    tags,
    request: { params, body: json(memberChangeSchema) },
    responses: {
      200: json(memberSchema, "Changed; sockets and keys of theirs that the role does not cover have ended"),
    },
  },
  [404, 409],
);
const remove = defineRemoval(
  "admin",
  { path: one, tags, params, says: "No member any more: their sockets, and the keys they made here, have ended" },
  [404, 409],
);
const leave = defineRoute(
  "person",
  {
    method: "post",
    path: "/api/v1/workspace/leave",
    tags,
    responses: { 204: { description: "The caller is no member any more" } },
  },
  [409],
);

/** The people of a workspace. The last ADMIN stays, and so does the owner of a personal workspace. */
export function memberRoutes(deps: Deps) {
  async function takeOut(scope: Scope, userId: string): Promise<void> {
    await removeMember(scope, userId, new Date());
    await tellMember(deps, scope, { userId, role: null });
  }

  return createRouter()
    .openapi(list, async (c) => c.json(await listMembers(c.get("scope"), c.req.valid("query")), 200))
    .openapi(change, async (c) => {
      const scope = c.get("scope");
      const member = await changeMemberRole(scope, c.req.valid("param").user_id, c.req.valid("json").role, new Date());
      await tellMember(deps, scope, { userId: member.user_id, role: member.role });
      return c.json(member, 200);
    })
    .openapi(remove, async (c) => {
      await takeOut(c.get("scope"), c.req.valid("param").user_id);
      return c.body(null, 204);
    })
    .openapi(leave, async (c) => {
      await takeOut(c.get("scope"), c.get("principal").userId);
      return c.body(null, 204);
    });
}
