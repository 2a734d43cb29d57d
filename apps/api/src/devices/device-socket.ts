import { randomUUID } from "node:crypto";
import { upgradeWebSocket } from "@hono/node-server";
import { deviceMessageSchema } from "@pulsecheck/shared/device-message";
import { CLOSE } from "@pulsecheck/shared/live-events";
import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono, type Context } from "hono";
import type { WebSocket } from "ws";
import type { ApiEnv, Deps } from "../context.ts";
import { SOCKETS } from "../http/limits.ts";
import { fieldErrors } from "../http/problems.ts";
import { admitSocket } from "../live/admit-socket.ts";
import type { Hub } from "../live/hub.ts";
import { createLiveSocket } from "../live/live-socket.ts";
import { isStillAllowed } from "../live/still-allowed.ts";
import type { Presence } from "./presence.ts";
import type { ReportCommitter } from "./report-committer.ts";
import { reportOf, signOfLife } from "./report-of.ts";

/** What a device's socket needs of its process. */
export type DeviceParts = { committer: ReportCommitter; presence: Presence };

/** Where devices stay connected: the socket's end is their disconnect. */
export function deviceSocket(deps: Deps, hub: Hub, parts: DeviceParts) {
  const connect = (c: Context<ApiEnv>) => speakFor(deps, hub, parts, c);
  return new Hono<ApiEnv>().get(
    "/api/v1/ws/device",
    admitSocket(deps, "report", SOCKETS.devicesPerUser),
    upgradeWebSocket(connect),
  );
}

function speakFor(deps: Deps, hub: Hub, { committer, presence }: DeviceParts, c: Context<ApiEnv>) {
  const { workspaceId } = c.get("scope");
  const principal = c.get("principal");
  const connectionId = randomUUID();
  /** Devices that said `connected` here; a gateway speaks for several. */
  const connected = new Set<string>();
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;
  let socket: ReturnType<typeof createLiveSocket> | null = null;
  let leave = () => {};

  const reporter = { workspaceId, userId: principal.userId };
  const answer = (detail: string) => socket?.send({ bytes: Buffer.from(JSON.stringify({ type: "error", detail })) });

  async function hear(data: unknown): Promise<void> {
    const { success, data: message, error } = deviceMessageSchema.safeParse(parseJson(data));
    if (!success) return void answer(refusalOf(error));
    const { device_id: deviceId, event_type: eventType } = message;
    const report =
      message.event_type === "heartbeat" ? reportOf(message, reporter, Date.now()) : signOfLife(deviceId, reporter);
    const [outcome] = await committer.commit([report]);
    if (outcome?.result === "refused") return void answer(outcome.detail ?? "It was refused.");
    if (eventType === "heartbeat") return;
    if (eventType === "connected" ? connected.has(deviceId) : !connected.delete(deviceId)) return;
    if (eventType === "connected") connected.add(deviceId);
    await presence.change({ workspaceId, deviceId, connectionId, kind: eventType });
  }

  /** One message after the other, so that a disconnect never overtakes its connect. */
  function inTurn(work: () => Promise<void>): void {
    waiting += 1;
    turn = turn
      .then(work)
      .catch((error: unknown) => {
        deps.log.warn({ err: error }, "a device's message could not be taken");
        answer(error instanceof Refusal ? error.message : "It could not be stored. Send it again.");
      })
      .finally(() => (waiting -= 1));
  }

  return {
    onOpen(_event: Event, ws: { raw?: unknown }) {
      const raw = ws.raw as WebSocket;
      const live = createLiveSocket(raw);
      socket = live;
      // A socket that answers our pings is a sign of life of its devices.
      raw.on("pong", () => {
        if (connected.size > 0)
          inTurn(
            async () => void (await committer.commit([...connected].map((deviceId) => signOfLife(deviceId, reporter)))),
          );
      });
      leave = hub.attach({
        workspaceId,
        principal,
        socket: live,
        isStillAllowed: () => isStillAllowed(deps, principal, workspaceId),
      });
    },
    onMessage(event: { data: unknown }) {
      if (waiting >= SOCKETS.messagesWaiting) return socket?.close(CLOSE.tooSlow, "too many messages at once");
      inTurn(() => hear(event.data));
    },
    onClose() {
      leave();
      inTurn(async () => {
        const left = [...connected];
        connected.clear();
        await Promise.all(
          left.map((deviceId) => presence.change({ workspaceId, deviceId, connectionId, kind: "disconnected" })),
        );
      });
    },
  };
}

function parseJson(data: unknown): unknown {
  try {
    return typeof data === "string" ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}

function refusalOf(error: { issues: Parameters<typeof fieldErrors>[0] }): string {
  const why = fieldErrors(error.issues).map(({ field, detail }) => `${field}: ${detail}`);
  return `Not understood. Send {"device_id", "event_type": "connected" | "disconnected" | "heartbeat"}: ${why.join("; ")}`;
}
