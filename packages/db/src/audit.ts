import { describeChange, type AuditEntryView, type AuditListQuery, type AuditSubject } from "@pulsecheck/shared/audit";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type pg from "pg";
import { Prisma, type AuditEntry } from "./generated/client.ts";
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

const INSERT = `
  INSERT INTO audit_entries (workspace_id, user_id, api_key_id, address, action, subject_type, subject_id, subject_name, subject_key, before, after)
  VALUES ($1::int, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9::int, $10::jsonb, $11::jsonb)`;

/**
 * Writes down what is being done, in the transaction that does it: what differs, by whom, from where. A change that
 * changes nothing leaves nothing. Nothing ever changes such an entry: the database refuses it.
 * @param where a scope, or `workspaceId` null for what an operator does to the instance
 */
export async function recordChange(
  client: Prisma.TransactionClient | pg.PoolClient,
  { workspaceId, actor }: { workspaceId: number | null; actor: Actor | null },
  { action, subject, before, after, keep = [] }: Deed,
): Promise<void> {
  const change = describeChange(before, after, keep);
  if (change === null) return;
  const values = [
    workspaceId,
    actor?.userId ?? null,
    actor?.apiKeyId ?? null,
    actor?.address ?? null,
    action,
    subject.type,
    subject.id,
    subject.name,
    subject.key ?? null,
    change.before && JSON.stringify(change.before),
    change.after && JSON.stringify(change.after),
  ];
  if ("$executeRawUnsafe" in client) await client.$executeRawUnsafe(INSERT, ...values);
  else await client.query(INSERT, values);
}

/** What was done in this workspace, the latest first. Refuses (400) a cursor of another list. */
export async function listAudit(scope: Scope, query: AuditListQuery): Promise<Page<AuditEntryView>> {
  const { items, next_cursor } = await pageEntries(scope, query, filterOf(query));
  return { items: await withPeople(scope, items), next_cursor };
}

/** What was done to what belongs to one thing, by its inner key. */
export async function listDeeds<View>(
  scope: Scope,
  { type, key }: { type: AuditSubject; key: number },
  page: Pick<AuditListQuery, "limit" | "cursor">,
  view: (entry: AuditEntry) => View,
): Promise<Page<View>> {
  const { items, next_cursor } = await pageEntries(scope, page, { subjectType: type, subjectKey: key });
  return { items: items.map(view), next_cursor };
}

async function pageEntries(
  { db, workspaceId }: Scope,
  { limit, cursor }: Pick<AuditListQuery, "limit" | "cursor">,
  filter: Prisma.AuditEntryWhereInput,
): Promise<Page<AuditEntry>> {
  const position = readCursor(cursor, { sorts: ["-id"], value: "none", key: "bigint" });
  const beyond = position === null ? {} : { id: { lt: BigInt(position.key) } };
  const rows = await db.prisma.auditEntry.findMany({
    where: { AND: [{ workspaceId }, beyond, filter] },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next_cursor: last ? writeCursor({ sort: "-id", value: "", key: String(last.id) }) : null };
}

function filterOf(query: AuditListQuery): Prisma.AuditEntryWhereInput {
  const { subject_type, subject_id, action, user_id, from, to, q } = query;
  return {
    ...(subject_type === undefined ? {} : { subjectType: subject_type }),
    ...(subject_id === undefined ? {} : { subjectId: subject_id }),
    ...(action === undefined ? {} : { action }),
    ...(user_id === undefined ? {} : { userId: user_id }),
    ...(q === undefined ? {} : { subjectName: { contains: q.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } }),
    at: { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) },
  };
}

/** People and keys by their names as they are now; both outlive what they did. */
async function withPeople({ db, workspaceId }: Scope, entries: readonly AuditEntry[]): Promise<AuditEntryView[]> {
  const idsOf = (field: "userId" | "apiKeyId") => [...new Set(entries.flatMap((entry) => entry[field] ?? []))];
  const [users, keys] = await Promise.all([
    db.prisma.user.findMany({ where: { id: { in: idsOf("userId") } }, select: { id: true, email: true } }),
    db.prisma.apiKey.findMany({
      where: { workspaceId, id: { in: idsOf("apiKeyId") } },
      select: { id: true, name: true },
    }),
  ]);
  const userById = new Map(users.map((user) => [user.id, user]));
  const keyById = new Map(keys.map((key) => [key.id, key]));
  return entries.map((entry) => ({
    id: Number(entry.id),
    at: entry.at.toISOString(),
    user: userById.get(entry.userId ?? "") ?? null,
    api_key: keyById.get(entry.apiKeyId ?? "") ?? null,
    address: entry.address,
    action: entry.action,
    subject: { type: entry.subjectType as AuditSubject, id: entry.subjectId, name: entry.subjectName },
    before: entry.before as AuditEntryView["before"],
    after: entry.after as AuditEntryView["after"],
  }));
}
