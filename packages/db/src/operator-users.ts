import type { CountedPage } from "@pulsecheck/shared/list";
import type {
  OperatorUserChange,
  OperatorUserDetail,
  OperatorUserListQuery,
  OperatorUserSort,
  OperatorUserView,
} from "@pulsecheck/shared/operator-user";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import { LOCKS } from "./advisory-locks.ts";
import { revokeKeys } from "./api-keys.ts";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type User } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { failImportsOf } from "./import-failures.ts";
import { fanOutAgain } from "./outbox.ts";
import type { Actor } from "./scope.ts";
import { mailToken, voidTokens } from "./user-tokens.ts";
import { viewUser } from "./users.ts";

const COLUMNS: Record<OperatorUserSort | "id", Column> = {
  id: { sql: Prisma.sql`u.id`, type: "uuid" },
  created_at: { sql: Prisma.sql`u.created_at`, type: "time" },
  email: { sql: Prisma.sql`u.email`, type: "text" },
  name: { sql: Prisma.sql`lower(u.first_name || ' ' || u.last_name)`, type: "text" },
  last_login_at: { sql: Prisma.sql`coalesce(u.last_login_at, 'epoch')`, type: "time" },
};

const withCounts = (now: Date) =>
  ({ _count: { select: { sessions: { where: { expiresAt: { gt: now } } }, memberships: true } } }) as const;
type Counted = User & { _count: { sessions: number; memberships: number } };

/** A page of everybody who has an account. */
export async function listUsers(db: Db, query: OperatorUserListQuery): Promise<CountedPage<OperatorUserView>> {
  const name = Prisma.sql`u.first_name || ' ' || u.last_name`;
  const where = [
    Prisma.sql`true`,
    ...given(query.is_active, (one) => Prisma.sql`u.is_active = ${one}`),
    ...given(query.is_superuser, (one) => Prisma.sql`u.is_superuser = ${one}`),
    ...given(query.q, (text) => hasText(text, name, Prisma.sql`u.email`)),
  ];
  const list = { from: Prisma.sql`users u`, where, columns: COLUMNS };
  return readThings(db, list, query, async (ids: string[]) => {
    const rows = await db.prisma.user.findMany({ where: { id: { in: ids } }, include: withCounts(new Date()) });
    return rows.map((row) => [row.id, viewCounted(row)]);
  });
}

/** One of them, with their workspaces. Refuses (404) what is not there. */
export async function getUserDetail({ prisma }: Db, id: string): Promise<OperatorUserDetail> {
  const memberships = { include: { workspace: true }, orderBy: { createdAt: "asc" } } as const;
  const row = await prisma.user.findUnique({ where: { id }, include: { ...withCounts(new Date()), memberships } });
  if (row === null) throw refuseMissing("user");
  return {
    ...viewCounted(row),
    workspaces: row.memberships.map(({ workspace, role, isPersonal }) => ({
      id: workspace.publicId,
      name: workspace.name,
      role,
      is_personal: isPersonal,
    })),
  };
}

/**
 * Lets a user in or keeps them out, and makes them an operator or not. Whoever is disabled has lost sessions, keys and
 * reset links for good. Refuses (404) who is not there, (403) an actor who is no operator any more, (409) to disable
 * oneself, and to take away the last operator who may log in or the last such ADMIN of others.
 * @returns whether it has just been disabled
 */
export async function changeUser(
  db: Db,
  { id, change, actor }: { id: string; change: OperatorUserChange; actor: Actor | null },
  now: Date,
): Promise<{ isDisabled: boolean }> {
  return db.prisma.$transaction(async (tx) => {
    await requireOperator(tx, actor);
    const before = await tx.user.findUnique({ where: { id } });
    if (before === null) throw refuseMissing("user");
    const after = {
      isActive: change.is_active ?? before.isActive,
      isSuperuser: change.is_superuser ?? before.isSuperuser,
    };
    if (id === actor?.userId && !after.isActive) throw new Refusal(409, "You cannot disable yourself.");
    if (isOperator(before) && !isOperator(after)) await requireOtherOperator(tx, id);
    const isDisabled = before.isActive && !after.isActive;
    if (isDisabled) await requireOtherAdmins(tx, id);
    await tx.user.update({ where: { id }, data: after });
    if (isDisabled) await endAccess(tx, actor, before, now);
    await recordChange(
      tx,
      { workspaceId: null, actor },
      {
        action: "user.updated",
        subject: subjectOf(before),
        before: rightsOf(before),
        after: rightsOf(after),
      },
    );
    return { isDisabled };
  });
}

/** Mails the link that sets a new password. Refuses (404) who is not there, and (409) who may not log in anyway. */
export async function mailResetLink(
  { prisma }: Db,
  { id, actor }: { id: string; actor: Actor | null },
  now: Date,
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const user = await tx.user.findUnique({ where: { id } });
    if (user === null) throw refuseMissing("user");
    if (!user.isActive) throw new Refusal(409, "This account is disabled: enable it first.");
    await mailToken(tx, "RESET_PASSWORD", user, now);
    const deed = { action: "user.password_reset_sent", subject: subjectOf(user), before: null };
    await recordChange(tx, { workspaceId: null, actor }, { ...deed, after: { email: user.email } });
  });
}

/** Rights may have gone since the request was let in. */
export async function requireOperator(tx: Prisma.TransactionClient, actor: Actor | null): Promise<void> {
  // In a line: of two operators who disable each other, the later one is none any more.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.operators})`;
  if (actor === null) return;
  const own = await tx.user.findUnique({ where: { id: actor.userId } });
  if (own === null || !isOperator(own)) throw new Refusal(403, "This needs an operator of this instance.");
}

async function requireOtherOperator(tx: Prisma.TransactionClient, id: string): Promise<void> {
  const others = { id: { not: id }, isActive: true, isSuperuser: true };
  if ((await tx.user.count({ where: others })) === 0)
    throw new Refusal(409, "This is the last operator of the instance. Make somebody else an operator first.");
}

/**
 * Refuses (409) to leave people who may log in without an ADMIN who may. Until the commit nobody changes who is what in
 * the workspaces of this person.
 */
async function requireOtherAdmins(tx: Prisma.TransactionClient, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM workspaces WHERE id IN (SELECT workspace_id FROM memberships WHERE user_id = ${id}::uuid)
    ORDER BY id FOR NO KEY UPDATE`;
  const [left] = await tx.$queryRaw<{ name: string }[]>`
    SELECT w.name FROM memberships o JOIN users u ON u.id = o.user_id AND u.is_active JOIN workspaces w ON w.id = o.workspace_id
    WHERE o.user_id <> ${id}::uuid
      AND w.id IN (SELECT workspace_id FROM memberships WHERE user_id = ${id}::uuid AND role = 'ADMIN')
    GROUP BY w.id HAVING NOT bool_or(o.role = 'ADMIN') ORDER BY w.id LIMIT 1`;
  if (left !== undefined)
    throw new Refusal(
      409,
      `This is the last admin of the workspace "${left.name}". Make another member of it an admin first.`,
    );
}

async function endAccess(
  tx: Prisma.TransactionClient,
  actor: Actor | null,
  { id: userId, email }: Pick<User, "id" | "email">,
  now: Date,
): Promise<void> {
  await tx.session.deleteMany({ where: { userId } });
  await revokeKeys(tx, actor, { createdById: userId }, now);
  await voidTokens(tx, "RESET_PASSWORD", userId, now);
  await failImportsOf(tx, { userId, workspaceId: null }, now);
  // What waits to be sent to them is told to somebody else.
  for (const { workspaceId } of await tx.membership.findMany({ where: { userId } }))
    await fanOutAgain(tx, workspaceId, email);
}

type Rights = Pick<User, "isActive" | "isSuperuser">;

const isOperator = ({ isActive, isSuperuser }: Rights) => isActive && isSuperuser;
const rightsOf = ({ isActive, isSuperuser }: Rights) => ({ is_active: isActive, is_superuser: isSuperuser });
const subjectOf = ({ id, email }: User) => ({ type: "user", id, name: email }) as const;

function viewCounted(row: Counted): OperatorUserView {
  return {
    ...viewUser(row),
    last_login_at: row.lastLoginAt?.toISOString() ?? null,
    session_count: row._count.sessions,
    workspace_count: row._count.memberships,
  };
}
