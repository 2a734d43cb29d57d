import { Refusal } from "@pulsecheck/shared/refusal";
import { Prisma } from "./generated/client.ts";

const COUNTED = {
  monitors: { quota: Prisma.raw("max_monitors"), table: Prisma.raw("monitors") },
  members: { quota: Prisma.raw("max_members"), table: Prisma.raw("memberships") },
};

/**
 * Refuses (409) `more` of what an operator has limited for this workspace. Until the commit others wait, so that of
 * two at the same time the later one counts what the earlier one made. Devices and sensors are counted where their
 * batches are written.
 */
export async function requireRoom(
  tx: Prisma.TransactionClient,
  workspaceId: number,
  what: keyof typeof COUNTED,
  more = 1,
): Promise<void> {
  const { quota, table } = COUNTED[what];
  const [row] = await tx.$queryRaw<{ most: number | null }[]>`
    SELECT ${quota} AS most FROM workspaces WHERE id = ${workspaceId} FOR NO KEY UPDATE`;
  const most = row?.most ?? null;
  if (most === null) return;
  const [counted] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM ${table} WHERE workspace_id = ${workspaceId}`;
  if ((counted?.count ?? 0) + more > most)
    throw new Refusal(409, `This workspace may have ${most} ${what}. An operator of this instance can allow more.`);
}
