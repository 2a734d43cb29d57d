import type { Role } from "@pulsecheck/shared/role";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";

export async function workspaceOf({ db }: House, owner: Person): Promise<{ id: number; publicId: string }> {
  const where = { isPersonal: true, userId: owner.id };
  return (await db.prisma.membership.findFirstOrThrow({ where, include: { workspace: true } })).workspace;
}

/** Makes `guest` a member of `owner`'s workspace. Returns the header that names it. */
export async function invite(house: House, owner: Person, guest: Person, role: Role): Promise<Record<string, string>> {
  const { id: workspaceId, publicId } = await workspaceOf(house, owner);
  await house.db.prisma.membership.create({ data: { workspaceId, userId: guest.id, role } });
  return { "X-Workspace-Id": publicId };
}
