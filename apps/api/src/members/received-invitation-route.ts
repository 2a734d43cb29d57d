import { readInvitation } from "@pulsecheck/db/invitations";
import { readMailedToken } from "@pulsecheck/db/mailed-token";
import { receivedInvitationSchema } from "@pulsecheck/shared/invitation";
import { verifySchema } from "../auth/auth-schemas.ts";
import { refuseToken } from "../auth/spend-mailed-token.ts";
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
export function receivedInvitationRoute({ config, db }: Deps) {
  return createRouter().openapi(read, async (c) => {
    const id = readMailedToken(config.secretKey, "INVITATION", c.req.valid("json").token);
    const invitation = id === null ? null : await readInvitation(db, id, new Date());
    if (invitation === null) throw refuseToken();
    return c.json(invitation, 200);
  });
}
