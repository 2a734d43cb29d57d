import { Refusal } from "@pulsecheck/shared/refusal";
import { WORKSPACES_AT_MOST, type OwnWorkspaceView } from "@pulsecheck/shared/workspace";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/client.ts";
import type { Actor } from "./scope.ts";

const view = {
  role: true,
  isPersonal: true,
  workspace: { select: { publicId: true, name: true, _count: { select: { memberships: true } } } },
} as const;
type Row = Prisma.MembershipGetPayload<{ select: typeof view }>;

/** The workspaces that a person is a member of: the personal one first, then as they joined. */
export async function listOwnWorkspaces({ prisma }: Db, userId: string): Promise<OwnWorkspaceView[]> {
  const orderBy = [{ isPersonal: "desc" as const }, { createdAt: "asc" as const }, { workspaceId: "asc" as const }];
  return (await prisma.membership.findMany({ where: { userId }, select: view, orderBy })).map(viewOwnWorkspace);
}

/** One of them, by its inner number. */
export async function findOwnWorkspace(
  tx: Prisma.TransactionClient,
  userId: string,
  workspaceId: number,
): Promise<OwnWorkspaceView> {
  const where = { workspaceId_userId: { workspaceId, userId } };
  return viewOwnWorkspace(await tx.membership.findUniqueOrThrow({ where, select: view }));
}

/** Makes a shared workspace with this person as its ADMIN. Refuses (409) one too many. */
export async function createWorkspace(
  { prisma }: Db,
  { userId, name, actor }: { userId: string; name: string; actor: Actor | null },
): Promise<OwnWorkspaceView> {
  return prisma.$transaction(async (tx) => {
    // In a line: of two requests at the same time, the later one counts what the earlier one made.
    await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
    if ((await tx.membership.count({ where: { userId, role: "ADMIN", isPersonal: false } })) >= WORKSPACES_AT_MOST)
      throw new Refusal(409, `You are the admin of ${WORKSPACES_AT_MOST} shared workspaces already: leave one first.`);
    const { id: workspaceId, publicId } = await tx.workspace.create({
      data: { name, memberships: { create: { userId, role: "ADMIN" } } },
      select: { id: true, publicId: true },
    });
    const subject = { type: "workspace", id: publicId, name } as const;
    const deed = { action: "workspace.created", subject, before: null, after: { name } };
    await recordChange(tx, { workspaceId, actor }, deed);
    return findOwnWorkspace(tx, userId, workspaceId);
  });
}

function viewOwnWorkspace({ role, isPersonal, workspace }: Row): OwnWorkspaceView {
  const { publicId, name, _count } = workspace;
  return { id: publicId, name, role, is_personal: isPersonal, members: _count.memberships };
}
