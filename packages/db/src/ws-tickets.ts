import type { Db } from "./client.ts";
import type { Scope } from "./scope.ts";

/** The credential that asked for a ticket: when it ends, so does the ticket. */
export type TicketParent = { sessionHash: string; apiKeyId: null } | { sessionHash: null; apiKeyId: string };

export type Ticket = { workspaceId: number; sessionHash: string | null; apiKeyId: string | null };

/** Stores a ticket; `tokenHash` is the SHA-256 of what the client holds. */
export async function createTicket(
  scope: Scope,
  ticket: { tokenHash: string; expiresAt: Date } & TicketParent,
): Promise<void> {
  await scope.db.prisma.wsTicket.create({ data: { ...ticket, workspaceId: scope.workspaceId } });
}

/** Takes a ticket out: only one caller ever gets it, and none after its end. */
export async function takeTicket(db: Db, tokenHash: string, now: Date): Promise<Ticket | null> {
  const { rows } = await db.pool.query<Ticket & { expiresAt: Date }>(
    `DELETE FROM ws_tickets WHERE token_hash = $1
     RETURNING workspace_id AS "workspaceId", session_hash AS "sessionHash", api_key_id AS "apiKeyId", expires_at AS "expiresAt"`,
    [tokenHash],
  );
  const ticket = rows[0];
  return ticket === undefined || ticket.expiresAt <= now ? null : ticket;
}
