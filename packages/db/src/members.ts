import type { Page } from "@pulsecheck/shared/list";
import type { MemberListQuery, MemberSort, MemberView } from "@pulsecheck/shared/member";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import { roleAllows, roleCovers, ROLES, type MemberRole, type Role } from "@pulsecheck/shared/role";
import { revokeKeys } from "./api-keys.ts";
import { recordChange } from "./audit.ts";
import { Prisma, type Membership, type User } from "./generated/client.ts";
import { failImportsOf } from "./import-failures.ts";
import { revokeInvitationsOf } from "./invitations.ts";
import { given, hasText, readPage, type Column } from "./keyset.ts";
import { requireStillAdmin } from "./memberships.ts";
import { fanOutAgain } from "./outbox.ts";
import type { Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

type Member = Membership & { user: User };

const COLUMNS: Record<MemberSort | "user_id", Column> = {
  joined_at: { sql: Prisma.sql`m.created_at`, type: "time" },
  name: { sql: Prisma.sql`lower(u.first_name || ' ' || u.last_name)`, type: "text" },
  email: { sql: Prisma.sql`u.email`, type: "text" },
  role: { sql: Prisma.sql`m.role::text`, type: "text" },
  user_id: { sql: Prisma.sql`m.user_id`, type: "uuid" },
};

const SELECT = Prisma.sql`
  m.user_id, u.email, u.first_name, u.last_name, m.role, m.is_personal AS is_owner, u.is_active, m.created_at AS joined_at`;

/** A page of this workspace's people, as the query sorts them. */
export async function listMembers({ db, workspaceId }: Scope, query: MemberListQuery): Promise<Page<MemberView>> {
  const from = Prisma.sql`memberships m JOIN users u ON u.id = m.user_id`;
  const where = [
    Prisma.sql`m.workspace_id = ${workspaceId}`,
    ...given(query.role, (one) => Prisma.sql`m.role = ${one}::role`),
    ...given(query.is_active, (one) => Prisma.sql`u.is_active = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`u.first_name || ' ' || u.last_name`, Prisma.sql`u.email`)),
  ];
  const list = { select: SELECT, from, where, columns: COLUMNS, key: "user_id" } as const;
  type Row = Omit<MemberView, "joined_at"> & { joined_at: Date };
  return readPage<Row, MemberView>(db, list, query, (rows) =>
    rows.map((row) => ({ ...row, joined_at: row.joined_at.toISOString() })),
  );
}

/**
 * Gives a member another role; what of theirs it does not cover any more has ended for good. Refuses (403) an actor
 * who is no ADMIN any more, (404) whom this workspace does not know, (409) its owner and its last ADMIN.
 */
export async function changeMemberRole(scope: Scope, userId: string, role: MemberRole, now: Date): Promise<MemberView> {
  return scope.db.prisma.$transaction(async (tx) => {
    await lockFor(tx, scope, userId);
    return (await giveRole(tx, scope, { userId, role }, now)).after;
  });
}

/** The same behind `lockWorkspace`, whoever asks. */
export async function giveRole(
  tx: Prisma.TransactionClient,
  scope: Scope,
  { userId, role }: { userId: string; role: MemberRole },
  now: Date,
): Promise<{ before: MemberView; after: MemberView }> {
  const member = await findMember(tx, scope, userId);
  const before = viewMember(member);
  if (role === member.role) return { before, after: before };
  await requireReplaceable(tx, member);
  const where = { workspaceId_userId: { workspaceId: member.workspaceId, userId } };
  const after = viewMember(await tx.membership.update({ where, data: { role }, include: { user: true } }));
  await endAccess(tx, scope, { userId, role }, now);
  await recordChange(tx, scope, { action: "member.updated", subject: subjectOf(member), before, after });
  return { before, after };
}

/**
 * Takes a member, or the actor, out. Keys, invitations and tickets of theirs in this workspace end for good; what
 * they made stays. Refuses like `changeMemberRole`, though everybody may go by themselves.
 */
export async function removeMember(scope: Scope, userId: string, now: Date): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    await lockFor(tx, scope, userId);
    const member = await findMember(tx, scope, userId);
    await requireReplaceable(tx, member);
    const { workspaceId } = member;
    await tx.membership.delete({ where: { workspaceId_userId: { workspaceId, userId } } });
    await endAccess(tx, scope, { userId, role: null }, now);
    await fanOutAgain(tx, workspaceId, member.user.email);
    const action = scope.actor?.userId === userId ? "member.left" : "member.removed";
    await recordChange(tx, scope, { action, subject: subjectOf(member), before: viewMember(member), after: null });
  });
}

/** Behind it nobody else changes who is what here. Refuses (403) an actor who is no ADMIN any more, but about themselves. */
async function lockFor(tx: Prisma.TransactionClient, scope: Scope, userId: string): Promise<void> {
  await lockWorkspace(tx, scope.workspaceId);
  if (scope.actor?.userId !== userId) await requireStillAdmin(tx, scope);
}

async function findMember(tx: Prisma.TransactionClient, { workspaceId }: Scope, userId: string): Promise<Member> {
  const where = { workspaceId_userId: { workspaceId, userId } };
  const member = await tx.membership.findUnique({ where, include: { user: true } });
  if (member === null) throw refuseMissing("member");
  return member;
}

/** Refuses (409) to take rights from a workspace's owner and from its last ADMIN who may log in. */
async function requireReplaceable(tx: Prisma.TransactionClient, member: Member): Promise<void> {
  const { workspaceId, userId, role, isPersonal } = member;
  if (isPersonal) throw new Refusal(409, "This is the personal workspace of its owner, who stays its admin.");
  if (!roleAllows(role, "admin")) return;
  const others = { workspaceId, role: "ADMIN", userId: { not: userId }, user: { isActive: true } } as const;
  if ((await tx.membership.count({ where: others })) === 0)
    throw new Refusal(409, "This is the last admin of the workspace. Make somebody else an admin first.");
}

/** Ends for good what a role, or nobody without one, does not cover: no later role revives it. */
async function endAccess(
  tx: Prisma.TransactionClient,
  scope: Scope,
  { userId, role }: { userId: string; role: Role | null },
  now: Date,
): Promise<void> {
  const { workspaceId, actor } = scope;
  const uncovered = ROLES.filter((other) => role === null || !roleCovers(role, other));
  await revokeKeys(tx, actor, { workspaceId, createdById: userId, role: { in: uncovered } }, now);
  if (role === null || !roleAllows(role, "admin")) await revokeInvitationsOf(tx, scope, userId);
  if (role === null || !roleAllows(role, "write")) await failImportsOf(tx, { userId, workspaceId }, now);
  if (role !== null) return;
  await tx.$executeRaw`
    DELETE FROM ws_tickets WHERE workspace_id = ${workspaceId}
      AND (session_hash IN (SELECT id_hash FROM sessions WHERE user_id = ${userId}::uuid)
        OR api_key_id IN (SELECT id FROM api_keys WHERE created_by_id = ${userId}::uuid))`;
}

const subjectOf = ({ userId, user }: Member) => ({ type: "member", id: userId, name: user.email }) as const;

function viewMember({ userId, user, role, isPersonal, createdAt }: Member): MemberView {
  return {
    user_id: userId,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    role,
    is_owner: isPersonal,
    is_active: user.isActive,
    joined_at: createdAt.toISOString(),
  };
}
