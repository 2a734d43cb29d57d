import type { AcceptedCheck } from "@pulsecheck/db/commit-checks";
import { markPublished } from "@pulsecheck/db/outbox";
import { eventsOf } from "../check/finish-check.ts";
import type { Deps } from "../context.ts";

/** Tells the live bus of accepted checks, in one batch. Never rejects: what must not be lost stays in the outbox. */
export async function publishChecks({ db, broker, log }: Deps, accepted: readonly AcceptedCheck[]): Promise<void> {
  const transitions = accepted.filter(({ decision }) => decision.transition !== null);
  try {
    await broker.bus.publish(accepted.flatMap((check) => eventsOf(check, check.isWatched)));
    const incidentIds = transitions.map(({ claim, incidentId }) => claim.incidentId ?? incidentId ?? "");
    if (transitions.length > 0) await markPublished(db, { incidentIds });
  } catch (error) {
    // Transitions are told later, from the outbox; the next check of each monitor tells the rest.
    log.warn({ err: error, checks: accepted.length }, "live events could not be published");
  }
}
