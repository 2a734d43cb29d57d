import { readInvitation } from "@pulsecheck/db/invitations";
import { receivedInvitationSchema } from "@pulsecheck/shared/invitation";
import { verifySchema } from "../auth/auth-schemas.ts";
import { spendToken } from "../auth/spend-mailed-token.ts";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const read = defineRoute("public", {
  method: "post",
  path: "/auth/invitation",
  tags: ["Members"],
  request: { body: json(verifySchema) },
  responses: { 200: json(receivedInvitationSchema, "Who invites whom to what; it is not used up by looking") },
});

/** What the link in an invitation says, before anybody has logged in. */
export function receivedInvitationRoute(deps: Deps) {
  return createRouter().openapi(read, async (c) => {
    const invitation = await spendToken(deps, "INVITATION", c.req.valid("json").token, (id) =>
      readInvitation(deps.db, id, new Date()),
    );
    return c.json(invitation, 200);
  });
}
