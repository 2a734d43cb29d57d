import { randomUUID } from "node:crypto";
import type { BusListener } from "@pulsecheck/broker/live-bus";
import { CLOSE, monitorOf, type BusEvent } from "@pulsecheck/shared/live-events";
import type { Deps } from "../context.ts";
import { SOCKETS } from "../http/limits.ts";
import { createAudience, type Audience, type Holder, type Listener, type Subscription } from "./audience.ts";
import { createEventRing, type NumberedEvent } from "./event-ring.ts";
import { sendEvent, writeFrame } from "./frames.ts";
import { closeRevoked, isRevocation, requireAllAllowed, requireAllowed } from "./revocation.ts";
import { keepWatches, watchesOf } from "./watches.ts";
import { createWelcome, type Welcome } from "./welcome.ts";

/** A part of this process that hears of everything: no socket, and bound to no workspace. */
export type Follower = {
  onEvent(event: BusEvent): void;
  /** Events may have been missed. */
  onGap(): void;
  /** The process drains. */
  onStop(): void;
};

/** Knows every socket of this process and brings the live bus to those who may see it. */
export type Hub = {
  /** Of this process: whose sockets hold devices. */
  readonly processId: string;
  /** How often each socket is asked whether anybody is there. */
  readonly pingEveryMs: number;
  follow(follower: Follower): void;
  /** Has every check of a monitor told from now on: before its listener joins, so that nothing falls in between. */
  watch(workspaceId: number, monitorId: string): Promise<void>;
  /**
   * Lets a listener in, and gives it what it missed since `since`, or a snapshot. Its credential may have ended since
   * it was admitted, before we could hear of it: it is looked at once more.
   */
  join(listener: Listener, since: number | null): Promise<void>;
  leave(listener: Listener): void;
  subscribe(listener: Listener, asked: Subscription): void;
  /** Keeps a socket that only reports as long as its credential is good. Answers what lets go of it. */
  attach(reporter: Holder): () => void;
  count(): number;
  stop(): Promise<void>;
};

const RECHECK_EVERY_MS = 60_000;

type HubDeps = Pick<Deps, "db" | "broker" | "log">;

export async function openHub({ db, broker, log }: HubDeps, pingEveryMs: number = SOCKETS.pingEveryMs): Promise<Hub> {
  const audience = createAudience();
  const watches = keepWatches(db, log, audience.all);
  const ring = createEventRing();
  const welcome = createWelcome(ring, log);
  const followers: Follower[] = [];
  const reporters = new Set<Holder>();
  const everybody = (): Holder[] => [...audience.all(), ...reporters];

  const bus: BusListener = {
    onBatch(batch) {
      for (const one of ring.add(batch)) {
        const { event } = one;
        for (const follower of followers) follower.onEvent(event);
        if (isRevocation(event)) closeRevoked(everybody(), event);
        else distribute(audience, welcome, one);
        closeGone(audience, event);
      }
    },
    onGap() {
      log.warn("live events may be missing; every socket gets a snapshot");
      ring.clear();
      for (const follower of followers) follower.onGap();
      for (const listener of audience.all()) void welcome.show(listener);
    },
  };
  const subscription = await broker.bus.subscribe(bus);
  ring.startAt(subscription.startSeq);
  const recheck = setInterval(() => requireAllAllowed(everybody()), RECHECK_EVERY_MS);

  return {
    processId: randomUUID(),
    pingEveryMs,
    follow: (follower) => void followers.push(follower),
    watch: (workspaceId, monitorId) => watches.ask({ monitors: [{ workspaceId, monitorId }], devices: [] }),
    async join(listener, since) {
      audience.add(listener);
      // Readings are not kept: the latest of each says how things stand.
      const missed = since === null || listener.sensors !== null ? null : ring.after(since);
      if (missed === null) return welcome.show(listener);
      for (const one of missed) if (wants(listener, one.event)) sendEvent(listener, one, writeFrame(one));
      await requireAllowed(listener);
    },
    leave: audience.remove,
    subscribe(listener, asked) {
      audience.subscribe(listener, asked);
      void watches.ask(watchesOf(listener));
    },
    attach(reporter) {
      reporters.add(reporter);
      return () => void reporters.delete(reporter);
    },
    count: () => everybody().length,
    async stop() {
      clearInterval(recheck);
      watches.stop();
      for (const follower of followers) follower.onStop();
      for (const { socket } of everybody()) socket.close(CLOSE.goingAway, "going away");
      await subscription.end();
    },
  };
}

function distribute(audience: Audience, welcome: Welcome, one: NumberedEvent): void {
  const { event } = one;
  let bytes: Buffer | undefined;
  for (const listener of candidates(audience, event)) {
    if (!wants(listener, one.event)) continue;
    if (!welcome.hold(listener, one)) sendEvent(listener, one, (bytes ??= writeFrame(one)));
  }
}

/** What comes for every check and every reading is offered only to those who watch its monitor, or sensors at all. */
function candidates(audience: Audience, event: BusEvent): ReadonlySet<Listener> {
  if (event.type === "monitor.checked" || event.type === "monitor.pinged")
    return audience.ofMonitor(event.data.monitor_id);
  if (event.type === "sensor.reading") return audience.ofSensors(event.workspace);
  return audience.ofWorkspace(event.workspace);
}

/** The socket of one monitor, or of one sensor, ends with it. */
function closeGone(audience: Audience, event: BusEvent): void {
  if (event.type === "monitor.deleted") {
    for (const { monitorId, socket, workspaceId } of audience.ofMonitor(event.data.id))
      if (monitorId === event.data.id && workspaceId === event.workspace) socket.close(1000, "gone");
  }
  if (event.type === "sensor.deleted") {
    for (const { sensors, socket } of audience.ofSensors(event.workspace))
      if (sensors?.id === event.data.sensor_id) socket.close(1000, "gone");
  }
}

function wants(listener: Listener, event: BusEvent): boolean {
  const { workspaceId, monitorId, sensors, subscribed, subscribedDevices } = listener;
  // Whoever subscribes to a foreign monitor's id hears nothing of it.
  if (workspaceId !== event.workspace || isRevocation(event) || event.type === "status_page.changed") return false;
  if (event.type === "sensor.reading")
    return sensors !== null && (sensors.id === null || sensors.id === event.data.sensor_id);
  if (sensors !== null) return false;
  if (event.type === "device.heartbeat") return subscribedDevices.has(event.data.device_id);
  if (event.type === "monitor.checked" || event.type === "monitor.pinged")
    return monitorId === null ? subscribed.has(event.data.monitor_id) : monitorId === event.data.monitor_id;
  if (monitorId === null) return true;
  return event.type === "monitor.status" && monitorId === monitorOf(event);
}
