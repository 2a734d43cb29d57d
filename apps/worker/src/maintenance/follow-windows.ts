import { settleMaintenance } from "@pulsecheck/db/maintenance-spans";
import type { Deps } from "../context.ts";

/** Has what windows cover enter and leave maintenance, and tells of it. Postgres knows the time, so no queue is needed. */
export async function followWindows({ db, broker, log }: Deps): Promise<void> {
  const events = await settleMaintenance(db);
  if (events.length === 0) return;
  try {
    await broker.bus.publish(events);
  } catch (error) {
    log.warn({ err: error, events: events.length }, "maintenance could not be told");
  }
}
