import { LOCKS } from "@pulsecheck/db/advisory-locks";
import type pg from "pg";
import type { Deps } from "../context.ts";
import { drainReadings, settleSensors } from "./drain-readings.ts";

const CHANNEL = "pulsecheck_readings";
const LOOK_EVERY_MS = 500;
/** Of several that commit at once only one rings: what the others bring a moment later is found by looking. */
const LOOK_AGAIN_MS = 50;
/** A leader that says nothing for so long is frozen: the database ends its connection, and with it its lead. */
const FROZEN_AFTER_MS = 10_000;

export type ReadingListener = { close(): Promise<void> };

/**
 * Judges and tells every reading, by whatever client it was inserted. One worker leads at a time, by a lock that its
 * connection holds; it is woken by notifications and looks twice a second as well, so none has to arrive.
 */
export function listenForReadings(deps: Deps): ReadingListener {
  const { log } = deps;
  const bell = createBell();
  let isStopping = false;
  let isFailing = false;

  async function run(): Promise<void> {
    while (!isStopping) {
      try {
        await leadIfFree();
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, "the listener for readings lost its connection; trying again");
        isFailing = true;
      }
      if (!isStopping) await bell.rung(LOOK_EVERY_MS);
    }
  }

  async function leadIfFree(): Promise<void> {
    const client = await deps.db.pool.connect();
    let isLeader = false;
    try {
      const { rows } = await client.query<{ leads: boolean }>("SELECT pg_try_advisory_lock($1) AS leads", [
        LOCKS.readingListener,
      ]);
      isLeader = rows[0]?.leads ?? false;
      if (isLeader) await lead(client);
    } catch (error) {
      isLeader = true;
      throw error;
    } finally {
      // The lock goes with the connection.
      client.release(isLeader);
    }
  }

  async function lead(client: pg.PoolClient): Promise<void> {
    client.on("notification", bell.ring).once("end", bell.ring);
    await client.query(`SET idle_session_timeout = ${FROZEN_AFTER_MS}`);
    await client.query(`LISTEN ${CHANNEL}`);
    log.debug("this worker listens for readings");
    let lookedAt = 0;
    let cameAt = 0;
    while (!isStopping) {
      const readings = await drainReadings(deps, client);
      isFailing = false;
      if (Date.now() - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = Date.now();
        await settleSensors(deps, client);
      }
      if (readings > 0) cameAt = Date.now();
      else await bell.rung(Date.now() - cameAt < LOOK_EVERY_MS ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
    }
  }

  const running = run();
  return {
    async close() {
      isStopping = true;
      bell.ring();
      await running;
    },
  };
}

/** Remembers a ring that nobody waited for. */
function createBell() {
  let hasRung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      hasRung = true;
      wake?.();
    },
    /** Waits until it rings, at most `ms`. */
    async rung(ms: number): Promise<void> {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = null;
      hasRung = false;
    },
  };
}
