import { findLivingKey, type LivingKey } from "@pulsecheck/db/api-keys";
import { findMembership, findMembershipIn } from "@pulsecheck/db/memberships";
import { scopeTo, type Actor, type Scope } from "@pulsecheck/db/scope";
import { findSession } from "@pulsecheck/db/sessions";
import { takeTicket } from "@pulsecheck/db/ws-tickets";
import { API_KEY_PREFIX } from "@pulsecheck/shared/api-key";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import type { Deps, Principal } from "../context.ts";
import { isCovered, lookUpKeys, type FindKey } from "./known-keys.ts";
import { openSessions } from "./lucia.ts";
import { hashSecret } from "./secrets.ts";

/** What a request or an upgrade brought along, as it came. */
export type Credentials = {
  authorization?: string | undefined;
  cookie?: string | undefined;
  ticket?: string | undefined;
  workspaceId?: string | undefined;
  /** The network address that it came from: what is changed is written down with it. */
  address?: string | undefined;
};

export type Proof = {
  principal: Principal;
  scope: Scope;
  /** Proven by nothing but a cookie, which a browser also sends for foreign pages: check the origin. */
  isCookie: boolean;
  /** Set-Cookie for a session that was prolonged, null otherwise. */
  renewal: string | null;
};

type AuthDeps = Pick<Deps, "db" | "config" | "log">;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Who calls, and in which workspace. Null where nothing proves it (401). Refuses (404) a workspace that the
 * caller does not belong to.
 * @param findKey how an API key is proven: by default it is looked up each time
 */
export async function findPrincipal(
  deps: AuthDeps,
  given: Credentials,
  findKey: FindKey = lookUpKeys(deps),
): Promise<Proof | null> {
  const address = given.address ?? null;
  if (given.ticket !== undefined) return proveTicket(deps, given.ticket, address);
  const bearer = /^bearer +(\S+)$/i.exec(given.authorization ?? "")?.[1];
  if (bearer?.startsWith(API_KEY_PREFIX)) return proveKey(deps, findKey, bearer, given);
  if (bearer !== undefined) return proveSession(deps, bearer, { carrier: "bearer", address }, given.workspaceId);
  const token = openSessions(deps).readCookie(given.cookie ?? "");
  return token === null ? null : proveSession(deps, token, { carrier: "cookie", address }, given.workspaceId);
}

async function proveSession(
  deps: AuthDeps,
  token: string,
  { carrier, address }: { carrier: "bearer" | "cookie"; address: string | null },
  workspaceId: string | undefined,
): Promise<Proof | null> {
  const session = await openSessions(deps).validate(token, carrier);
  if (session === null) return null;
  const { userId, isSuperuser, sessionHash, renewal } = session;
  const publicId = workspaceId?.toLowerCase() ?? null;
  const membership = publicId === null || UUID.test(publicId) ? await findMembership(deps.db, userId, publicId) : null;
  if (membership === null) throw refuseMissing("workspace");
  const principal: Principal = { userId, role: membership.role, isSuperuser, via: { kind: "session", sessionHash } };
  const scope = scopeTo(deps.db, membership.workspaceId, actorOf(principal, address));
  return { principal, scope, isCookie: carrier === "cookie", renewal };
}

async function proveKey(
  deps: AuthDeps,
  findKey: FindKey,
  key: string,
  { workspaceId, address }: Credentials,
): Promise<Proof | null> {
  const living = await findKey(hashSecret(key));
  if (living === null) return null;
  if (workspaceId !== undefined && workspaceId.toLowerCase() !== living.workspacePublicId)
    throw refuseMissing("workspace");
  return proofOfKey(deps, living, address ?? null);
}

async function proveTicket(deps: AuthDeps, token: string, address: string | null): Promise<Proof | null> {
  const now = new Date();
  const ticket = await takeTicket(deps.db, hashSecret(token), now);
  if (ticket === null) return null;
  if (ticket.apiKeyId !== null) {
    const living = await findLivingKey(deps.db, { id: ticket.apiKeyId }, now);
    return living !== null && isCovered(living) ? proofOfKey(deps, living, address) : null;
  }
  const session = ticket.sessionHash === null ? null : await findSession(deps.db, ticket.sessionHash);
  if (session === null || session.expiresAt <= now || !session.isActive) return null;
  const membership = await findMembershipIn(deps.db, session.userId, ticket.workspaceId);
  if (membership === null) return null;
  const via = { kind: "session", sessionHash: session.idHash } as const;
  const principal: Principal = { userId: session.userId, role: membership.role, isSuperuser: session.isSuperuser, via };
  const scope = scopeTo(deps.db, ticket.workspaceId, actorOf(principal, address));
  return { principal, scope, isCookie: false, renewal: null };
}

function proofOfKey(
  { db }: AuthDeps,
  { id, createdById, role, workspaceId }: LivingKey,
  address: string | null,
): Proof {
  // A key is for one workspace: it never operates the instance, whoever made it.
  const principal: Principal = { userId: createdById, role, isSuperuser: false, via: { kind: "key", keyId: id } };
  const scope = scopeTo(db, workspaceId, actorOf(principal, address));
  return { principal, scope, isCookie: false, renewal: null };
}

function actorOf({ userId, via }: Principal, address: string | null): Actor {
  return { userId, apiKeyId: via.kind === "key" ? via.keyId : null, address };
}
