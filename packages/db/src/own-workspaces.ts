import type { Page } from "@pulsecheck/shared/list";
import { Refusal } from "@pulsecheck/shared/refusal";
import {
  WORKSPACES_AT_MOST,
  type OwnWorkspaceListQuery,
  type OwnWorkspaceSort,
  type OwnWorkspaceView,
} from "@pulsecheck/shared/workspace";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Actor } from "./scope.ts";

const view = {
  role: true,
  isPersonal: true,
  createdAt: true,
  workspaceId: true,
  workspace: { select: { publicId: true, name: true, _count: { select: { memberships: true } } } },
} as const;
type Row = Prisma.MembershipGetPayload<{ select: typeof view }>;

const COLUMNS: Record<OwnWorkspaceSort | "id", Column> = {
  id: { sql: Prisma.sql`m.workspace_id`, type: "integer" },
  is_personal: { sql: Prisma.sql`m.is_personal`, type: "boolean" },
  joined_at: { sql: Prisma.sql`m.created_at`, type: "time" },
  name: { sql: Prisma.sql`w.name`, type: "text" },
  role: { sql: Prisma.sql`m.role::text`, type: "text" },
};

/** A page of the workspaces that a person is a member of. Refuses (400) a cursor of another list. */
export async function listOwnWorkspaces(
  db: Db,
  userId: string,
  query: OwnWorkspaceListQuery,
): Promise<Page<OwnWorkspaceView>> {
  const where = [
    Prisma.sql`m.user_id = ${userId}::uuid`,
    ...given(query.role, (one) => Prisma.sql`m.role = ${one}::role`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`w.name`)),
  ];
  const list = { from: Prisma.sql`memberships m JOIN workspaces w ON w.id = m.workspace_id`, where, columns: COLUMNS };
  return readThings(db, list, query, async (ids: number[]) => {
    const rows = await db.prisma.membership.findMany({ where: { userId, workspaceId: { in: ids } }, select: view });
    return rows.map((row) => [row.workspaceId, viewOwnWorkspace(row)]);
  });
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

function viewOwnWorkspace({ role, isPersonal, createdAt, workspace }: Row): OwnWorkspaceView {
  const { publicId, name, _count } = workspace;
  const joined_at = createdAt.toISOString();
  return { id: publicId, name, role, is_personal: isPersonal, members: _count.memberships, joined_at };
}
