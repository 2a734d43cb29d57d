/** Rights in a workspace. `INGEST` is for keys only: it reports and reads nothing. */
export const ROLES = ["ADMIN", "USER", "VIEWER", "INGEST"] as const;
export type Role = (typeof ROLES)[number];

/** Those of people. */
export const MEMBER_ROLES = ["ADMIN", "USER", "VIEWER"] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** What a route asks of its caller: `read` looks, `write` changes, `admin` manages people and keys, `report` sends in. */
export type Access = "read" | "write" | "admin" | "report";

const RIGHTS: Record<Role, readonly Access[]> = {
  ADMIN: ["read", "write", "admin", "report"],
  USER: ["read", "write", "report"],
  VIEWER: ["read"],
  INGEST: ["report"],
};

export function roleAllows(role: Role, access: Access): boolean {
  return RIGHTS[role].includes(access);
}

/** Roles whose alerts tell them nothing that they could not look up. */
export const READERS: readonly Role[] = ROLES.filter((role) => roleAllows(role, "read"));

/** Does `role` include every right of `other`? */
export function roleCovers(role: Role, other: Role): boolean {
  return RIGHTS[other].every((access) => roleAllows(role, access));
}
