import { Refusal } from "@pulsecheck/shared/refusal";
import { roleAllows, type Role } from "@pulsecheck/shared/role";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";

export type Membership = { workspaceId: number; role: Role };

/** A person's place in the workspace of this public id, or in the personal one; null where there is none. */
export async function findMembership(db: Db, userId: string, publicId: string | null): Promise<Membership | null> {
  return db.prisma.membership.findFirst({
    where: publicId === null ? { userId } : { userId, workspace: { publicId } },
    orderBy: [{ isPersonal: "desc" }, { createdAt: "asc" }],
    select: { workspaceId: true, role: true },
  });
}

/** The same by the inner number, for whoever holds one already. */
export async function findMembershipIn(db: Db, userId: string, workspaceId: number): Promise<Membership | null> {
  const where = { workspaceId_userId: { workspaceId, userId } };
  return db.prisma.membership.findUnique({ where, select: { workspaceId: true, role: true } });
}

/** Refuses (403) who is no ADMIN any more since the request was let in. Behind `lockWorkspace` it holds until the commit. */
export async function requireStillAdmin(
  tx: Prisma.TransactionClient,
  { workspaceId, actor }: Pick<Scope, "workspaceId" | "actor">,
): Promise<void> {
  if (actor === null) return;
  const where = { workspaceId_userId: { workspaceId, userId: actor.userId } };
  const own = await tx.membership.findUnique({ where, select: { role: true } });
  if (own === null || !roleAllows(own.role, "admin")) throw new Refusal(403, "You are no admin of this workspace.");
}
