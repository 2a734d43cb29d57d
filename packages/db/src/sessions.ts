import type { Db } from "./client.ts";

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
 * Stores a session, unless the password was changed or the user deactivated since the proof: then false.
 * The share lock makes a change of the password wait, or this wait for it, so none slips in between.
 */
export async function startSession(db: Db, session: NewSession): Promise<boolean> {
  const { idHash, userId, expiresAt, provenHash, address, userAgent } = session;
  const count = await db.prisma.$executeRaw`
    INSERT INTO sessions (id_hash, user_id, expires_at, address, user_agent)
    SELECT ${idHash}, id, ${expiresAt}, ${address}, ${userAgent} FROM users
    WHERE id = ${userId}::uuid AND password_hash = ${provenHash} AND is_active FOR SHARE`;
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
  idHash: string;
  createdAt: Date;
  expiresAt: Date;
  address: string | null;
  userAgent: string | null;
};

/** A user's living sessions, newest first. */
export async function listSessions(db: Db, userId: string, now: Date): Promise<SessionListing[]> {
  return db.prisma.session.findMany({
    where: { userId, expiresAt: { gt: now } },
    select: { idHash: true, createdAt: true, expiresAt: true, address: true, userAgent: true },
    orderBy: { createdAt: "desc" },
  });
}
