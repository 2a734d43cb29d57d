import { CROWD_MS } from "@pulsecheck/shared/alert-digest";
import type pg from "pg";
import type { DueDelivery } from "./due-deliveries.ts";

/** What a recipient was lately told, by mails or in a channel, of one workspace and of one kind: DOWN or UP. */
export type Crowd = { key: string; sentAlone: number; gatheringUntil: Date | null };

// What is under way, and what waits, has no time of sending: two looks, each with an index of its own.
const OF_RECIPIENT = `
  FROM deliveries d JOIN incidents i ON i.id = d.incident_id
  WHERE d.recipient = $1 AND d.kind = $2 AND i.workspace_id = $3 AND d.alert_address_id IS NOT DISTINCT FROM $4`;
const SELECT_CROWD = `
  SELECT open.sending + sent.sent AS sent_alone, open.gathering_until FROM (
    SELECT count(*) FILTER (WHERE d.state = 'SENDING' AND d.digest_id IS NULL)::int AS sending,
      min(d.due_at) FILTER (WHERE d.state = 'PENDING' AND d.is_gathered) AS gathering_until
    ${OF_RECIPIENT} AND d.state IN ('PENDING', 'SENDING')
  ) open, (
    SELECT count(*)::int AS sent ${OF_RECIPIENT} AND d.digest_id IS NULL
      AND d.sent_at BETWEEN $5::timestamptz - interval '${CROWD_MS} milliseconds' AND $5::timestamptz + interval '1 second'
  ) sent`;

/** Knows the crowds of one round of claims; whoever claims keeps them up to date. */
export function watchCrowds(client: pg.PoolClient, now: Date): (row: DueDelivery) => Promise<Crowd> {
  const known = new Map<string, Crowd>();
  return async ({ recipient, kind, workspace_id, alert_address_id }) => {
    const key = [kind, workspace_id, alert_address_id, recipient].join(" ");
    const crowd = known.get(key);
    if (crowd !== undefined) return crowd;
    const { rows } = await client.query<{ sent_alone: number; gathering_until: Date | null }>(SELECT_CROWD, [
      recipient,
      kind,
      workspace_id,
      alert_address_id,
      now,
    ]);
    const [row] = rows;
    const fresh = { key, sentAlone: row?.sent_alone ?? 0, gatheringUntil: row?.gathering_until ?? null };
    known.set(key, fresh);
    return fresh;
  };
}
