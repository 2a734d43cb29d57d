import { acceptInvitation } from "@pulsecheck/db/invitations";
import { createWorkspace, listOwnWorkspaces } from "@pulsecheck/db/own-workspaces";
import { ownWorkspaceListQuery, ownWorkspaceSchema, workspaceCreateSchema } from "@pulsecheck/shared/workspace";
import { verifySchema } from "../auth/auth-schemas.ts";
import { spendToken } from "../auth/spend-mailed-token.ts";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineCreation, defineList } from "../http/usual-routes.ts";

const tags = ["Members"];
const path = "/users/me/workspaces";

const list = defineList("person", {
  path,
  tags,
  query: ownWorkspaceListQuery,
  item: ownWorkspaceSchema,
  says: "The caller's, the personal one first",
});
const create = defineCreation("person", {
  path,
  tags,
  body: workspaceCreateSchema,
  view: ownWorkspaceSchema,
  says: "A shared workspace with the caller as its ADMIN",
});
const accept = defineRoute(
  "person",
  {
    method: "post",
    path: "/users/me/invitations/accept",
    tags,
    request: { body: json(verifySchema) },
    responses: { 200: json(ownWorkspaceSchema, "The caller is a member of it, and their address is verified") },
  },
  [409],
);

/** The workspaces of a person: which there are, a new one, and joining another. */
export function ownWorkspaceRoutes(deps: Deps) {
  const { db } = deps;
  return createRouter()
    .openapi(list, async (c) =>
      c.json(await listOwnWorkspaces(db, c.get("principal").userId, c.req.valid("query")), 200),
    )
    .openapi(create, async (c) => {
      const { actor } = c.get("scope");
      const workspace = { userId: c.get("principal").userId, name: c.req.valid("json").name, actor };
      return c.json(await createWorkspace(db, workspace), 201);
    })
    .openapi(accept, async (c) => {
      const acceptance = { userId: c.get("principal").userId, actor: c.get("scope").actor };
      const joined = await spendToken(deps, "INVITATION", c.req.valid("json").token, (tokenId) =>
        acceptInvitation(db, { tokenId, ...acceptance }, new Date()),
      );
      return c.json(joined, 200);
    });
}
