import type { Role } from "@pulsecheck/shared/role";

/** What a role may do, as one chooses it. */
export const ROLE_WORDS: Record<Role, string> = {
  ADMIN: "Admin: everything, people and keys too",
  USER: "User: reads and changes",
  VIEWER: "Viewer: reads",
  INGEST: "Ingest: reports, and reads nothing",
};
