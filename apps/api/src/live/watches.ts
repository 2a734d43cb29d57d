import type { Db } from "@pulsecheck/db/client";
import { watchDevices, watchMonitors, type Watches as Asked } from "@pulsecheck/db/watches";
import type { Logger } from "pino";
import type { Listener } from "./audience.ts";

/** How long a watch lasts without being renewed, and how often it is, in ms. */
const WATCH_MS = 120_000;
const RENEW_EVERY_MS = 40_000;

/** Keeps every check and every heartbeat told that somebody listens to. */
export type Watches = {
  /** Never rejects: what fails is asked for again with the next renewal. */
  ask(watches: Asked): Promise<void>;
  stop(): void;
};

export function keepWatches(db: Db, log: Logger, everybody: () => readonly Listener[]): Watches {
  async function ask({ monitors, devices }: Asked): Promise<void> {
    try {
      await watchMonitors(db, monitors, WATCH_MS);
      await watchDevices(db, devices, WATCH_MS);
    } catch (error) {
      log.warn(
        { err: error, monitors: monitors.length, devices: devices.length },
        "live events could not be asked for; trying again later",
      );
    }
  }
  function renew(): void {
    const all = everybody().map(watchesOf);
    void ask({ monitors: all.flatMap(({ monitors }) => monitors), devices: all.flatMap(({ devices }) => devices) });
  }
  const renewing = setInterval(renew, RENEW_EVERY_MS);
  return { ask, stop: () => clearInterval(renewing) };
}

/** What a listener wants to hear all of. */
export function watchesOf({ workspaceId, monitorId, subscribed, subscribedDevices }: Listener): Asked {
  const ids = monitorId === null ? [...subscribed] : [monitorId];
  return {
    monitors: ids.map((id) => ({ workspaceId, monitorId: id })),
    devices: [...subscribedDevices].map((deviceId) => ({ workspaceId, deviceId })),
  };
}
