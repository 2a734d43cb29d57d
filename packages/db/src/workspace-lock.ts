import type { Prisma } from "./generated/client.ts";

/** Puts changes of a workspace in a line until the commit: of two at the same time, the later one sees what the earlier one left. */
export async function lockWorkspace(tx: Prisma.TransactionClient, workspaceId: number): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR NO KEY UPDATE`;
}
