import { readHeld, writeConnections, type ConnectionChange } from "@pulsecheck/db/device-connections";
import type { Deps } from "../context.ts";

const GATHER_MS = 20;
const BATCH = 500;
const TRY_AGAIN_MS = 1_000;

/** Writes which devices are connected to this process, in batches and in order, and tells the live bus. */
export type Presence = {
  /**
   * Resolves once it is written; with false where it was no change, as the socket held the device already, or did not
   * hold it. While the database is away it waits: the end of a socket cannot be refused.
   */
  change(change: ConnectionChange): Promise<boolean>;
  /** Which of these devices a socket holds, as it is written. */
  held(by: Pick<ConnectionChange, "workspaceId" | "connectionId">, deviceIds: readonly string[]): Promise<string[]>;
};

export function createPresence({ db, broker, log }: Deps, processId: string): Presence {
  let waiting: { change: ConnectionChange; resolve(moved: boolean): void }[] = [];
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;

  async function writeAll(): Promise<void> {
    timer = undefined;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        const { moved, events } = await writeConnections(
          db,
          processId,
          batch.map(({ change }) => change),
        );
        waiting = waiting.slice(batch.length);
        batch.forEach(({ resolve }, i) => resolve(moved[i] ?? false));
        await broker.bus
          .publish(events)
          .catch((err: unknown) => log.warn({ err, events: events.length }, "presence could not be published"));
      } catch (error) {
        log.warn({ err: error, waiting: waiting.length }, "presence could not be written; trying again");
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS).unref());
      }
    }
    isWriting = false;
  }

  return {
    change: (change) =>
      new Promise((resolve) => {
        waiting.push({ change, resolve });
        if (!isWriting) timer ??= setTimeout(() => void writeAll(), GATHER_MS);
      }),
    held: (by, deviceIds) => readHeld(db, by, deviceIds),
  };
}
