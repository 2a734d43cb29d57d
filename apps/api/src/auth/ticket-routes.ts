import { createTicket, type TicketParent } from "@pulsecheck/db/ws-tickets";
import type { Principal } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { ticketSchema } from "./auth-schemas.ts";
import { createSecret, hashSecret } from "./secrets.ts";

const TICKET_LIFETIME_MS = 30_000;

// What a credential may not open by itself, its ticket does not open either: each socket asks for the right it needs.
const create = defineRoute("credential", {
  method: "post",
  path: "/api/v1/ws/ticket",
  tags: ["Live"],
  responses: { 201: json(ticketSchema, "Good for one socket, as ?token=, for 30 seconds") },
});

/** Tickets for sockets that cannot send a header. */
export function ticketRoutes() {
  return createRouter().openapi(create, async (c) => {
    const token = createSecret();
    const expiresAt = new Date(Date.now() + TICKET_LIFETIME_MS);
    await createTicket(c.get("scope"), { tokenHash: hashSecret(token), expiresAt, ...parentOf(c.get("principal")) });
    c.header("Cache-Control", "no-store");
    return c.json({ token, expires_at: expiresAt.toISOString() }, 201);
  });
}

function parentOf({ via }: Principal): TicketParent {
  if (via.kind === "key") return { sessionHash: null, apiKeyId: via.keyId };
  return { sessionHash: via.sessionHash, apiKeyId: null };
}
