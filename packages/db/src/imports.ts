import { randomUUID } from "node:crypto";
import {
  IMPORTS_KEPT,
  IMPORTS_WAITING_AT_MOST,
  REMARKS_KEPT,
  type ImportKind,
  type ImportListQuery,
  type ImportSort,
  type ImportProgress,
  type ImportRemark,
  type ImportSummary,
  type ImportView,
} from "@pulsecheck/shared/import";
import type { Page } from "@pulsecheck/shared/list";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import type pg from "pg";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type Import } from "./generated/client.ts";
import { ATTEMPTS_AT_MOST, requireStillAllowed } from "./import-failures.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { scopeTo, type Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

/** A worker that says nothing for so long has lost its import to the next one. */
const LEASE_S = 12;

export type NewImport = { kind: ImportKind; name: string; isDryRun: boolean; file: Uint8Array<ArrayBuffer> };

/** Stores a file for a worker to import. Refuses (409) one more than may wait. */
export async function createImport(scope: Scope, createdById: string, input: NewImport): Promise<ImportView> {
  const { workspaceId, actor } = scope;
  const who = { createdById, apiKeyId: actor?.apiKeyId ?? null, address: actor?.address ?? null };
  return scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const waiting = await tx.import.count({ where: { workspaceId, state: { in: ["QUEUED", "RUNNING"] } } });
    if (waiting >= IMPORTS_WAITING_AT_MOST)
      throw new Refusal(409, `${waiting} imports are under way already. Wait until one of them is finished.`);
    await tx.$executeRaw`
      DELETE FROM imports WHERE id IN (
        SELECT id FROM imports WHERE workspace_id = ${workspaceId} AND finished_at IS NOT NULL
        ORDER BY created_at DESC, id DESC OFFSET ${IMPORTS_KEPT - 1})`;
    return viewImport(await tx.import.create({ data: { workspaceId, ...who, ...input }, omit: { file: true } }));
  });
}

const COLUMNS: Record<ImportSort | "id", Column> = {
  id: { sql: Prisma.sql`i.id`, type: "uuid" },
  created_at: { sql: Prisma.sql`i.created_at`, type: "time" },
  name: { sql: Prisma.sql`i.name`, type: "text" },
  kind: { sql: Prisma.sql`i.kind`, type: "text" },
  state: { sql: Prisma.sql`i.state::text`, type: "text" },
};

/** A page of the workspace's imports. Refuses (400) a cursor of another list. */
export async function listImports({ db, workspaceId }: Scope, query: ImportListQuery): Promise<Page<ImportSummary>> {
  const filters = [
    Prisma.sql`i.workspace_id = ${workspaceId}`,
    ...given(query.kind, (one) => Prisma.sql`i.kind = ${one}`),
    ...given(query.state, (one) => Prisma.sql`i.state = ${one}::import_state`),
    ...given(query.is_dry_run, (one) => Prisma.sql`i.is_dry_run = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`i.name`)),
  ];
  const list = { from: Prisma.sql`imports i`, where: filters, columns: COLUMNS };
  return readThings(db, list, query, async (ids: string[]) => {
    const where = { workspaceId, id: { in: ids } };
    const rows = await db.prisma.import.findMany({ where, omit: { file: true, errors: true, warnings: true } });
    return rows.map((row) => [row.id, summariseImport(row)]);
  });
}

/** One of this workspace's imports. Refuses (404) any other. */
export async function getImport({ db, workspaceId }: Scope, id: string): Promise<ImportView> {
  const row = await db.prisma.import.findFirst({ where: { workspaceId, id }, omit: { file: true } });
  if (row === null) throw refuseMissing("import");
  return viewImport(row);
}

/** An import that one worker alone is at: who it is for, and by which claim. */
export type ClaimedImport = {
  scope: Scope;
  id: string;
  claim: string;
  kind: ImportKind;
  name: string;
  isDryRun: boolean;
  file: Uint8Array;
  createdById: string;
};

/** Takes the oldest import that nobody is at, for this worker alone; null where there is none. One of a workspace at a time. */
export async function claimImport(db: Db): Promise<ClaimedImport | null> {
  const claim = randomUUID();
  const { rows } = await db.pool.query<ClaimRow>(
    `UPDATE imports SET state = 'RUNNING', claim = $1, attempts = attempts + 1, started_at = coalesce(started_at, now()),
       leased_until = now() + interval '${LEASE_S} seconds', rows_done = 0
     WHERE id = (
       SELECT id FROM imports i
       WHERE (state = 'QUEUED' OR state = 'RUNNING' AND leased_until < now()) AND attempts < ${ATTEMPTS_AT_MOST}
         AND NOT EXISTS (SELECT 1 FROM imports o WHERE o.workspace_id = i.workspace_id AND o.state = 'RUNNING' AND o.leased_until >= now())
       ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, workspace_id, kind, name, is_dry_run, file, created_by_id, api_key_id, address`,
    [claim],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const actor = { userId: row.created_by_id, apiKeyId: row.api_key_id, address: row.address };
  return {
    scope: scopeTo(db, row.workspace_id, actor),
    id: row.id,
    claim,
    kind: row.kind,
    name: row.name,
    isDryRun: row.is_dry_run,
    file: row.file,
    createdById: row.created_by_id,
  };
}

type ClaimRow = {
  id: string;
  workspace_id: number;
  kind: ImportKind;
  name: string;
  is_dry_run: boolean;
  file: Uint8Array;
  created_by_id: string;
  api_key_id: string | null;
  address: string | null;
};

/** Says how far an import is, and keeps its lease. False where another worker has it by now. */
export async function noteProgress(
  { scope, id, claim }: ClaimedImport,
  { rows, rowsDone }: { rows: number | null; rowsDone: number },
): Promise<boolean> {
  const { rowCount } = await scope.db.pool.query(
    `UPDATE imports SET rows = $3, rows_done = $4, leased_until = now() + interval '${LEASE_S} seconds'
     WHERE id = $1 AND claim = $2 AND state = 'RUNNING'`,
    [id, claim, rows, rowsDone],
  );
  return rowCount === 1;
}

/** What became of the rows, and what there was to say of them. */
export type ImportOutcome = {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  errors: readonly ImportRemark[];
  errorCount: number;
  warnings: readonly ImportRemark[];
  warningCount: number;
};

const FINISH = `
  UPDATE imports SET state = $3::import_state, rows = $4::int, rows_done = $4::int, created = $5::int, updated = $6::int,
    unchanged = $7::int, skipped = $8::int, errors = $9::jsonb, error_count = $10::int, warnings = $11::jsonb,
    warning_count = $12::int, finished_at = now(), file = NULL, claim = NULL
  WHERE id = $1::uuid AND claim = $2::uuid AND state = 'RUNNING'`;

/**
 * Ends an import, in the transaction that has written its rows. Throws where another worker has it by now, and refuses
 * (403) rows of someone who may not write them any more, or whose key was revoked.
 */
export async function finishImport(
  client: Prisma.TransactionClient | pg.PoolClient,
  job: ClaimedImport,
  outcome: ImportOutcome,
): Promise<void> {
  const { scope, id, claim, kind, name, isDryRun } = job;
  if (!isDryRun && outcome.errorCount === 0) await requireStillAllowed(client, job);
  const state = outcome.errorCount === 0 ? "DONE" : "FAILED";
  const { rows, created, updated, unchanged, skipped } = outcome;
  const values = [
    id,
    claim,
    state,
    rows,
    created,
    updated,
    unchanged,
    skipped,
    JSON.stringify(outcome.errors.slice(0, REMARKS_KEPT)),
    outcome.errorCount,
    JSON.stringify(outcome.warnings.slice(0, REMARKS_KEPT)),
    outcome.warningCount,
  ];
  const found =
    "$executeRawUnsafe" in client
      ? await client.$executeRawUnsafe(FINISH, ...values)
      : (await client.query(FINISH, values)).rowCount;
  if (found !== 1) throw new Error("this import was ended, or taken by another worker");
  if (isDryRun) return;
  await recordChange(client, scope, {
    action: "import.finished",
    subject: { type: "import", id, name },
    before: null,
    after: { kind, state, rows, created, updated, unchanged, skipped, errors: outcome.errorCount },
  });
}

export function progressOf({ id, kind, state, is_dry_run, rows, rows_done }: ImportProgress): ImportProgress {
  return { id, kind, state, is_dry_run, rows, rows_done };
}

type SummaryRow = Omit<Import, "file" | "errors" | "warnings">;

function viewImport(row: Omit<Import, "file">): ImportView {
  return {
    ...summariseImport(row),
    errors: row.errors as ImportRemark[],
    warnings: row.warnings as ImportRemark[],
  };
}

function summariseImport(row: SummaryRow): ImportSummary {
  return {
    id: row.id,
    kind: row.kind as ImportKind,
    state: row.state,
    is_dry_run: row.isDryRun,
    rows: row.rows,
    rows_done: row.rowsDone,
    name: row.name,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    skipped: row.skipped,
    error_count: row.errorCount,
    warning_count: row.warningCount,
    user_id: row.createdById,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}
