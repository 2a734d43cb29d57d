import { upgradeWebSocket } from "@hono/node-server";
import { countOpenIncidents, listIncidents } from "@pulsecheck/db/incidents";
import { countMonitors } from "@pulsecheck/db/monitor-list";
import { getMonitor } from "@pulsecheck/db/monitors";
import type { Scope } from "@pulsecheck/db/scope";
import { readLatest } from "@pulsecheck/db/sensor-list";
import { findSensor } from "@pulsecheck/db/sensors";
import { dashboardMessageSchema } from "@pulsecheck/shared/live-message";
import { hidePingUrl } from "@pulsecheck/shared/ping-url";
import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono, type Context } from "hono";
import type { WebSocket } from "ws";
import { z } from "zod";
import type { ApiEnv, Deps } from "../context.ts";
import { SOCKETS } from "../http/limits.ts";
import { admitSocket, sinceOf } from "./admit-socket.ts";
import type { Listener } from "./audience.ts";
import type { Hub } from "./hub.ts";
import { createLiveSocket } from "./live-socket.ts";
import { isStillAllowed } from "./still-allowed.ts";

/** The WebSockets. Whatever is refused is refused before the upgrade, with its problem document (`upgrades.ts`). */
export function liveRoutes(deps: Deps, hub: Hub) {
  const admit = admitSocket(deps, "read", SOCKETS.perUser);
  return new Hono<ApiEnv>()
    .get(
      "/api/v1/ws/dashboard",
      admit,
      upgradeWebSocket((c: Context<ApiEnv>) => connect(deps, hub, c, { monitorId: null, sensors: null })),
    )
    .get(
      "/api/v1/ws/sensors",
      admit,
      async (c, next) => {
        const sensorId = c.req.query("sensor_id");
        if (sensorId !== undefined) await findSensor(c.get("scope"), sensorId);
        return next();
      },
      upgradeWebSocket((c: Context<ApiEnv>) =>
        connect(deps, hub, c, { monitorId: null, sensors: { id: c.req.query("sensor_id") ?? null } }),
      ),
    )
    .get(
      "/api/v1/ws/:monitor_id",
      admit,
      async (c, next) => {
        const id = z.uuid().safeParse(c.req.param("monitor_id"));
        if (!id.success) throw new Refusal(404, "There is no such socket here.");
        const monitorId = id.data.toLowerCase();
        await getMonitor(c.get("scope"), monitorId);
        await hub.watch(c.get("scope").workspaceId, monitorId);
        return next();
      },
      upgradeWebSocket((c: Context<ApiEnv>) =>
        connect(deps, hub, c, { monitorId: (c.req.param("monitor_id") ?? "").toLowerCase(), sensors: null }),
      ),
    );
}

type Shown = Pick<Listener, "monitorId" | "sensors">;

function connect(deps: Deps, hub: Hub, c: Context<ApiEnv>, shown: Shown) {
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
        access: "read",
        socket: createLiveSocket(ws.raw as WebSocket, hub.pingEveryMs),
        ...shown,
        subscribed: new Set<string>(),
        subscribedDevices: new Set<string>(),
        snapshot: () => readSnapshot(scope, shown).catch(nullIfMissing),
        isStillAllowed: () => isStillAllowed(deps, principal, { workspaceId: scope.workspaceId, access: "read" }),
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

async function readSnapshot(scope: Scope, { monitorId, sensors }: Shown): Promise<object> {
  if (monitorId !== null) return hidePingUrl(await getMonitor(scope, monitorId));
  if (sensors === null) return readDashboard(scope);
  if (sensors.id !== null) await findSensor(scope, sensors.id);
  return { readings: await readLatest(scope, sensors.id) };
}

async function readDashboard(scope: Scope): Promise<object> {
  const [counts, open, total] = await Promise.all([
    countMonitors(scope),
    listIncidents(scope, { limit: 100, status: "open", sort: "-started_at" }),
    countOpenIncidents(scope),
  ]);
  return { counts: { ...counts, open_incidents: total }, open_incidents: open.items };
}

function hear(hub: Hub, listener: Listener, data: unknown): void {
  const answer = (words: object) => listener.socket.send({ bytes: Buffer.from(JSON.stringify(words)) });
  const refuse = (detail: string) => answer({ type: "error", detail });
  if (listener.monitorId !== null || listener.sensors !== null) return refuse("This socket takes no messages.");
  const { success, data: message, error } = dashboardMessageSchema.safeParse(parseJson(data));
  if (!success) {
    const why = error.issues.map(({ path, message: words }) => `${path.join(".")} ${words}`).join("; ");
    return refuse(`Not understood. Send {"type": "subscribe", "monitor_ids": [...]} with up to 500 ids: ${why}`);
  }
  if (message.type === "ping") return answer({ type: "pong" });
  const monitorIds = message.monitor_ids ?? [];
  hub.subscribe(listener, { monitorIds, deviceIds: message.device_ids ?? [] });
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
