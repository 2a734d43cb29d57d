import type { Socket } from "node:net";
import { upgradeWebSocket } from "@hono/node-server";
import { countOpenIncidents, listIncidents } from "@pulsecheck/db/incidents";
import { countMonitors } from "@pulsecheck/db/monitor-list";
import { getMonitor } from "@pulsecheck/db/monitors";
import type { Scope } from "@pulsecheck/db/scope";
import { dashboardMessageSchema } from "@pulsecheck/shared/live-message";
import { Refusal, refuseField } from "@pulsecheck/shared/refusal";
import { roleAllows } from "@pulsecheck/shared/role";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import type { WebSocket } from "ws";
import { z } from "zod";
import { refuseForeignOrigin } from "../auth/authenticate.ts";
import { findPrincipal } from "../auth/principal.ts";
import type { ApiEnv, Deps } from "../context.ts";
import { SOCKETS } from "../http/limits.ts";
import type { Listener } from "./audience.ts";
import type { Hub } from "./hub.ts";
import { createLiveSocket } from "./live-socket.ts";
import { isStillAllowed } from "./still-allowed.ts";

/** The WebSockets. Whatever is refused is refused before the upgrade, with its problem document (`upgrades.ts`). */
export function liveRoutes(deps: Deps, hub: Hub) {
  return new Hono<ApiEnv>()
    .use("/api/v1/ws/*", admitSocket(deps))
    .get(
      "/api/v1/ws/dashboard",
      upgradeWebSocket((c: Context<ApiEnv>) => connect(deps, hub, c, null)),
    )
    .get(
      "/api/v1/ws/:monitor_id",
      async (c, next) => {
        const id = z.uuid().safeParse(c.req.param("monitor_id"));
        if (!id.success) throw new Refusal(404, "There is no such socket here.");
        const monitorId = id.data.toLowerCase();
        await getMonitor(c.get("scope"), monitorId);
        await hub.watch(c.get("scope").workspaceId, monitorId);
        return next();
      },
      upgradeWebSocket((c: Context<ApiEnv>) => connect(deps, hub, c, (c.req.param("monitor_id") ?? "").toLowerCase())),
    );
}

function admitSocket(deps: Deps): MiddlewareHandler<ApiEnv> {
  const admit = countSockets();
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
    if (!roleAllows(proof.principal.role, "read"))
      throw new Refusal(403, `The role ${proof.principal.role} does not allow this.`);
    admit(proof.principal.userId, c.env.incoming.socket);
    c.set("principal", proof.principal);
    c.set("scope", proof.scope);
    return next();
  };
}

/** Counts from the moment of admission: many at once do not slip through. Refuses (429) one too many. */
function countSockets(): (userId: string, socket: Socket) => void {
  const counts = new Map<string, number>();
  return (userId, socket) => {
    const count = counts.get(userId) ?? 0;
    if (count >= SOCKETS.perUser)
      throw new Refusal(429, `There are ${SOCKETS.perUser} sockets of this user already.`, { retryAfterS: 10 });
    counts.set(userId, count + 1);
    socket.once("close", () => {
      const left = (counts.get(userId) ?? 1) - 1;
      if (left > 0) counts.set(userId, left);
      else counts.delete(userId);
    });
  };
}

function sinceOf(c: Context<ApiEnv>): number | null {
  const since = c.req.query("since");
  if (since === undefined) return null;
  if (!/^\d{1,16}$/.test(since)) throw refuseField("since", "must be the seq of a frame");
  return Number(since);
}

function connect(deps: Deps, hub: Hub, c: Context<ApiEnv>, monitorId: string | null) {
  const scope = c.get("scope");
  const principal = c.get("principal");
  const since = sinceOf(c);
  let listener: Listener | null = null;
  const budget = { left: SOCKETS.messagesPerMinute, since: Date.now() };

  return {
    onOpen(_event: Event, ws: { raw?: unknown }) {
      listener = {
        workspaceId: scope.workspaceId,
        principal,
        socket: createLiveSocket(ws.raw as WebSocket),
        monitorId,
        subscribed: new Set<string>(),
        snapshot: () => (monitorId === null ? readDashboard(scope) : getMonitor(scope, monitorId).catch(nullIfMissing)),
        isStillAllowed: () => isStillAllowed(deps, principal, scope.workspaceId),
      };
      void hub.join(listener, since);
    },
    onMessage(event: { data: unknown }) {
      if (listener === null) return;
      if (!spend(budget)) return listener.socket.close(1008, "too many messages");
      hear(hub, listener, event.data);
    },
    onClose() {
      if (listener !== null) hub.leave(listener);
    },
  };
}

async function readDashboard(scope: Scope): Promise<object> {
  const [counts, open, total] = await Promise.all([
    countMonitors(scope),
    listIncidents(scope, { limit: 100, isOpen: true }),
    countOpenIncidents(scope),
  ]);
  return { counts: { ...counts, open_incidents: total }, open_incidents: open.items };
}

function hear(hub: Hub, listener: Listener, data: unknown): void {
  const answer = (words: object) => listener.socket.send({ bytes: Buffer.from(JSON.stringify(words)) });
  const refuse = (detail: string) => answer({ type: "error", detail });
  if (listener.monitorId !== null) return refuse("This socket takes no messages.");
  const { success, data: message, error } = dashboardMessageSchema.safeParse(parseJson(data));
  if (!success) {
    const why = error.issues.map(({ path, message: words }) => `${path.join(".")} ${words}`).join("; ");
    return refuse(`Not understood. Send {"type": "subscribe", "monitor_ids": [...]} with up to 500 ids: ${why}`);
  }
  if (message.type === "ping") return answer({ type: "pong" });
  hub.subscribe(
    listener,
    message.monitor_ids.map((id) => id.toLowerCase()),
  );
}

function parseJson(data: unknown): unknown {
  try {
    return typeof data === "string" ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}

function spend(budget: { left: number; since: number }): boolean {
  if (Date.now() - budget.since > 60_000) Object.assign(budget, { left: SOCKETS.messagesPerMinute, since: Date.now() });
  budget.left -= 1;
  return budget.left >= 0;
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
}
