import type { Page } from "@pulsecheck/shared/list";
import type { Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readPage, type Column, type KeysetQuery } from "./keyset.ts";

/** A session and whose it is. `idHash` is the SHA-256 of the token: the token itself is never stored. */
export type SessionRow = {
  idHash: string;
  userId: string;
  expiresAt: Date;
  isActive: boolean;
  isSuperuser: boolean;
};

export type NewSession = {
  idHash: string;
  userId: string;
  expiresAt: Date;
  /** The hash that the password was proven against. */
  provenHash: string;
  address: string;
  userAgent: string | null;
};

/**
 * Stores a session, and notes the login, unless the password was changed or the user deactivated since the proof: then
 * false. The user's row is locked, so that a change of either waits, or this waits for it, and none slips in between.
 */
export async function startSession(db: Db, session: NewSession): Promise<boolean> {
  const { idHash, userId, expiresAt, provenHash, address, userAgent } = session;
  const count = await db.prisma.$executeRaw`
    WITH proven AS (
      UPDATE users SET last_login_at = now()
      WHERE id = ${userId}::uuid AND password_hash = ${provenHash} AND is_active RETURNING id)
    INSERT INTO sessions (id_hash, user_id, expires_at, address, user_agent)
    SELECT ${idHash}, id, ${expiresAt}, ${address}, ${userAgent} FROM proven`;
  return count === 1;
}

/** The session of this hash, expired or not, in one statement: every request with a session asks. */
export async function findSession(db: Db, idHash: string): Promise<SessionRow | null> {
  const { rows } = await db.pool.query<SessionRow>(
    `SELECT s.id_hash AS "idHash", s.user_id AS "userId", s.expires_at AS "expiresAt",
            u.is_active AS "isActive", u.is_superuser AS "isSuperuser"
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id_hash = $1`,
    [idHash],
  );
  return rows[0] ?? null;
}

export async function extendSession(db: Db, idHash: string, expiresAt: Date): Promise<void> {
  await db.prisma.session.updateMany({ where: { idHash }, data: { expiresAt } });
}

export async function endSession(db: Db, idHash: string): Promise<void> {
  await db.prisma.session.deleteMany({ where: { idHash } });
}

/** Ends every session of a user, or all but one. */
export async function endSessionsOf(db: Db, userId: string, keep: string | null = null): Promise<void> {
  await db.prisma.session.deleteMany({ where: { userId, ...(keep === null ? {} : { idHash: { not: keep } }) } });
}

export type SessionListing = {
  id: string;
  idHash: string;
  createdAt: Date;
  expiresAt: Date;
  address: string | null;
  userAgent: string | null;
};

// What is shown is derived once more (a UUID of version 8): nothing outside tells what the database holds.
const DERIVED = Prisma.sql`encode(sha256(convert_to('session:' || s.id_hash, 'UTF8')), 'hex')`;
const PUBLIC_ID = Prisma.sql`left(overlay(overlay(${DERIVED} PLACING '8' FROM 13) PLACING '8' FROM 17), 32)::uuid`;
const COLUMNS: Record<"created_at" | "expires_at" | "id", Column> = {
  id: { sql: PUBLIC_ID, type: "uuid" },
  created_at: { sql: Prisma.sql`s.created_at`, type: "time" },
  expires_at: { sql: Prisma.sql`s.expires_at`, type: "time" },
};

/** A page of a user's living sessions. Refuses (400) a cursor of another list. */
export async function listSessions(
  db: Db,
  userId: string,
  now: Date,
  query: KeysetQuery & { q?: string | undefined },
): Promise<Page<SessionListing>> {
  const list = {
    select: Prisma.sql`${PUBLIC_ID} AS id, s.id_hash AS "idHash", s.created_at AS "createdAt",
      s.expires_at AS "expiresAt", s.address, s.user_agent AS "userAgent"`,
    from: Prisma.sql`sessions s`,
    where: [
      Prisma.sql`s.user_id = ${userId}::uuid`,
      Prisma.sql`s.expires_at > ${now}`,
      ...given(query.q, (text) => hasText(text, Prisma.sql`s.address`, Prisma.sql`s.user_agent`)),
    ],
    columns: COLUMNS,
    key: "id",
  } as const;
  return readPage(db, list, query, (rows: SessionListing[]) => rows);
}

/** The hash of a user's living session by its public id, or null. */
export async function findSessionHash(db: Db, userId: string, id: string, now: Date): Promise<string | null> {
  const rows = await db.prisma.$queryRaw<{ idHash: string }[]>`
    SELECT s.id_hash AS "idHash" FROM sessions s
    WHERE s.user_id = ${userId}::uuid AND s.expires_at > ${now} AND ${PUBLIC_ID} = ${id}::uuid`;
  return rows[0]?.idHash ?? null;
}
