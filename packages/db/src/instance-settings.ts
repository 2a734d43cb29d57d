import type { Db } from "./client.ts";

/**
 * Writes down where readings of unknown sensors go that come by plain SQL: the workspace of this public id, or nowhere.
 * @returns whether there is such a workspace
 */
export async function setSensorWorkspace(db: Db, publicId: string | null): Promise<boolean> {
  const workspace =
    publicId === null ? null : await db.prisma.workspace.findUnique({ where: { publicId }, select: { id: true } });
  await db.prisma.instanceSettings.update({ where: { id: 1 }, data: { sensorWorkspaceId: workspace?.id ?? null } });
  return publicId === null || workspace !== null;
}
