import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type pg from "pg";
import type { AuditEntry } from "./generated/client.ts";
import type { Scope } from "./scope.ts";

/** Who does something: a person, and the key where one did it for them. */
export type Actor = { userId: string; apiKeyId: string | null };

export type AuditInput = {
  action: string;
  /** The kind of the thing and its inner key, such as `sensor 3`. */
  subject: string;
  before: object | null;
  after: object | null;
};

/** Writes down what is being done, in the transaction that does it. Nothing ever changes such an entry. */
export async function writeAudit(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  { userId, apiKeyId }: Actor,
  { action, subject, before, after }: AuditInput,
): Promise<void> {
  await client.query(
    `INSERT INTO audit_entries (workspace_id, user_id, api_key_id, action, subject, before, after)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [workspaceId, userId, apiKeyId, action, subject, before && JSON.stringify(before), after && JSON.stringify(after)],
  );
}

/** What was done to one thing, the latest first. */
export async function listAudit<View>(
  scope: Scope,
  subject: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
  view: (entry: AuditEntry) => View,
): Promise<Page<View>> {
  const position = readCursor(cursor, { sorts: ["-id"], value: "none", key: "bigint" });
  const rows = await scope.db.prisma.auditEntry.findMany({
    where: {
      workspaceId: scope.workspaceId,
      subject,
      ...(position === null ? {} : { id: { lt: BigInt(position.key) } }),
    },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(view),
    next_cursor: last ? writeCursor({ sort: "-id", value: "", key: String(last.id) }) : null,
  };
}
