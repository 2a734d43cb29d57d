import { describeChange, type AuditEntryView, type AuditListQuery, type AuditSubject } from "@pulsecheck/shared/audit";
import type { Page } from "@pulsecheck/shared/list";
import type pg from "pg";
import type { Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readPage, within, type Column, type KeysetQuery } from "./keyset.ts";
import type { Actor, Scope } from "./scope.ts";

/** Something that was done. A thing that is new has no `before`, one that is gone no `after`. */
export type Deed = {
  /** Such as `monitor.updated`. */
  action: string;
  subject: { type: AuditSubject; id: string; name: string; key?: number };
  /** Public views: secrets are masked there already. */
  before: object | null;
  after: object | null;
  /** Fields to keep although they look the same before and after: secrets that were set anew, being masked. */
  keep?: readonly string[];
};

/** SQL: writes entries down by whom ($1 to $4) did what `source` says: JSON of what `outlineDeed` made. */
const insertFrom = (source: string) => `
  INSERT INTO audit_entries (workspace_id, user_id, api_key_id, address, action, subject_type, subject_id, subject_name, subject_key, before, after)
  SELECT $1::int, $2::uuid, $3::uuid, $4::text, t.* FROM ${source}
    AS t(action text, subject_type text, subject_id text, subject_name text, subject_key int, before jsonb, after jsonb)`;
const INSERT = insertFrom("jsonb_to_recordset($5::jsonb)");

/** Who does something, and where: a scope, or `workspaceId` null for what an operator does to the instance. */
type By = { workspaceId: number | null; actor: Actor | null };

/** A deed as its entry keeps it: only what differs. Null where nothing does. */
export function outlineDeed({ action, subject, before, after, keep = [] }: Deed): object | null {
  const change = describeChange(before, after, keep);
  if (change === null) return null;
  const { type, id, name, key = null } = subject;
  return { action, subject_type: type, subject_id: id, subject_name: name, subject_key: key, ...change };
}

/**
 * Writes down what is being done, in the transaction that does it: what differs, by whom, from where. A change that
 * changes nothing leaves nothing. Nothing ever changes such an entry: the database refuses it.
 */
export async function recordChange(
  client: Prisma.TransactionClient | pg.PoolClient,
  by: By,
  deed: Deed,
): Promise<void> {
  await recordChanges(client, by, [deed]);
}

/** The same for many changes at once. */
export async function recordChanges(
  client: Prisma.TransactionClient | pg.PoolClient,
  by: By,
  deeds: readonly Deed[],
): Promise<void> {
  const outlines = deeds.flatMap((deed) => outlineDeed(deed) ?? []);
  if (outlines.length === 0) return;
  const values = [...valuesOf(by), JSON.stringify(outlines)];
  if ("$executeRawUnsafe" in client) await client.$executeRawUnsafe(INSERT, ...values);
  else await client.query(INSERT, values);
}

/** The same for what `source`, SQL, answers in a column `deed`. */
export async function recordStaged(tx: Prisma.TransactionClient, by: By, source: string): Promise<void> {
  await tx.$executeRawUnsafe(insertFrom(`(${source}) s CROSS JOIN jsonb_to_record(s.deed)`), ...valuesOf(by));
}

function valuesOf({ workspaceId, actor }: By) {
  return [workspaceId, actor?.userId ?? null, actor?.apiKeyId ?? null, actor?.address ?? null];
}

/** Writes down what an operator did to the instance, where no transaction does it. */
export async function recordOperation({ prisma }: Db, actor: Actor | null, deed: Deed): Promise<void> {
  await recordChange(prisma, { workspaceId: null, actor }, deed);
}

type AuditEntry = {
  id: string;
  at: Date;
  user_id: string | null;
  api_key_id: string | null;
  address: string | null;
  action: string;
  subject_type: AuditSubject;
  subject_id: string;
  subject_name: string;
  before: AuditEntryView["before"];
  after: AuditEntryView["after"];
};

// In the order in which it was written down: an entry's time is that at which its transaction began.
const COLUMNS: Record<"at", Column> = { at: { sql: Prisma.sql`a.id`, type: "bigint" } };

type DeedFilters = Partial<Omit<AuditListQuery, keyof KeysetQuery>>;

/** What operators do, and is no workspace's. */
type Instance = { db: Db; workspaceId: null };

/** What was done in this workspace, or to the instance, the latest first. Refuses (400) a cursor of another list. */
export async function listAudit(where: Scope | Instance, query: AuditListQuery): Promise<Page<AuditEntryView>> {
  return pageEntries(where, query, filtersOf(query), (entries) => withPeople(where, entries));
}

/** What was done to what belongs to one thing, by its inner key. */
export async function listDeeds<View>(
  scope: Scope,
  { type, key }: { type: AuditSubject; key: number },
  query: KeysetQuery & DeedFilters,
  view: (entry: AuditEntry) => View,
): Promise<Page<View>> {
  const isIts = Prisma.sql`a.subject_type = ${type} AND a.subject_key = ${key}`;
  return pageEntries(scope, query, [isIts, ...filtersOf(query)], (entries) => entries.map(view));
}

async function pageEntries<View>(
  { db, workspaceId }: Scope | Instance,
  query: KeysetQuery,
  filters: readonly Prisma.Sql[],
  show: (entries: AuditEntry[]) => View[] | Promise<View[]>,
): Promise<Page<View>> {
  const isHere =
    workspaceId === null ? Prisma.sql`a.workspace_id IS NULL` : Prisma.sql`a.workspace_id = ${workspaceId}`;
  const list = {
    select: Prisma.sql`a.*`,
    from: Prisma.sql`audit_entries a`,
    where: [isHere, ...filters],
    columns: COLUMNS,
    key: "at",
  } as const;
  return readPage(db, list, query, show);
}

function filtersOf(query: DeedFilters): Prisma.Sql[] {
  return [
    ...given(query.subject_type, (one) => Prisma.sql`a.subject_type = ${one}`),
    ...given(query.subject_id, (one) => Prisma.sql`a.subject_id = ${one}`),
    ...given(query.action, (one) => Prisma.sql`a.action = ${one}`),
    ...given(query.user_id, (one) => Prisma.sql`a.user_id = ${one}::uuid`),
    ...given(query.api_key_id, (one) => Prisma.sql`a.api_key_id = ${one}::uuid`),
    ...given(query.address, (one) => Prisma.sql`a.address = ${one}`),
    ...within(Prisma.sql`a.at`, query),
    ...given(query.q, (text) => hasText(text, Prisma.sql`a.subject_name`)),
  ];
}

/** People and keys by their names as they are now; both outlive what they did. */
async function withPeople(
  { db, workspaceId }: Scope | Instance,
  entries: readonly AuditEntry[],
): Promise<AuditEntryView[]> {
  const idsOf = (field: "user_id" | "api_key_id") => [...new Set(entries.flatMap((entry) => entry[field] ?? []))];
  const [users, keys] = await Promise.all([
    db.prisma.user.findMany({ where: { id: { in: idsOf("user_id") } }, select: { id: true, email: true } }),
    // A key never operates the instance.
    workspaceId === null
      ? []
      : db.prisma.apiKey.findMany({
          where: { workspaceId, id: { in: idsOf("api_key_id") } },
          select: { id: true, name: true },
        }),
  ]);
  const userById = new Map(users.map((user) => [user.id, user]));
  const keyById = new Map(keys.map((key) => [key.id, key]));
  return entries.map((entry) => ({
    id: Number(entry.id),
    at: entry.at.toISOString(),
    user: userById.get(entry.user_id ?? "") ?? null,
    api_key: keyById.get(entry.api_key_id ?? "") ?? null,
    address: entry.address,
    action: entry.action,
    subject: { type: entry.subject_type, id: entry.subject_id, name: entry.subject_name },
    before: entry.before,
    after: entry.after,
  }));
}
