import type { Socket } from "node:net";
import { Refusal, refuseField } from "@pulsecheck/shared/refusal";
import { roleAllows, type Access } from "@pulsecheck/shared/role";
import type { Context, MiddlewareHandler } from "hono";
import { refuseForeignOrigin } from "../auth/authenticate.ts";
import { findPrincipal } from "../auth/principal.ts";
import type { ApiEnv, Deps } from "../context.ts";

/**
 * Lets a socket in whose credential has this right; `perUser` of them at once. Whatever is refused (401, 403, 426, 429)
 * is refused before the upgrade.
 */
export function admitSocket(deps: Deps, access: Access, perUser: number): MiddlewareHandler<ApiEnv> {
  const admit = countSockets(perUser);
  return async (c, next) => {
    if (c.req.method !== "GET") return next();
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
      throw new Refusal(426, "This is a WebSocket: connect to it with an upgrade.");
    refuseForeignOrigin(deps, c.req.header("origin"), c.req.header("host"));
    sinceOf(c);
    const proof = await findPrincipal(deps, {
      authorization: c.req.header("authorization"),
      cookie: c.req.header("cookie"),
      ticket: c.req.query("token"),
      workspaceId: c.req.header("x-workspace-id"),
    });
    if (proof === null) throw new Refusal(401, "This needs a valid session token, API key or ticket.");
    if (!roleAllows(proof.principal.role, access))
      throw new Refusal(403, `The role ${proof.principal.role} does not allow this.`);
    admit(proof.principal.userId, c.env.incoming.socket);
    c.set("principal", proof.principal);
    c.set("scope", proof.scope);
    return next();
  };
}

/** Counts from the moment of admission: many at once do not slip through. Refuses (429) one too many. */
function countSockets(perUser: number): (userId: string, socket: Socket) => void {
  const counts = new Map<string, number>();
  return (userId, socket) => {
    const count = counts.get(userId) ?? 0;
    if (count >= perUser)
      throw new Refusal(429, `There are ${perUser} sockets of this user already.`, { retryAfterS: 10 });
    counts.set(userId, count + 1);
    socket.once("close", () => {
      const left = (counts.get(userId) ?? 1) - 1;
      if (left > 0) counts.set(userId, left);
      else counts.delete(userId);
    });
  };
}

/** The number of the last frame that a client saw; null where it names none. Refuses (400) what is none. */
export function sinceOf(c: Context<ApiEnv>): number | null {
  const since = c.req.query("since");
  if (since === undefined) return null;
  if (!/^\d{1,16}$/.test(since)) throw refuseField("since", "must be the seq of a frame");
  return Number(since);
}
