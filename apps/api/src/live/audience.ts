import type { Access } from "@pulsecheck/shared/role";
import type { Principal } from "../context.ts";
import type { LiveSocket } from "./live-socket.ts";

/** A socket that a credential keeps open. */
export type Holder = {
  workspaceId: number;
  principal: Principal;
  /** What the socket does: its owner's role must go on allowing it. */
  access: Access;
  socket: LiveSocket;
  /** Is the credential that opened it still good? */
  isStillAllowed(): Promise<boolean>;
};

/** Somebody who listens: their rights, their socket, and what it shows. */
export type Listener = Holder & {
  /** The one monitor of a monitor's socket; null for a dashboard. */
  monitorId: string | null;
  /** Of a sensors' socket: the one sensor that it shows, or all of the workspace; null for every other socket. */
  sensors: { id: string | null } | null;
  /** Monitors whose every check a dashboard asked for. */
  subscribed: ReadonlySet<string>;
  /** Devices whose every heartbeat a dashboard asked for. */
  subscribedDevices: ReadonlySet<string>;
  /** The text of a snapshot's data, as of now. Null where what it shows is gone. */
  snapshot(): Promise<object | null>;
};

/** What a dashboard wants to hear every check, and every heartbeat of. */
export type Subscription = { monitorIds: readonly string[]; deviceIds: readonly string[] };

/** Everybody who listens, found by workspace and by monitor: an event is never offered to all. */
export type Audience = {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** Replaces what a dashboard asked for. */
  subscribe(listener: Listener, asked: Subscription): void;
  ofWorkspace(workspaceId: number): ReadonlySet<Listener>;
  /** Those who want to hear of each check of a monitor, whatever their workspace. */
  ofMonitor(monitorId: string): ReadonlySet<Listener>;
  /** Those who want to hear of readings in a workspace. */
  ofSensors(workspaceId: number): ReadonlySet<Listener>;
  all(): Listener[];
};

export function createAudience(): Audience {
  const byWorkspace = createIndex<number>();
  const byMonitor = createIndex<string>();
  const ofSensors = createIndex<number>();
  const watched = ({ monitorId, subscribed }: Listener) => (monitorId === null ? [...subscribed] : [monitorId]);
  return {
    add(listener) {
      byWorkspace.add(listener.workspaceId, listener);
      for (const monitorId of watched(listener)) byMonitor.add(monitorId, listener);
      if (listener.sensors !== null) ofSensors.add(listener.workspaceId, listener);
    },
    remove(listener) {
      byWorkspace.remove(listener.workspaceId, listener);
      for (const monitorId of watched(listener)) byMonitor.remove(monitorId, listener);
      if (listener.sensors !== null) ofSensors.remove(listener.workspaceId, listener);
    },
    subscribe(listener, { monitorIds, deviceIds }) {
      for (const monitorId of listener.subscribed) byMonitor.remove(monitorId, listener);
      listener.subscribed = new Set(monitorIds);
      listener.subscribedDevices = new Set(deviceIds);
      for (const monitorId of monitorIds) byMonitor.add(monitorId, listener);
    },
    ofWorkspace: byWorkspace.of,
    ofMonitor: byMonitor.of,
    ofSensors: ofSensors.of,
    all: byWorkspace.all,
  };
}

const NOBODY: ReadonlySet<Listener> = new Set();

function createIndex<Key>() {
  const sets = new Map<Key, Set<Listener>>();
  return {
    add(key: Key, listener: Listener): void {
      sets.set(key, (sets.get(key) ?? new Set()).add(listener));
    },
    remove(key: Key, listener: Listener): void {
      const set = sets.get(key);
      set?.delete(listener);
      if (set?.size === 0) sets.delete(key);
    },
    of: (key: Key): ReadonlySet<Listener> => sets.get(key) ?? NOBODY,
    all: (): Listener[] => [...sets.values()].flatMap((set) => [...set]),
  };
}
