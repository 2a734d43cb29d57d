import type { BusEvent, LiveEvent } from "@pulsecheck/shared/live-events";
import { READERS } from "@pulsecheck/shared/role";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/client.ts";

// An UP goes to whom its DOWN went to, whatever was set meanwhile: so it waits until the DOWN is used up, in a
// statement before this one, whose deliveries this one sees.
const FAN_OUT = `
  WITH picked AS (
    SELECT t.id FROM transitions t
    WHERE t.processed_at IS NULL AND (t.kind = 'DOWN' OR NOT EXISTS (SELECT 1 FROM transitions d
      WHERE d.incident_id = t.incident_id AND d.kind = 'DOWN' AND d.processed_at IS NULL))
    ORDER BY t.id LIMIT 500 FOR UPDATE OF t SKIP LOCKED
  ), used AS (
    UPDATE transitions t SET processed_at = now() FROM picked WHERE t.id = picked.id
    RETURNING t.id, t.kind, t.incident_id
  ), alerted AS (
    SELECT DISTINCT ON (used.id, lower(r.email)) used.incident_id, r.email, r.alert_address_id, r.channel, r.channel_id,
      concat_ws(' ', CASE WHEN i.monitor_id IS NOT NULL THEN 'monitor' WHEN i.device_key IS NOT NULL THEN 'device' ELSE 'sensor' END,
        coalesce(i.monitor_id, i.device_key, i.sensor_key), nullif(i.kind, 'outage')) AS lane
    FROM used JOIN incidents i ON i.id = used.incident_id JOIN workspaces w ON w.id = i.workspace_id
      LEFT JOIN monitors m ON m.id = i.monitor_id LEFT JOIN devices v ON v.id = i.device_key LEFT JOIN sensors o ON o.id = i.sensor_key
    CROSS JOIN LATERAL (
      SELECT u.email, NULL::uuid AS alert_address_id, 'email' AS channel, NULL::uuid AS channel_id
      FROM memberships s JOIN users u ON u.id = s.user_id AND u.is_active AND (u.is_verified OR $1)
        LEFT JOIN (memberships c JOIN users p ON p.id = c.user_id AND p.is_active) ON c.workspace_id = w.id
          AND c.user_id = coalesce(m.created_by_id, v.created_by_id, o.created_by_id) AND c.role = ANY($2::role[])
      WHERE w.alert_audience = 'creator' AND s.workspace_id = w.id
        AND CASE WHEN c.user_id IS NULL THEN s.role = 'ADMIN' ELSE s.user_id = c.user_id END
      UNION ALL
      SELECT u.email, NULL, 'email', NULL FROM memberships s JOIN users u ON u.id = s.user_id
      WHERE w.alert_audience = 'members' AND s.workspace_id = w.id AND s.role = ANY($2::role[])
        AND u.is_active AND (u.is_verified OR $1)
      UNION ALL
      SELECT a.email, a.id, 'email', NULL FROM alert_addresses a
      WHERE a.workspace_id = w.id AND (a.verified_at IS NOT NULL OR $1)
      UNION ALL
      SELECT c.id::text, NULL, c.kind, c.id FROM alert_channels c
      WHERE c.workspace_id = w.id AND c.is_active AND (c.severities = '{}' OR i.kind = ANY(c.severities))
        AND (c.tags = '{}' OR c.tags && coalesce(m.tags, v.tags, o.tags))
    ) r
    WHERE used.kind = 'DOWN' AND (i.device_key IS NULL OR coalesce(v.alerts_on_offline, w.device_alerts)) ORDER BY used.id, lower(r.email), r.alert_address_id NULLS FIRST
  )
  INSERT INTO deliveries (kind, recipient, incident_id, lane, alert_address_id, channel, channel_id, due_at)
  SELECT 'DOWN'::delivery_kind, email, incident_id, lane, alert_address_id, channel, channel_id, now() FROM alerted
  UNION ALL
  SELECT 'UP', d.recipient, d.incident_id, d.lane, d.alert_address_id, d.channel, d.channel_id, now()
  FROM used JOIN deliveries d ON d.incident_id = used.incident_id AND d.kind = 'DOWN' WHERE used.kind = 'UP'
  ON CONFLICT DO NOTHING`;

/**
 * Turns transitions into deliveries: one for each recipient. Who gets a DOWN is what the workspace's settings say
 * now: its people (the ADMINs for a creator who is no active member any more), where their addresses are verified, its confirmed alert addresses (`mayMailUnverified`: at
 * once), and its channels, each once. Safe to repeat: a transition is used up in the statement that writes its deliveries.
 * @returns how many deliveries were written
 */
export async function fanOut(db: Db, mayMailUnverified: boolean): Promise<number> {
  const { rowCount } = await db.pool.query(FAN_OUT, [mayMailUnverified, READERS]);
  return rowCount ?? 0;
}

/**
 * Has the outages fanned out once more whose DOWN still waits for somebody who is no member of the workspace any more:
 * where they alone were to be told, the ADMINs are.
 */
export async function fanOutAgain(tx: Prisma.TransactionClient, workspaceId: number, email: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE transitions t SET processed_at = NULL
    FROM deliveries d JOIN incidents i ON i.id = d.incident_id JOIN workspaces w ON w.id = i.workspace_id
    WHERE t.incident_id = i.id AND t.kind = 'DOWN' AND w.id = ${workspaceId} AND w.alert_audience = 'creator'
      AND i.ended_at IS NULL AND d.kind = 'DOWN' AND d.state = 'PENDING' AND d.alert_address_id IS NULL
      AND lower(d.recipient) = lower(${email})`;
}

type UnpublishedRow = { id: string; workspace_id: number; at: Date; events: LiveEvent[] };

/** Transitions whose events did not reach the live bus, although they were committed a while ago. */
export async function listUnpublished(db: Db, olderThanMs: number): Promise<{ ids: string[]; events: BusEvent[] }> {
  const { rows } = await db.pool.query<UnpublishedRow>(
    `SELECT t.id, i.workspace_id, t.at, coalesce(t.events, '[]') AS events
     FROM transitions t JOIN incidents i ON i.id = t.incident_id
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

/** Deletes outbox rows, kept mails, tests of channels and spent credentials that nobody needs any more. */
export async function dropOldRows(db: Db): Promise<void> {
  await db.pool.query(
    "DELETE FROM transitions WHERE processed_at < now() - interval '7 days' AND published_at IS NOT NULL",
  );
  await db.pool.query("DELETE FROM dev_mails WHERE created_at < now() - interval '7 days'");
  await db.pool.query("DELETE FROM deliveries WHERE kind = 'TEST' AND created_at < now() - interval '30 days'");
  await db.pool.query("DELETE FROM sessions WHERE expires_at < now()");
  await db.pool.query("DELETE FROM ws_tickets WHERE expires_at < now()");
  await db.pool.query("DELETE FROM user_tokens WHERE expires_at < now() - interval '7 days'");
  await db.pool.query("DELETE FROM invitations WHERE expires_at < now() - interval '30 days'");
  await db.pool.query("DELETE FROM rate_limits WHERE expire < extract(epoch FROM now()) * 1000");
  await db.pool.query("DELETE FROM monitor_watches WHERE watched_until < now()");
}
