import { Refusal } from "@pulsecheck/shared/refusal";
import type { UserView } from "@pulsecheck/shared/user";
import type { Db } from "./client.ts";
import { Prisma, type User } from "./generated/client.ts";
import { addMailedToken, spendToken, voidTokens } from "./user-tokens.ts";

// Any number that nothing else locks.
const FIRST_USER_LOCK = 7_355_608_002;
const PATIENCE = { maxWait: 10_000, timeout: 15_000 };

export type NewUser = { email: string; passwordHash: string; firstName: string; lastName: string };

/** What a login is judged by. */
export type Account = { id: string; email: string; passwordHash: string; isActive: boolean };

/**
 * Creates a user, the personal workspace, and the verification mail's delivery, all or nothing. The first user
 * ever operates the instance. Refuses (409, naming `email`) an address that is taken.
 */
export async function registerUser(db: Db, input: NewUser, now: Date): Promise<UserView> {
  return db.prisma.$transaction(async (tx) => {
    const user = await insertUser(tx, { ...input, isSuperuser: await isFirstUser(tx) });
    await tx.workspace.create({
      data: {
        name: `${user.firstName}'s workspace`,
        memberships: { create: { userId: user.id, role: "ADMIN", isPersonal: true } },
      },
    });
    await addMailedToken(tx, "VERIFY_EMAIL", user, now);
    return viewUser(user);
  }, PATIENCE);
}

async function insertUser(tx: Prisma.TransactionClient, data: NewUser & { isSuperuser: boolean }): Promise<User> {
  try {
    return await tx.user.create({ data });
  } catch (error) {
    // The e-mail address is the only thing here that can be taken.
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== "P2002") throw error;
    const detail = "is registered already";
    throw new Refusal(409, `email: ${detail}`, { errors: [{ field: "email", detail }] });
  }
}

async function isFirstUser(tx: Prisma.TransactionClient): Promise<boolean> {
  if ((await tx.user.findFirst({ select: { id: true } })) !== null) return false;
  // Two may both see nobody: whoever gets the lock second looks again, after the first one's commit.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_USER_LOCK})`;
  return (await tx.user.findFirst({ select: { id: true } })) === null;
}

/** The account of this e-mail address, active or not. */
export async function findAccount(db: Db, by: { email: string } | { id: string }): Promise<Account | null> {
  return db.prisma.user.findUnique({
    where: by,
    select: { id: true, email: true, passwordHash: true, isActive: true },
  });
}

export async function getUser(db: Db, id: string): Promise<UserView> {
  return viewUser(await db.prisma.user.findUniqueOrThrow({ where: { id } }));
}

export type ProfileChange = { firstName: string | undefined; lastName: string | undefined };

export async function updateProfile(db: Db, id: string, { firstName, lastName }: ProfileChange): Promise<UserView> {
  const data = { ...(firstName === undefined ? {} : { firstName }), ...(lastName === undefined ? {} : { lastName }) };
  return viewUser(await db.prisma.user.update({ where: { id }, data }));
}

export type PasswordChange = {
  userId: string;
  /** The hash that the current password was proven against. */
  provenHash: string;
  passwordHash: string;
  /** The session that stays. */
  keepSession: string | null;
};

/**
 * Sets a new password and ends every other session and reset link in the same transaction. False when the
 * password was changed by somebody else since it was proven: then nothing is changed.
 */
export async function changePassword(db: Db, change: PasswordChange, now: Date): Promise<boolean> {
  const { userId, provenHash, passwordHash, keepSession } = change;
  return db.prisma.$transaction(async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: userId, passwordHash: provenHash },
      data: { passwordHash },
    });
    if (count === 0) return false;
    await tx.session.deleteMany({
      where: { userId, ...(keepSession === null ? {} : { idHash: { not: keepSession } }) },
    });
    await voidTokens(tx, "RESET_PASSWORD", userId, now);
    return true;
  });
}

/**
 * Spends a reset token on a new password and ends all sessions. The mail proves the address, so the user is
 * verified from now on; keys from before that proof may be a stranger's who registered first, and end.
 * Returns the user, or null where the token is worthless.
 */
export async function resetPassword(
  db: Db,
  tokenId: string,
  passwordHash: string,
  now: Date,
): Promise<UserView | null> {
  return db.prisma.$transaction(async (tx) => {
    const id = await spendToken(tx, "RESET_PASSWORD", tokenId, now);
    if (id === null) return null;
    const { isVerified } = await tx.user.findUniqueOrThrow({ where: { id }, select: { isVerified: true } });
    const user = await tx.user.update({ where: { id }, data: { passwordHash, isVerified: true } });
    await tx.session.deleteMany({ where: { userId: id } });
    await voidTokens(tx, "RESET_PASSWORD", id, now);
    if (!isVerified)
      await tx.apiKey.updateMany({ where: { createdById: id, revokedAt: null }, data: { revokedAt: now } });
    return viewUser(user);
  });
}

/** Spends a verification token. Returns the user, or null where the token is worthless. */
export async function verifyEmail(db: Db, tokenId: string, now: Date): Promise<UserView | null> {
  return db.prisma.$transaction(async (tx) => {
    const id = await spendToken(tx, "VERIFY_EMAIL", tokenId, now);
    return id === null ? null : viewUser(await tx.user.update({ where: { id }, data: { isVerified: true } }));
  });
}

export function viewUser(user: User): UserView {
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    is_active: user.isActive,
    is_verified: user.isVerified,
    is_superuser: user.isSuperuser,
    created_at: user.createdAt.toISOString(),
  };
}
