import type { Db } from "./client.ts";

declare const scoped: unique symbol;

/** Who does something: a person, the key where one did it for them, and the network address that it came from. */
export type Actor = { userId: string; apiKeyId: string | null; address: string | null };

/**
 * A view of the database that sees one workspace, and by whom: `actor` is null where PulseCheck itself acts. Everything in this package that touches a tenant's data takes
 * a scope and no bare workspace number, so a query without its tenant does not compile.
 */
export type Scope = {
  readonly db: Db;
  readonly workspaceId: number;
  readonly actor: Actor | null;
  readonly [scoped]: true;
};

/**
 * Only the authentication of a request, a job that belongs to one workspace, the address of a published status page
 * (`published-pages.ts`) and an operator's deed in a workspace (`operator-workspaces.ts`) may make a scope.
 */
export function scopeTo(db: Db, workspaceId: number, actor: Actor | null = null): Scope {
  return { db, workspaceId, actor } as Scope;
}
