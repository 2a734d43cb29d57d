import { createHash } from "node:crypto";
import { endSession, endSessionsOf, listSessions, type SessionListing } from "@pulsecheck/db/sessions";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import { z } from "zod";
import type { Deps, Principal } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { sessionSchema } from "./auth-schemas.ts";
import { authenticate } from "./authenticate.ts";
import { openSessions } from "./lucia.ts";
import { publishRevocation } from "./revocations.ts";

const tags = ["Users"];
const path = "/users/me/sessions";
const params = z.strictObject({ id: z.uuid() });

const logout = defineRoute("person", {
  method: "post",
  path: "/auth/logout",
  tags,
  responses: { 204: { description: "The session has ended" } },
});
const list = defineRoute("person", {
  method: "get",
  path,
  tags,
  responses: { 200: json(z.object({ items: z.array(sessionSchema) }), "Living sessions, the newest first") },
});
const end = defineRoute(
  "person",
  {
    method: "delete",
    path: `${path}/{id}`,
    tags,
    request: { params },
    responses: { 204: { description: "The session has ended" } },
  },
  [404],
);
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
      const rows = await listSessions(db, principal.userId, new Date());
      return c.json({ items: rows.map((row) => viewSession(row, ownSession(principal))) }, 200);
    })
    .openapi(end, async (c) => {
      const { id } = c.req.valid("param");
      const rows = await listSessions(db, c.get("principal").userId, new Date());
      const session = rows.find((row) => publicId(row.idHash) === id);
      if (session === undefined) throw refuseMissing("session");
      await revoke(session.idHash);
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

function viewSession({ idHash, createdAt, expiresAt, address, userAgent }: SessionListing, own: string | null) {
  return {
    id: publicId(idHash),
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    address,
    user_agent: userAgent,
    is_current: idHash === own,
  };
}

// What is shown is derived once more (a UUID of version 8): nothing outside tells what the database holds.
function publicId(idHash: string): string {
  const hex = createHash("sha256").update(`session:${idHash}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
