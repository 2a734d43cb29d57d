import { endDeadConnections } from "@pulsecheck/db/device-connections";
import { sweepDevices } from "@pulsecheck/db/device-sweep";
import { markPublished } from "@pulsecheck/db/outbox";
import type { Deps } from "../context.ts";

/** Devices that are looked at in one transaction. */
const LOOK_AT_ONCE = 5_000;

/**
 * Looks for devices that have fallen silent, and tells of them. Postgres knows which are due, so any number of workers
 * may do this at once, without a queue.
 */
export async function sweep(deps: Deps): Promise<void> {
  await publish(deps, await endDeadConnections(deps.db), []);
  for (;;) {
    const { looked, events, incidentIds } = await sweepDevices(deps.db, LOOK_AT_ONCE);
    await publish(deps, events, incidentIds);
    if (looked < LOOK_AT_ONCE) return;
  }
}

type Swept = Awaited<ReturnType<typeof sweepDevices>>;

async function publish({ db, broker, log }: Deps, events: Swept["events"], incidentIds: string[]): Promise<void> {
  try {
    await broker.bus.publish(events);
    if (incidentIds.length > 0) await markPublished(db, { incidentIds });
  } catch (error) {
    // Outages are told later, from the outbox.
    log.warn({ err: error, events: events.length }, "live events of devices could not be published");
  }
}
