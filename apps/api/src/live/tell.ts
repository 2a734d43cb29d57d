import type { BusEvent, LiveEvent, PageChange, Revocation } from "@pulsecheck/shared/live-events";
import type { Deps } from "../context.ts";

/**
 * Tells every API process of something that is already committed. A broker that is away does not fail the
 * request: sockets get a snapshot when it is back.
 */
export async function tell(
  { broker, log }: Pick<Deps, "broker" | "log">,
  workspace: number,
  ...events: (LiveEvent | Revocation | PageChange)[]
): Promise<void> {
  const at = new Date().toISOString();
  try {
    await broker.bus.publish(events.map((event): BusEvent => ({ workspace, at, ...event })));
  } catch (error) {
    log.warn({ err: error, events: events.map(({ type }) => type) }, "live events could not be published");
  }
}
