import { endSession, endSessionsOf, findSessionHash, listSessions, type SessionListing } from "@pulsecheck/db/sessions";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import type { Deps, Principal } from "../context.ts";
import { defineRoute } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineList, defineRemoval, idParams as params } from "../http/usual-routes.ts";
import { sessionListQuery, sessionSchema } from "./auth-schemas.ts";
import { authenticate } from "./authenticate.ts";
import { openSessions } from "./lucia.ts";
import { publishRevocation } from "./revocations.ts";

const tags = ["Users"];
const path = "/users/me/sessions";

const logout = defineRoute("person", {
  method: "post",
  path: "/auth/logout",
  tags,
  responses: { 204: { description: "The session has ended" } },
});
const list = defineList("person", {
  path,
  tags,
  query: sessionListQuery,
  item: sessionSchema,
  says: "Living sessions",
});
const end = defineRemoval("person", { path: `${path}/{id}`, tags, params, says: "The session has ended" });
const endOthers = defineRoute("person", {
  method: "delete",
  path,
  tags,
  responses: { 204: { description: "Every other session has ended; this one goes on" } },
});

/** A person's sessions: ending this one, seeing and ending the others. */
export function sessionRoutes(deps: Deps) {
  const { db } = deps;

  async function revoke(sessionHash: string): Promise<void> {
    await endSession(db, sessionHash);
    await publishRevocation(deps, { type: "revoked.session", data: { session_hash: sessionHash } });
  }

  const router = createRouter();
  // Alone among the private routes it lives beside the public ones.
  router.use("/auth/logout", authenticate(deps));
  return router
    .openapi(logout, async (c) => {
      const own = ownSession(c.get("principal"));
      if (own !== null) await revoke(own);
      c.header("Set-Cookie", openSessions(deps).blankCookie());
      return c.body(null, 204);
    })
    .openapi(list, async (c) => {
      const principal = c.get("principal");
      const { items, ...page } = await listSessions(db, principal.userId, new Date(), c.req.valid("query"));
      return c.json({ ...page, items: items.map((row) => viewSession(row, ownSession(principal))) }, 200);
    })
    .openapi(end, async (c) => {
      const { id } = c.req.valid("param");
      const hash = await findSessionHash(db, c.get("principal").userId, id, new Date());
      if (hash === null) throw refuseMissing("session");
      await revoke(hash);
      return c.body(null, 204);
    })
    .openapi(endOthers, async (c) => {
      const principal = c.get("principal");
      const own = ownSession(principal);
      await endSessionsOf(db, principal.userId, own);
      await publishRevocation(deps, {
        type: "revoked.user",
        data: { user_id: principal.userId, except_session_hash: own ?? undefined },
      });
      return c.body(null, 204);
    });
}

function ownSession({ via }: Principal): string | null {
  return via.kind === "session" ? via.sessionHash : null;
}

function viewSession({ id, idHash, createdAt, expiresAt, address, userAgent }: SessionListing, own: string | null) {
  return {
    id,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    address,
    user_agent: userAgent,
    is_current: idHash === own,
  };
}
