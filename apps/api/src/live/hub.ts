import type { BusListener } from "@pulsecheck/broker/live-bus";
import { CLOSE, monitorOf, type BusEvent, type Revocation } from "@pulsecheck/shared/live-events";
import type { Deps, Principal } from "../context.ts";
import { createEventRing, type EventRing, type NumberedEvent } from "./event-ring.ts";
import type { LiveSocket } from "./live-socket.ts";

/** Somebody who listens: their rights, their socket, and what it shows. */
export type Listener = {
  workspaceId: number;
  principal: Principal;
  socket: LiveSocket;
  /** The one monitor of a monitor's socket; null for a dashboard. */
  monitorId: string | null;
  /** Monitors whose every check a dashboard asked for. */
  subscribed: ReadonlySet<string>;
  /** The text of a snapshot's data, as of now. Null where what it shows is gone. */
  snapshot(): Promise<object | null>;
  /** Is the credential that opened it still good? */
  isStillAllowed(): Promise<boolean>;
};

/** Knows every socket of this process and brings the live bus to those who may see it. */
export type Hub = {
  /** Lets a listener in, and gives it what it missed since `since`, or a snapshot. */
  join(listener: Listener, since: number | null): Promise<void>;
  leave(listener: Listener): void;
  subscribe(listener: Listener, monitorIds: readonly string[]): void;
  count(): number;
  countOf(userId: string): number;
  stop(): Promise<void>;
};

const RECHECK_EVERY_MS = 60_000;

export async function openHub({ broker, log }: Pick<Deps, "broker" | "log">): Promise<Hub> {
  const listeners = new Map<number, Set<Listener>>();
  const watchers = new Map<string, Set<Listener>>();
  const joining = new Map<Listener, NumberedEvent[]>();
  let ring: EventRing | null = null;

  const bus: BusListener = {
    onBatch(batch) {
      const numbered = ring?.add(batch) ?? [];
      for (const one of numbered) {
        if (isRevocation(one.event)) revoke(one.event);
        else distribute(one);
      }
    },
    onGap() {
      log.warn("live events may be missing; every socket gets a snapshot");
      ring?.clear();
      for (const listener of all()) void refresh(listener);
    },
  };
  const subscription = await broker.bus.subscribe(bus);
  ring = createEventRing(subscription.startSeq);
  const events = ring;
  const recheck = setInterval(() => all().forEach((listener) => void requireAllowed(listener)), RECHECK_EVERY_MS);

  const all = () => [...listeners.values()].flatMap((set) => [...set]);

  function distribute(one: NumberedEvent): void {
    const audience = listeners.get(one.event.workspace);
    if (audience === undefined) return;
    // The one event that comes for every check goes only to those who watch its monitor.
    const wanted = one.event.type === "monitor.checked" ? watchers.get(one.event.data.monitor_id) : audience;
    if (wanted === undefined) return;
    let text: string | undefined;
    for (const listener of wanted) {
      if (!wants(listener, one.event)) continue;
      const held = joining.get(listener);
      if (held) held.push(one);
      else sendEvent(listener, one, (text ??= writeFrame(one)));
    }
  }

  function revoke(event: Revocation): void {
    for (const listener of all()) {
      if (isRevoked(listener.principal, event)) listener.socket.close(CLOSE.revoked, "access revoked");
    }
  }

  async function requireAllowed(listener: Listener): Promise<boolean> {
    const isAllowed = await listener.isStillAllowed().catch(() => true);
    if (!isAllowed) listener.socket.close(CLOSE.revoked, "access revoked");
    return isAllowed;
  }

  /** Sends a snapshot, and after it what happened while it was read. */
  async function refresh(listener: Listener): Promise<void> {
    const held: NumberedEvent[] = [];
    joining.set(listener, held);
    try {
      const seq = events.lastSeq();
      const data = (await requireAllowed(listener)) ? await listener.snapshot() : null;
      if (data === null) return listener.socket.close(1000, "gone");
      const at = new Date().toISOString();
      listener.socket.send({ text: JSON.stringify({ type: "snapshot", at, seq, data: listener.monitorId === null ? { ...data, seq } : data }) });
      for (const one of held) sendEvent(listener, one, writeFrame(one));
    } catch (error) {
      log.error({ err: error }, "a snapshot could not be read");
      listener.socket.close(CLOSE.goingAway, "try again");
    } finally {
      joining.delete(listener);
    }
  }

  return {
    async join(listener, since) {
      const set = listeners.get(listener.workspaceId) ?? new Set();
      listeners.set(listener.workspaceId, set.add(listener));
      if (listener.monitorId !== null) watch(watchers, listener.monitorId, listener);
      const missed = since === null ? null : events.after(since);
      if (missed === null) return refresh(listener);
      for (const one of missed) {
        if (wants(listener, one.event)) sendEvent(listener, one, writeFrame(one));
      }
    },
    leave(listener) {
      const set = listeners.get(listener.workspaceId);
      set?.delete(listener);
      if (set?.size === 0) listeners.delete(listener.workspaceId);
      for (const monitorId of [...listener.subscribed, ...(listener.monitorId === null ? [] : [listener.monitorId])]) unwatch(watchers, monitorId, listener);
    },
    subscribe(listener, monitorIds) {
      for (const monitorId of listener.subscribed) unwatch(watchers, monitorId, listener);
      listener.subscribed = new Set(monitorIds);
      for (const monitorId of monitorIds) watch(watchers, monitorId, listener);
    },
    count: () => all().length,
    countOf: (userId) => all().filter(({ principal }) => principal.userId === userId).length,
    async stop() {
      clearInterval(recheck);
      for (const listener of all()) listener.socket.close(CLOSE.goingAway, "going away");
      await subscription.end();
    },
  };
}

function wants({ workspaceId, monitorId, subscribed }: Listener, event: BusEvent): boolean {
  // Whoever subscribes to a foreign monitor's id hears nothing of it.
  if (workspaceId !== event.workspace || isRevocation(event)) return false;
  if (event.type === "monitor.checked") return monitorId === null ? subscribed.has(event.data.monitor_id) : monitorId === event.data.monitor_id;
  if (monitorId === null) return true;
  return event.type === "monitor.status" && monitorId === monitorOf(event);
}

function sendEvent({ socket }: Listener, { event }: NumberedEvent, text: string): void {
  socket.send(event.type === "monitor.checked" ? { text, latestOf: event.data.monitor_id } : { text });
}

function writeFrame({ seq, event }: NumberedEvent): string {
  return JSON.stringify({ type: event.type, at: event.at, seq, data: event.data });
}

function isRevocation(event: BusEvent): event is BusEvent & Revocation {
  return event.type.startsWith("revoked.");
}

function isRevoked({ userId, via }: Principal, event: Revocation): boolean {
  if (event.type === "revoked.key") return via.kind === "key" && via.keyId === event.data.key_id;
  if (event.type === "revoked.session") return via.kind === "session" && via.sessionHash === event.data.session_hash;
  const isSpared = via.kind === "key" || via.sessionHash === event.data.except_session_hash;
  return userId === event.data.user_id && !isSpared;
}

function watch(watchers: Map<string, Set<Listener>>, monitorId: string, listener: Listener): void {
  watchers.set(monitorId, (watchers.get(monitorId) ?? new Set()).add(listener));
}

function unwatch(watchers: Map<string, Set<Listener>>, monitorId: string, listener: Listener): void {
  const set = watchers.get(monitorId);
  set?.delete(listener);
  if (set?.size === 0) watchers.delete(monitorId);
}
