import type { ImportProgress, ImportRemark } from "@pulsecheck/shared/import";
import { Refusal } from "@pulsecheck/shared/refusal";
import { roleAllows, ROLES } from "@pulsecheck/shared/role";
import type pg from "pg";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/client.ts";
import type { ClaimedImport } from "./imports.ts";

const AGAIN_AFTER_S = 2;
/** How often an import is begun before it is given up: each time a worker died with it, or the database broke off. */
export const ATTEMPTS_AT_MOST = 3;
const LONGEST_WORDS = 300;
const GIVEN_UP = "The import broke off several times and was given up. Nothing was written.";
const NOT_ALLOWED = "Whoever sent this file may not change this workspace any more. Nothing was written.";

/** What is wrong with a whole file. */
const remarkOf = (detail: string): ImportRemark => ({ row: null, column: null, detail });

/** Gives an import back that broke off, and says why: it is begun again. */
export async function releaseImport({ scope, id, claim }: ClaimedImport, error: unknown): Promise<void> {
  await scope.db.pool.query(
    `UPDATE imports SET leased_until = now() + interval '${AGAIN_AFTER_S} seconds', last_error = $3
     WHERE id = $1 AND claim = $2 AND state = 'RUNNING'`,
    [id, claim, wordsOf(error)],
  );
}

/** What an error says at its end: of the database's, before it come the statement and its place in our code. */
function wordsOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split("\n");
  return (lines.findLast((line) => line.trim() !== "") ?? "").trim().slice(0, LONGEST_WORDS);
}

/** Fails what was begun too often. @returns what became of it, for those who watch */
export async function giveUpImports(db: Db): Promise<{ workspaceId: number; progress: ImportProgress }[]> {
  const { rows } = await db.pool.query<ImportProgress & { workspace_id: number }>(
    `UPDATE imports SET state = 'FAILED', finished_at = now(), file = NULL, claim = NULL, error_count = 1,
       errors = jsonb_set($1::jsonb, '{0,detail}', to_jsonb($2::text || coalesce(' At last: ' || nullif(last_error, ''), '')))
     WHERE state = 'RUNNING' AND leased_until < now() AND attempts >= ${ATTEMPTS_AT_MOST}
     RETURNING workspace_id, id, kind, state, is_dry_run, rows, rows_done`,
    [JSON.stringify([remarkOf("")]), GIVEN_UP],
  );
  return rows.map(({ workspace_id, ...progress }) => ({ workspaceId: workspace_id, progress }));
}

/**
 * Fails what is still to be imported of someone who may not write any more: in this workspace, or, with null, in all.
 * One that is being written at this moment comes to nothing.
 */
export async function failImportsOf(
  tx: Prisma.TransactionClient,
  { userId, workspaceId }: { userId: string; workspaceId: number | null },
  now: Date,
): Promise<void> {
  const where = { createdById: userId, ...(workspaceId === null ? {} : { workspaceId }) };
  const ended = { state: "FAILED", finishedAt: now, file: null, claim: null } as const;
  await tx.import.updateMany({
    where: { ...where, state: { in: ["QUEUED", "RUNNING"] } },
    data: { ...ended, errors: [remarkOf(NOT_ALLOWED)], errorCount: 1 },
  });
}

const WRITERS = ROLES.filter((role) => roleAllows(role, "write"));
const MAY_WRITE = `
  SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id AND u.is_active
  WHERE m.workspace_id = $1::int AND m.user_id = $2::uuid AND m.role = ANY($3::role[]) AND ($4::uuid IS NULL OR EXISTS (
    SELECT 1 FROM api_keys k WHERE k.id = $4::uuid AND k.role = ANY($3::role[]) AND k.revoked_at IS NULL))`;

/** Refuses (403) rows of someone who may not write them any more, or whose key was revoked. */
export async function requireStillAllowed(
  client: Prisma.TransactionClient | pg.PoolClient,
  { scope, createdById }: ClaimedImport,
): Promise<void> {
  const values = [scope.workspaceId, createdById, WRITERS, scope.actor?.apiKeyId ?? null];
  const found =
    "$queryRawUnsafe" in client
      ? await client.$queryRawUnsafe<unknown[]>(MAY_WRITE, ...values)
      : (await client.query<pg.QueryResultRow>(MAY_WRITE, values)).rows;
  if (found.length === 0) throw new Refusal(403, NOT_ALLOWED);
}
