import type { Db } from "./client.ts";

declare const scoped: unique symbol;

/**
 * A view of the database that sees one workspace. Everything in this package that touches a tenant's data takes
 * a scope and no bare workspace number, so a query without its tenant does not compile.
 */
export type Scope = { readonly db: Db; readonly workspaceId: number; readonly [scoped]: true };

/**
 * Only the authentication of a request, a job that belongs to one workspace, and the address of a published status
 * page (`published-pages.ts`) may make a scope.
 */
export function scopeTo(db: Db, workspaceId: number): Scope {
  return { db, workspaceId } as Scope;
}
