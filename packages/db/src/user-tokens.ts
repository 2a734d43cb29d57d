import type { Db } from "./client.ts";
import type { Prisma, TokenKind } from "./generated/client.ts";

export type { TokenKind };

/** How long the link in a mail is good for, in ms. */
export const TOKEN_LIFETIME_MS: Record<TokenKind, number> = { VERIFY_EMAIL: 24 * 3_600_000, RESET_PASSWORD: 3_600_000 };

/** Writes a token and the delivery that mails it; part of a transaction that the caller began. */
export async function addMailedToken(
  tx: Prisma.TransactionClient,
  kind: TokenKind,
  user: { id: string; email: string },
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + TOKEN_LIFETIME_MS[kind]);
  const token = await tx.userToken.create({ data: { userId: user.id, kind, expiresAt }, select: { id: true } });
  await tx.delivery.create({ data: { kind, tokenId: token.id, recipient: user.email, dueAt: now } });
}

/** Makes every unused token of this kind worthless. */
export async function voidTokens(
  tx: Prisma.TransactionClient,
  kind: TokenKind,
  userId: string,
  now: Date,
): Promise<void> {
  await tx.userToken.updateMany({ where: { userId, kind, usedAt: null }, data: { usedAt: now } });
}

/** Uses a token up. Only one caller ever gets the user's id; null where it is used, expired, or of an inactive user. */
export async function spendToken(
  tx: Prisma.TransactionClient,
  kind: TokenKind,
  id: string,
  now: Date,
): Promise<string | null> {
  const rows = await tx.userToken.updateManyAndReturn({
    where: { id, kind, usedAt: null, expiresAt: { gt: now }, user: { isActive: true } },
    data: { usedAt: now },
    select: { userId: true },
  });
  return rows[0]?.userId ?? null;
}

/** Mails a new token to the active user of this address, if there is one; a new reset link voids the earlier ones. */
export async function requestTokenMail(db: Db, kind: TokenKind, email: string, now: Date): Promise<void> {
  const user = await db.prisma.user.findUnique({
    where: { email },
    select: { id: true, email: true, isActive: true, isVerified: true },
  });
  if (user === null || !user.isActive) return;
  if (kind === "VERIFY_EMAIL" && user.isVerified) return;
  await db.prisma.$transaction((tx) => mailToken(tx, kind, user, now));
}

/** Mails a new token; part of a transaction that the caller began. */
export async function mailToken(
  tx: Prisma.TransactionClient,
  kind: TokenKind,
  user: { id: string; email: string },
  now: Date,
): Promise<void> {
  // In a line: of two requests at the same time, the later one's link is the one that works.
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${user.id}::uuid FOR NO KEY UPDATE`;
  if (kind === "RESET_PASSWORD") await voidTokens(tx, kind, user.id, now);
  await addMailedToken(tx, kind, user, now);
}
