import { randomUUID } from "node:crypto";
import { upgradeWebSocket } from "@hono/node-server";
import type { ConnectionChange } from "@pulsecheck/db/device-connections";
import { fieldErrors } from "@pulsecheck/shared/field-errors";
import { deviceMessageSchema } from "@pulsecheck/shared/device-message";
import { CLOSE } from "@pulsecheck/shared/live-events";
import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono, type Context } from "hono";
import type { WebSocket } from "ws";
import type { ApiEnv, Deps } from "../context.ts";
import { SOCKETS } from "../http/limits.ts";
import type { CountReports } from "../http/rate-limit.ts";
import { admitSocket } from "../live/admit-socket.ts";
import type { Hub } from "../live/hub.ts";
import { createLiveSocket, type LiveSocket } from "../live/live-socket.ts";
import { requireAllowed } from "../live/revocation.ts";
import { isStillAllowed } from "../live/still-allowed.ts";
import type { Presence } from "./presence.ts";
import type { ReportCommitter } from "./report-committer.ts";
import { reportOf, signOfLife, type Reporter } from "./report-of.ts";

/** What a device's socket needs of its process. */
export type DeviceParts = { committer: ReportCommitter; presence: Presence; countReports: CountReports };

/** Where devices stay connected: the socket's end is their disconnect. */
export function deviceSocket(deps: Deps, hub: Hub, parts: DeviceParts) {
  const connect = (c: Context<ApiEnv>) => speakFor(deps, hub, parts, c);
  return new Hono<ApiEnv>().get(
    "/api/v1/ws/device",
    admitSocket(deps, "report", SOCKETS.devicesPerUser),
    upgradeWebSocket(connect),
  );
}

/** One socket: who speaks on it, and for which devices. A gateway speaks for several. */
type Session = DeviceParts & {
  reporter: Reporter;
  clientAddress: string;
  connectionId: string;
  /** Devices that came here and did not leave, though another socket may hold them since. */
  connected: Set<string>;
  answer(detail: string): void;
};

function speakFor(deps: Deps, hub: Hub, parts: DeviceParts, c: Context<ApiEnv>) {
  const { workspaceId } = c.get("scope");
  const principal = c.get("principal");
  let socket: LiveSocket | null = null;
  let leave = () => {};
  const session: Session = {
    ...parts,
    reporter: { workspaceId, userId: principal.userId },
    clientAddress: c.get("clientAddress"),
    connectionId: randomUUID(),
    connected: new Set(),
    answer: (detail) => socket?.send({ bytes: Buffer.from(JSON.stringify({ type: "error", detail })) }),
  };
  const turns = takeTurns((error) => {
    deps.log.warn({ err: error }, "a device's message could not be taken");
    session.answer(error instanceof Refusal ? error.message : "It could not be stored. Send it again.");
  });

  return {
    onOpen(_event: Event, ws: { raw?: unknown }) {
      const raw = ws.raw as WebSocket;
      socket = createLiveSocket(raw, hub.pingEveryMs);
      raw.on("pong", () => turns.add(() => live(session)));
      const held = { workspaceId, access: "report" } as const;
      const reporter = { ...held, principal, socket, isStillAllowed: () => isStillAllowed(deps, principal, held) };
      leave = hub.attach(reporter);
      // Its credential may have ended since it was let in, before we could hear of it.
      void requireAllowed(reporter);
    },
    onMessage(event: { data: unknown }) {
      // Whoever's access was revoked is heard no more, even if they do not hang up.
      if (socket?.isOpen() !== true) return;
      if (turns.waiting() >= SOCKETS.messagesWaiting) socket.close(CLOSE.tooSlow, "too many messages at once");
      else turns.add(() => hear(session, event.data));
    },
    onClose() {
      leave();
      turns.add(() => end(session));
    },
  };
}

/** One message after the other, so that a disconnect never overtakes its connect. */
function takeTurns(onFailure: (error: unknown) => void) {
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    waiting: () => waiting,
    add(work: () => Promise<void>): void {
      waiting += 1;
      turn = turn
        .then(work)
        .catch(onFailure)
        .finally(() => (waiting -= 1));
    },
  };
}

async function hear(session: Session, data: unknown): Promise<void> {
  const { committer, presence, countReports, reporter, clientAddress, connected, answer } = session;
  const { success, data: message, error } = deviceMessageSchema.safeParse(parseJson(data));
  if (!success) return answer(refusalOf(error));
  const { device_id: deviceId, event_type: kind } = message;
  if (kind === "disconnected") return disconnect(session, deviceId);
  const refused = await countReports(reporter.workspaceId, new Map([[deviceId, 1]]), clientAddress);
  for (const refusal of refused.values()) return answer(refusal.message);
  const report = kind === "heartbeat" ? reportOf(message, reporter, Date.now()) : signOfLife(deviceId, reporter);
  const [outcome] = await committer.commit([report]);
  if (outcome?.result === "refused") return answer(outcome.detail ?? "It was refused.");
  if (kind === "heartbeat") return;
  connected.add(deviceId);
  await presence.change(changeOf(session, deviceId, kind));
}

/** Only whoever holds a device lets go of it: it may be unknown, or have come to another socket since. */
async function disconnect(session: Session, deviceId: string): Promise<void> {
  const isHeld =
    session.connected.delete(deviceId) && (await session.presence.change(changeOf(session, deviceId, "disconnected")));
  if (!isHeld) return session.answer(`The device ${deviceId} is not connected on this socket.`);
  await session.committer.commit([signOfLife(deviceId, session.reporter)]);
}

function changeOf({ reporter, connectionId }: Session, deviceId: string, kind: ConnectionChange["kind"]) {
  return { workspaceId: reporter.workspaceId, deviceId, connectionId, kind };
}

/** A socket that answers our pings is a sign of life of the devices that it holds, and of no others. */
async function live({ committer, presence, connected, connectionId, reporter }: Session): Promise<void> {
  if (connected.size === 0) return;
  const held = await presence.held({ workspaceId: reporter.workspaceId, connectionId }, [...connected]);
  if (held.length > 0) await committer.commit(held.map((deviceId) => signOfLife(deviceId, reporter)));
}

async function end(session: Session): Promise<void> {
  const left = [...session.connected];
  session.connected.clear();
  await Promise.all(left.map((deviceId) => session.presence.change(changeOf(session, deviceId, "disconnected"))));
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
