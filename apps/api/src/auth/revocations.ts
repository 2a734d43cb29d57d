import type { Revocation } from "@pulsecheck/shared/live-events";
import type { Deps } from "../context.ts";

// Sessions and users belong to no one workspace.
const NO_WORKSPACE = 0;

/**
 * Tells every API process that a credential has ended, so that it closes the sockets it opened. The credential
 * is already worthless by then: a broker that is away is logged, and does not fail the request.
 */
export async function publishRevocation(
  { broker, log }: Pick<Deps, "broker" | "log">,
  revocation: Revocation,
  workspace = NO_WORKSPACE,
): Promise<void> {
  try {
    await broker.bus.publish([{ workspace, at: new Date().toISOString(), ...revocation }]);
  } catch (error) {
    log.error({ err: error, type: revocation.type }, "a revocation was not published");
  }
}
