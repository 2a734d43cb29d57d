import type { ApiKeyListQuery, ApiKeySort, ApiKeyView } from "@pulsecheck/shared/api-key";
import type { Page } from "@pulsecheck/shared/list";
import { Refusal } from "@pulsecheck/shared/refusal";
import { roleCovers, type Role } from "@pulsecheck/shared/role";
import { recordChange, recordChanges, type Deed } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type ApiKey } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Actor, Scope } from "./scope.ts";

const TOUCH_EVERY_MS = 60_000;

export type NewApiKey = {
  createdById: string;
  name: string;
  role: Role;
  /** SHA-256 of the key: the key itself is never stored. */
  keyHash: string;
  prefix: string;
  expiresAt: Date | null;
};

export async function createApiKey(scope: Scope, key: NewApiKey): Promise<ApiKeyView> {
  return scope.db.prisma.$transaction(async (tx) => {
    await requireStillCovered(tx, scope.workspaceId, key);
    const row = await tx.apiKey.create({ data: { ...key, workspaceId: scope.workspaceId } });
    const after = viewApiKey(row);
    await recordChange(tx, scope, { action: "api_key.created", subject: subjectOf(row), before: null, after });
    return after;
  });
}

/** Refuses (403) a key beyond its creator's role. Until the commit they are neither removed nor disabled: that finds the key. */
async function requireStillCovered(
  tx: Prisma.TransactionClient,
  workspaceId: number,
  { createdById, role }: NewApiKey,
): Promise<void> {
  const [own] = await tx.$queryRaw<{ role: Role }[]>`
    SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id AND u.is_active
    WHERE m.workspace_id = ${workspaceId} AND m.user_id = ${createdById}::uuid FOR SHARE`;
  if (own === undefined || !roleCovers(own.role, role))
    throw new Refusal(403, `Your role does not cover the role ${role}.`);
}

// What never happened comes first, what never ends last.
const COLUMNS: Record<ApiKeySort | "id", Column> = {
  id: { sql: Prisma.sql`k.id`, type: "uuid" },
  name: { sql: Prisma.sql`k.name`, type: "text" },
  role: { sql: Prisma.sql`k.role::text`, type: "text" },
  created_at: { sql: Prisma.sql`k.created_at`, type: "time" },
  expires_at: { sql: Prisma.sql`coalesce(k.expires_at, '9999-12-31T00:00:00Z')`, type: "time" },
  last_used_at: { sql: Prisma.sql`coalesce(k.last_used_at, 'epoch')`, type: "time" },
};

/** A page of the workspace's keys, revoked ones included. Refuses (400) a cursor of another list. */
export async function listApiKeys(scope: Scope, query: ApiKeyListQuery): Promise<Page<ApiKeyView>> {
  const where = [
    Prisma.sql`k.workspace_id = ${scope.workspaceId}`,
    ...given(query.role, (one) => Prisma.sql`k.role = ${one}::role`),
    ...given(query.is_revoked, (one) => Prisma.sql`(k.revoked_at IS NOT NULL) = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`k.name`)),
  ];
  const list = { from: Prisma.sql`api_keys k`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const stored = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.apiKey.findMany({ where: stored });
    return rows.map((row) => [row.id, viewApiKey(row)]);
  });
}

/** Ends a key for good. `missing` where this workspace has no such key, `ended` where it was revoked before. */
export async function revokeApiKey(scope: Scope, id: string, now: Date): Promise<"revoked" | "ended" | "missing"> {
  const where = { id, workspaceId: scope.workspaceId };
  const revoked = await scope.db.prisma.$transaction((tx) => revokeKeys(tx, scope.actor, where, now));
  if (revoked > 0) return "revoked";
  return (await scope.db.prisma.apiKey.count({ where })) > 0 ? "ended" : "missing";
}

/** Ends keys for good, and writes down each in its workspace. @returns how many there were */
export async function revokeKeys(
  tx: Prisma.TransactionClient,
  actor: Actor | null,
  where: Prisma.ApiKeyWhereInput,
  now: Date,
): Promise<number> {
  const rows = await tx.apiKey.updateManyAndReturn({ where: { ...where, revokedAt: null }, data: { revokedAt: now } });
  for (const [workspaceId, here] of Map.groupBy(rows, (row) => row.workspaceId))
    await recordChanges(tx, { workspaceId, actor }, here.map(revocationOf));
  return rows.length;
}

function revocationOf(row: ApiKey): Deed {
  const [before, after] = [viewApiKey({ ...row, revokedAt: null }), viewApiKey(row)];
  return { action: "api_key.revoked", subject: subjectOf(row), before, after };
}

/** A key that may be used now, with its creator's standing in its workspace. */
export type LivingKey = {
  id: string;
  workspaceId: number;
  workspacePublicId: string;
  role: Role;
  createdById: string;
  creatorRole: Role;
  isSuperuser: boolean;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
};

/** The key of this hash or id, in one statement; null when expired, revoked, or its creator is inactive or gone. */
export async function findLivingKey(
  db: Db,
  by: { keyHash: string } | { id: string },
  now: Date,
): Promise<LivingKey | null> {
  const [column, value] = "id" in by ? ["k.id", by.id] : ["k.key_hash", by.keyHash];
  const { rows } = await db.pool.query<LivingKey>(
    `SELECT k.id, k.workspace_id AS "workspaceId", w.public_id AS "workspacePublicId", k.role,
            k.created_by_id AS "createdById", m.role AS "creatorRole", u.is_superuser AS "isSuperuser",
            k.last_used_at AS "lastUsedAt", k.expires_at AS "expiresAt"
     FROM api_keys k
     JOIN workspaces w ON w.id = k.workspace_id
     JOIN users u ON u.id = k.created_by_id AND u.is_active
     JOIN memberships m ON m.workspace_id = k.workspace_id AND m.user_id = k.created_by_id
     WHERE ${column} = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)`,
    [value, now],
  );
  return rows[0] ?? null;
}

/** Notes that a key was used, at most once a minute; writes nothing otherwise. */
export async function touchApiKey(db: Db, key: Pick<LivingKey, "id" | "lastUsedAt">, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - TOUCH_EVERY_MS);
  if (key.lastUsedAt !== null && key.lastUsedAt > stale) return;
  const where = { id: key.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: stale } }] };
  await db.prisma.apiKey.updateMany({ where, data: { lastUsedAt: now } });
}

const subjectOf = ({ id, name }: ApiKey) => ({ type: "api_key", id, name }) as const;

function viewApiKey(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    prefix: key.prefix,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}
