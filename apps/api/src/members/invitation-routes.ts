import {
  addInvitation,
  findInvitation,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from "@pulsecheck/db/invitations";
import { invitationCreateSchema, invitationListQuery, invitationSchema } from "@pulsecheck/shared/invitation";
import type { Deps } from "../context.ts";
import { limitAlertMails } from "../http/rate-limit.ts";
import { defineRoute } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineCreation, defineList, defineRemoval, idParams as params } from "../http/usual-routes.ts";

const tags = ["Members"];
const path = "/api/v1/invitations";
const one = `${path}/{id}`;

const list = defineList("admin", {
  path,
  tags,
  query: invitationListQuery,
  item: invitationSchema,
  says: "Those that nobody has accepted yet, the newest first",
});
const add = defineCreation(
  "admin",
  {
    path,
    tags,
    body: invitationCreateSchema,
    view: invitationSchema,
    says: "A mail with a link is on its way, good for 7 days and once",
  },
  [409, 429],
);
const resend = defineRoute(
  "admin",
  {
    method: "post",
    path: `${one}/resend`,
    tags,
    request: { params },
    responses: { 202: { description: "A new mail is on its way; the link in the earlier one is worthless" } },
  },
  [404, 429],
);
const revoke = defineRemoval("admin", { path: one, tags, params, says: "Its link is worthless from now on" });

/** Who is asked by mail to join a workspace. */
export function invitationRoutes(deps: Deps) {
  const countMail = limitAlertMails(deps);
  return createRouter()
    .openapi(list, async (c) => c.json(await listInvitations(c.get("scope"), c.req.valid("query")), 200))
    .openapi(add, async (c) => {
      const scope = c.get("scope");
      const { email, role } = c.req.valid("json");
      await countMail(scope.workspaceId, email, c.get("clientAddress"));
      const invitation = { email, role, invitedById: c.get("principal").userId };
      return c.json(await addInvitation(scope, invitation, new Date()), 201);
    })
    .openapi(resend, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      const { email } = await findInvitation(scope, id);
      await countMail(scope.workspaceId, email, c.get("clientAddress"));
      await resendInvitation(scope, id, c.get("principal").userId, new Date());
      return c.body(null, 202);
    })
    .openapi(revoke, async (c) => {
      await revokeInvitation(c.get("scope"), c.req.valid("param").id);
      return c.body(null, 204);
    });
}
