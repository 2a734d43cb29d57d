import { findLivingKey } from "@pulsecheck/db/api-keys";
import { findMembershipIn } from "@pulsecheck/db/memberships";
import { findSession } from "@pulsecheck/db/sessions";
import { roleAllows, roleCovers, type Access } from "@pulsecheck/shared/role";
import type { Deps, Principal } from "../context.ts";

/** Is the credential that opened a socket still good, and may its owner still do in the workspace what the socket does? */
export async function isStillAllowed(
  { db }: Pick<Deps, "db">,
  { userId, via }: Principal,
  { workspaceId, access }: { workspaceId: number; access: Access },
): Promise<boolean> {
  const now = new Date();
  if (via.kind === "key") {
    const key = await findLivingKey(db, { id: via.keyId }, now);
    return key !== null && roleCovers(key.creatorRole, key.role);
  }
  const session = await findSession(db, via.sessionHash);
  if (session === null || session.expiresAt <= now || !session.isActive) return false;
  const membership = await findMembershipIn(db, userId, workspaceId);
  return membership !== null && roleAllows(membership.role, access);
}
