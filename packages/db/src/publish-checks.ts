import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { Db } from "./client.ts";
import { changesOf, type AcceptedCheck } from "./commit-checks.ts";
import { eventsOf } from "./finish-check.ts";
import { markPublished } from "./outbox.ts";

/** Of the apps' parts those that publishing takes; this package knows no broker. */
type Deps = {
  db: Db;
  broker: { bus: { publish(events: readonly BusEvent[]): Promise<unknown> } };
  log: { warn(what: object, message: string): void };
};

/** Tells the live bus of accepted checks, in one batch. Never rejects: what must not be lost stays in the outbox. */
export async function publishChecks({ db, broker, log }: Deps, accepted: readonly AcceptedCheck[]): Promise<void> {
  try {
    await broker.bus.publish(accepted.flatMap((check) => eventsOf(check, check.isWatched)));
    const incidentIds = accepted.flatMap(changesOf).map(({ id }) => id);
    if (incidentIds.length > 0) await markPublished(db, { incidentIds });
  } catch (error) {
    // Transitions are told later, from the outbox; the next check of each monitor tells the rest.
    log.warn({ err: error, checks: accepted.length }, "live events could not be published");
  }
}
