import type { Revocation } from "@pulsecheck/shared/live-events";
import type { Scope } from "@pulsecheck/db/scope";
import type { Role } from "@pulsecheck/shared/role";
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

/** The same of a member who has another role here from now on, or none. */
export async function tellMember(
  deps: Pick<Deps, "broker" | "log">,
  { workspaceId }: Scope,
  { userId, role }: { userId: string; role: Role | null },
): Promise<void> {
  await publishRevocation(deps, { type: "revoked.member", data: { user_id: userId, role } }, workspaceId);
}
