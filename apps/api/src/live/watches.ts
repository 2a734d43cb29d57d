import type { Db } from "@pulsecheck/db/client";
import { watchMonitors, type Watch } from "@pulsecheck/db/watches";
import type { Logger } from "pino";
import type { Listener } from "./audience.ts";

/** How long a watch lasts without being renewed, and how often it is, in ms. */
const WATCH_MS = 120_000;
const RENEW_EVERY_MS = 40_000;

/** Keeps the workers telling of every check that somebody listens to. */
export type Watches = {
  /** Never rejects: what fails is asked for again with the next renewal. */
  ask(watches: readonly Watch[]): Promise<void>;
  stop(): void;
};

export function keepWatches(db: Db, log: Logger, everybody: () => readonly Listener[]): Watches {
  async function ask(watches: readonly Watch[]): Promise<void> {
    try {
      await watchMonitors(db, watches, WATCH_MS);
    } catch (error) {
      log.warn({ err: error, monitors: watches.length }, "checks could not be asked for; trying again later");
    }
  }
  const renewing = setInterval(() => void ask(everybody().flatMap(watchesOf)), RENEW_EVERY_MS);
  return { ask, stop: () => clearInterval(renewing) };
}

function watchesOf({ workspaceId, monitorId, subscribed }: Listener): Watch[] {
  const ids = monitorId === null ? [...subscribed] : [monitorId];
  return ids.map((id) => ({ workspaceId, monitorId: id }));
}
