import type { Role } from "@pulsecheck/shared/role";
import type { Db } from "./client.ts";

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
