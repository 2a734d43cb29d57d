import type { BusEvent, LiveEvent } from "@pulsecheck/shared/live-events";
import type { Db } from "./client.ts";

/**
 * Turns transitions into deliveries: one for each recipient. A recipient is the monitor's creator, once the
 * address is verified (`mayMailUnverified`: at once). Safe to repeat: a transition is used up in the statement
 * that writes its deliveries.
 * @returns how many deliveries were written
 */
export async function fanOut(db: Db, mayMailUnverified: boolean): Promise<number> {
  const { rowCount } = await db.pool.query(
    `WITH picked AS (
       SELECT id FROM transitions WHERE processed_at IS NULL ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
     ), used AS (
       UPDATE transitions t SET processed_at = now() FROM picked WHERE t.id = picked.id
       RETURNING t.id, t.kind, t.incident_id, t.monitor_id
     )
     INSERT INTO deliveries (kind, recipient, incident_id, monitor_id, due_at)
     SELECT used.kind::text::delivery_kind, u.email, used.incident_id, used.monitor_id, now()
     FROM used JOIN monitors m ON m.id = used.monitor_id JOIN users u ON u.id = m.created_by_id
     WHERE u.is_active AND (u.is_verified OR $1) ORDER BY used.id
     ON CONFLICT DO NOTHING`,
    [mayMailUnverified],
  );
  return rowCount ?? 0;
}

type UnpublishedRow = { id: string; workspace_id: number; at: Date; events: LiveEvent[] };

/** Transitions whose events did not reach the live bus, although they were committed a while ago. */
export async function listUnpublished(db: Db, olderThanMs: number): Promise<{ ids: string[]; events: BusEvent[] }> {
  const { rows } = await db.pool.query<UnpublishedRow>(
    `SELECT t.id, m.workspace_id, t.at, coalesce(t.events, '[]') AS events
     FROM transitions t JOIN monitors m ON m.id = t.monitor_id
     WHERE t.published_at IS NULL AND t.at < now() - $1 * interval '1 millisecond' ORDER BY t.id LIMIT 500`,
    [olderThanMs],
  );
  const events = rows.flatMap((row) =>
    row.events.map((event) => ({ workspace: row.workspace_id, at: row.at.toISOString(), ...event })),
  );
  return { ids: rows.map((row) => row.id), events };
}

/** Marks transitions as told, by their numbers or by the incidents that they opened and closed. */
export async function markPublished(
  db: Db,
  by: { ids: readonly string[] } | { incidentIds: readonly string[] },
): Promise<void> {
  const [column, type, keys] = "ids" in by ? ["id", "bigint", by.ids] : ["incident_id", "uuid", by.incidentIds];
  await db.pool.query(
    `UPDATE transitions SET published_at = now(), events = NULL WHERE ${column} = ANY($1::${type}[]) AND published_at IS NULL`,
    [keys],
  );
}

/** Deletes outbox rows, kept mails and spent credentials that nobody needs any more. */
export async function dropOldRows(db: Db): Promise<void> {
  await db.pool.query(
    "DELETE FROM transitions WHERE processed_at < now() - interval '7 days' AND published_at IS NOT NULL",
  );
  await db.pool.query("DELETE FROM dev_mails WHERE created_at < now() - interval '7 days'");
  await db.pool.query("DELETE FROM sessions WHERE expires_at < now()");
  await db.pool.query("DELETE FROM ws_tickets WHERE expires_at < now()");
  await db.pool.query("DELETE FROM user_tokens WHERE expires_at < now() - interval '7 days'");
  await db.pool.query("DELETE FROM rate_limits WHERE expire < extract(epoch FROM now()) * 1000");
  await db.pool.query("DELETE FROM monitor_watches WHERE watched_until < now()");
}
