import { randomUUID } from "node:crypto";
import {
  INVITATION_LIFETIME_MS,
  INVITATIONS_AT_MOST,
  type InvitationListQuery,
  type InvitationSort,
  type InvitationView,
  type ReceivedInvitation,
} from "@pulsecheck/shared/invitation";
import type { Page } from "@pulsecheck/shared/list";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import type { MemberRole } from "@pulsecheck/shared/role";
import type { OwnWorkspaceView } from "@pulsecheck/shared/workspace";
import { recordChange, recordChanges, type Deed } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type Invitation, type User } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { requireStillAdmin } from "./memberships.ts";
import { findOwnWorkspace } from "./own-workspaces.ts";
import { requireRoom } from "./quotas.ts";
import type { Actor, Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

/** An invitation with who invites. */
type Row = Invitation & { invitedBy: Pick<User, "firstName" | "lastName"> };

const withInviter = { invitedBy: { select: { firstName: true, lastName: true } } };

const COLUMNS: Record<InvitationSort | "id", Column> = {
  id: { sql: Prisma.sql`i.id`, type: "uuid" },
  email: { sql: Prisma.sql`i.email`, type: "text" },
  role: { sql: Prisma.sql`i.role::text`, type: "text" },
  created_at: { sql: Prisma.sql`i.created_at`, type: "time" },
  expires_at: { sql: Prisma.sql`i.expires_at`, type: "time" },
};

/** A page of who is invited into this workspace and has not come yet; those whose link is too old as well. */
export async function listInvitations(scope: Scope, query: InvitationListQuery): Promise<Page<InvitationView>> {
  const where = [
    Prisma.sql`i.workspace_id = ${scope.workspaceId}`,
    ...given(query.role, (one) => Prisma.sql`i.role = ${one}::role`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`i.email`)),
  ];
  const list = { from: Prisma.sql`invitations i`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const stored = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.invitation.findMany({ where: stored, include: withInviter });
    return rows.map((row) => [row.id, viewInvitation(row)]);
  });
}

/** One of this workspace's invitations. Refuses (404) any other. */
export async function findInvitation(scope: Scope, id: string): Promise<InvitationView> {
  const where = { id, workspaceId: scope.workspaceId };
  const row = await scope.db.prisma.invitation.findFirst({ where, include: withInviter });
  if (row === null) throw refuseMissing("invitation");
  return viewInvitation(row);
}

export type NewInvitation = { email: string; role: MemberRole; invitedById: string };

/**
 * Invites an address by mail. One that is too old makes room for a new one. Refuses (409) who is a member or invited
 * already, and one too many; (403) an actor who is no ADMIN any more.
 */
export async function addInvitation(scope: Scope, input: NewInvitation, now: Date): Promise<InvitationView> {
  const { workspaceId } = scope;
  const { email } = input;
  return scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    await requireStillAdmin(tx, scope);
    await requireNoMember(tx, workspaceId, email);
    await tx.invitation.deleteMany({ where: { workspaceId, email, expiresAt: { lte: now } } });
    const others = await tx.invitation.findMany({ where: { workspaceId }, select: { email: true } });
    if (others.some((other) => other.email === email)) throw refuseAddress("is invited already");
    if (others.length >= INVITATIONS_AT_MOST)
      throw refuseAddress(`is one too many: ${INVITATIONS_AT_MOST} invitations may wait for an answer`);
    const row = await tx.invitation.create({
      data: { workspaceId, ...input, ...newLink(now) },
      include: withInviter,
    });
    await mailInvitation(tx, row, now);
    const after = viewInvitation(row);
    await recordChange(tx, scope, { action: "invitation.created", subject: subjectOf(row), before: null, after });
    return after;
  });
}

/** Mails a new link, which voids the earlier one; from now on it is this person who invites. Refuses (404) what is gone. */
export async function resendInvitation(scope: Scope, id: string, invitedById: string, now: Date): Promise<void> {
  const where = { id, workspaceId: scope.workspaceId };
  await scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, scope.workspaceId);
    await requireStillAdmin(tx, scope);
    const [row] = await tx.invitation.updateManyAndReturn({ where, data: { invitedById, ...newLink(now) } });
    if (row === undefined) throw refuseMissing("invitation");
    await mailInvitation(tx, row, now);
    const change = { before: null, after: { expires_at: row.expiresAt.toISOString() } };
    await recordChange(tx, scope, { action: "invitation.resent", subject: subjectOf(row), ...change });
  });
}

/** Its link is worthless from now on, also one that is not mailed yet. Refuses (404) what is not there. */
export async function revokeInvitation(scope: Scope, id: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    const where = { id, workspaceId: scope.workspaceId };
    const row = await tx.invitation.findFirst({ where, include: withInviter });
    const { count } = await tx.invitation.deleteMany({ where });
    if (row === null || count === 0) throw refuseMissing("invitation");
    await recordChange(tx, scope, revocationOf(row));
  });
}

/** The same for all that this person sent. */
export async function revokeInvitationsOf(
  tx: Prisma.TransactionClient,
  scope: Scope,
  invitedById: string,
): Promise<void> {
  const where = { workspaceId: scope.workspaceId, invitedById };
  const rows = await tx.invitation.findMany({ where, include: withInviter });
  await tx.invitation.deleteMany({ where });
  await recordChanges(tx, scope, rows.map(revocationOf));
}

function revocationOf(row: Row): Deed {
  return { action: "invitation.revoked", subject: subjectOf(row), before: viewInvitation(row), after: null };
}

/** What the link of a mail says; null where it is used, replaced or expired, or who invited may not any more. */
export async function readInvitation(db: Db, tokenId: string, now: Date): Promise<ReceivedInvitation | null> {
  const include = { ...withInviter, workspace: { select: { name: true } } };
  const row = await db.prisma.invitation.findFirst({ where: openBy(tokenId, now), include });
  if (row === null) return null;
  const { email, role, invited_by, expires_at } = viewInvitation(row);
  return { email, role, invited_by, expires_at, workspace_name: row.workspace.name };
}

export type Acceptance = { tokenId: string; userId: string; actor: Actor | null };

/**
 * Spends an invitation: its person is a member, and the address is proven. Only one caller ever succeeds; null where
 * the link is worthless. Refuses (409) whom it was not sent to, who is a member already, and one too many.
 */
export async function acceptInvitation(db: Db, acceptance: Acceptance, now: Date): Promise<OwnWorkspaceView | null> {
  const { tokenId, userId, actor } = acceptance;
  return db.prisma.$transaction(async (tx) => {
    const found = await tx.invitation.findUnique({ where: { tokenId }, select: { workspaceId: true } });
    if (found === null) return null;
    const { workspaceId } = found;
    await lockWorkspace(tx, workspaceId);
    const invitation = await tx.invitation.findFirst({ where: openBy(tokenId, now), include: withInviter });
    if (invitation === null) return null;
    const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } });
    if (user.email.toLowerCase() !== invitation.email)
      throw new Refusal(409, `This invitation is for ${invitation.email}. Log in with that address to accept it.`);
    // It may be revoked or sent anew just now.
    if ((await tx.invitation.deleteMany({ where: { tokenId } })).count === 0) return null;
    await requireNoMember(tx, workspaceId, invitation.email);
    await requireRoom(tx, workspaceId, "members");
    await tx.membership.create({ data: { workspaceId, userId, role: invitation.role } });
    await tx.user.update({ where: { id: userId }, data: { isVerified: true } });
    const subject = { type: "member", id: userId, name: user.email } as const;
    const after = { role: invitation.role, invited_by: nameOf(invitation) };
    await recordChange(tx, { workspaceId, actor }, { action: "member.joined", subject, before: null, after });
    return findOwnWorkspace(tx, userId, workspaceId);
  });
}

/** Who invites must be there still: removed or demoted ones took their invitations along (`members.ts`). */
function openBy(tokenId: string, now: Date): Prisma.InvitationWhereInput {
  return { tokenId, expiresAt: { gt: now }, invitedBy: { isActive: true } };
}

// Addresses from before they were kept in lower case are compared as well.
async function requireNoMember(tx: Prisma.TransactionClient, workspaceId: number, email: string): Promise<void> {
  const found = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = ${workspaceId} AND lower(u.email) = ${email} LIMIT 1`;
  if (found.length > 0) throw refuseAddress("belongs to a member of this workspace already");
}

function newLink(now: Date) {
  return { tokenId: randomUUID(), expiresAt: new Date(now.getTime() + INVITATION_LIFETIME_MS) };
}

async function mailInvitation(tx: Prisma.TransactionClient, { email, tokenId }: Invitation, now: Date): Promise<void> {
  await tx.delivery.create({ data: { kind: "INVITATION", recipient: email, tokenId, dueAt: now } });
}

function refuseAddress(detail: string): Refusal {
  return new Refusal(409, `email: ${detail}`, { errors: [{ field: "email", detail }] });
}

const subjectOf = ({ id, email }: Invitation) => ({ type: "invitation", id, name: email }) as const;
const nameOf = ({ invitedBy: { firstName, lastName } }: Row) => `${firstName} ${lastName}`;

function viewInvitation(row: Row): InvitationView {
  return {
    id: row.id,
    email: row.email,
    role: row.role as MemberRole,
    invited_by: nameOf(row),
    expires_at: row.expiresAt.toISOString(),
    created_at: row.createdAt.toISOString(),
  };
}
