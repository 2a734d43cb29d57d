import { CLOSE, type BusEvent, type Revocation } from "@pulsecheck/shared/live-events";
import { roleAllows, roleCovers } from "@pulsecheck/shared/role";
import type { Holder } from "./audience.ts";

export function isRevocation(event: BusEvent): event is BusEvent & Revocation {
  return event.type.startsWith("revoked.");
}

/** Closes every socket that the ended credential or right had opened. */
export function closeRevoked(everybody: readonly Holder[], event: BusEvent & Revocation): void {
  for (const listener of everybody) {
    if (isRevoked(listener, event)) listener.socket.close(CLOSE.revoked, "access revoked");
    // What ends a user's sessions may have ended keys of theirs as well.
    else if (event.type === "revoked.user" && listener.principal.userId === event.data.user_id)
      void requireAllowed(listener);
  }
}

/** Looks whether a listener's credential is still good, and closes its socket if not. A revocation may have been missed. */
export async function requireAllowed(listener: Holder): Promise<boolean> {
  const isAllowed = await listener.isStillAllowed().catch(() => true);
  if (!isAllowed) listener.socket.close(CLOSE.revoked, "access revoked");
  return isAllowed;
}

/** The same for everybody; one look for each credential, however many sockets it has opened. */
export function requireAllAllowed(listeners: readonly Holder[]): void {
  for (const same of Map.groupBy(listeners, credentialOf).values()) void requireSame(same);
}

async function requireSame([one, ...others]: readonly Holder[]): Promise<void> {
  if (one === undefined || (await requireAllowed(one))) return;
  for (const { socket } of others) socket.close(CLOSE.revoked, "access revoked");
}

function credentialOf({ workspaceId, access, principal: { userId, via } }: Holder): string {
  return `${access} ${workspaceId} ${userId} ${via.kind === "key" ? via.keyId : via.sessionHash}`;
}

function isRevoked({ workspaceId, access, principal }: Holder, event: BusEvent & Revocation): boolean {
  const { userId, role, via } = principal;
  if (event.type === "revoked.member") {
    const { user_id: memberId, role: left } = event.data;
    if (workspaceId !== event.workspace || userId !== memberId) return false;
    return left === null || !(via.kind === "key" ? roleCovers(left, role) : roleAllows(left, access));
  }
  if (event.type === "revoked.key") return via.kind === "key" && via.keyId === event.data.key_id;
  if (event.type === "revoked.session") return via.kind === "session" && via.sessionHash === event.data.session_hash;
  const isSpared = via.kind === "key" || via.sessionHash === event.data.except_session_hash;
  return userId === event.data.user_id && !isSpared;
}
