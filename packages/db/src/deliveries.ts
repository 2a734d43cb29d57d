import { LOCKS } from "./advisory-locks.ts";
import { judgeDown, judgeUp, LONGEST_RETRY_MS, retryAt, type DownOutcome } from "@pulsecheck/shared/alert-policy";
import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentKind, IncidentSubject } from "@pulsecheck/shared/incident";
import { READERS, type Role } from "@pulsecheck/shared/role";
import { words } from "./check-view.ts";
import { inTransaction, type Db } from "./client.ts";
import type { DeliveryKind } from "./generated/client.ts";

const LEASE_S = 60;
/** Leases that ended while the database was away last for so much longer: the sender comes first, to write what it knows. */
const SETTLE_S = 10;
const WAIT_MS = 1_000;
/** By so much the clocks of this machine and the database's may differ. */
const CLOCK_SLACK_MS = 60_000;
/** A message may be handed over twice where its answer is lost: two copies are the most that anyone gets of it. */
const LOST_ANSWERS_AT_MOST = 2;

/** A message that this process must send now: it holds the lease. */
export type ClaimedDelivery = {
  id: string;
  kind: DeliveryKind;
  recipient: string;
  attempts: number;
  tokenId: string | null;
  /** The alert address that it goes to; null where it goes to a person of ours. */
  alertAddressId: string | null;
  /** Null for account mails. */
  workspaceName: string | null;
  /** Null where it is no invitation. */
  invitation: { role: Role; invitedBy: string } | null;
  /** Null where it is no alert. */
  incident: {
    id: string;
    kind: IncidentKind;
    subject: IncidentSubject;
    /** A monitor's URL, a device's or sensor's location. */
    place: string;
    startedAt: Date;
    endedAt: Date | null;
    reason: Reason;
    detail: string;
  } | null;
};

type Row = {
  id: string;
  kind: DeliveryKind;
  recipient: string;
  state: "PENDING" | "SENDING";
  attempts: number;
  lost_answers: number;
  token_id: string | null;
  is_token_good: boolean;
  alert_address_id: string | null;
  is_address_gone: boolean;
  is_member_gone: boolean;
  invited_role: Role | null;
  invited_by: string | null;
  workspace_name: string | null;
  debounce_minutes: number | null;
  is_debounced: boolean;
  lane: string | null;
  incident_id: string | null;
  incident_kind: IncidentKind | null;
  subject_type: IncidentSubject["type"] | null;
  subject_id: string | null;
  subject_name: string | null;
  place: string | null;
  started_at: Date | null;
  ended_at: Date | null;
  reason: number | null;
  detail: string | null;
  last_down_sent_at: Date | null;
  is_other_down_sending: boolean;
  down_state: DownOutcome;
};

// Times are kept to the millisecond, rounded: what is due now may stand up to half a one ahead. What is due later
// than any rule says (the instance's window, in ms, is $2) was planned before the clock was set back, and is judged anew. What is down now goes first:
// an outage that is over must not open a window in which the one that lasts is silent.
const SELECT_DUE = `
  SELECT d.id, d.kind, d.recipient, d.state, d.attempts, d.lost_answers, d.token_id, d.is_debounced, d.lane, d.incident_id, i.kind AS incident_kind,
    CASE WHEN m.id IS NOT NULL THEN 'monitor' WHEN v.id IS NOT NULL THEN 'device' ELSE 'sensor' END AS subject_type,
    coalesce(m.public_id::text, v.device_id, s.sensor_id) AS subject_id, coalesce(m.name, v.name, s.name) AS subject_name,
    coalesce(CASE m.kind WHEN 'http' THEN m.url END, v.location, s.location) AS place, i.started_at, i.ended_at, i.reason, i.detail,
    d.alert_address_id, d.alert_address_id IS NOT NULL AND a.id IS NULL AS is_address_gone,
    d.incident_id IS NOT NULL AND d.channel = 'email' AND d.alert_address_id IS NULL AND NOT EXISTS (SELECT 1 FROM memberships r JOIN users u ON u.id = r.user_id
      WHERE r.workspace_id = i.workspace_id AND r.role = ANY($3::role[]) AND u.is_active AND lower(u.email) = lower(d.recipient)) AS is_member_gone,
    w.name AS workspace_name, w.debounce_minutes, n.role AS invited_role, b.first_name || ' ' || b.last_name AS invited_by,
    EXISTS (SELECT 1 FROM user_tokens t WHERE t.id = d.token_id AND t.used_at IS NULL AND t.expires_at > now())
      OR coalesce(a.token_id = d.token_id AND a.token_expires_at > now(), n.expires_at > now() AND b.is_active, false) AS is_token_good,
    (SELECT max(o.sent_at) FROM deliveries o WHERE o.lane = d.lane AND o.recipient = d.recipient
      AND o.kind = 'DOWN' AND o.id <> d.id) AS last_down_sent_at,
    EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = d.lane AND o.recipient = d.recipient
      AND o.kind = 'DOWN' AND o.id <> d.id AND o.state = 'SENDING') AS is_other_down_sending,
    (SELECT o.state FROM deliveries o WHERE o.incident_id = d.incident_id AND o.recipient = d.recipient
      AND o.kind = 'DOWN') AS down_state
  FROM deliveries d LEFT JOIN incidents i ON i.id = d.incident_id LEFT JOIN monitors m ON m.id = i.monitor_id
    LEFT JOIN devices v ON v.id = i.device_key LEFT JOIN sensors s ON s.id = i.sensor_key
    LEFT JOIN alert_addresses a ON a.id = d.alert_address_id
    LEFT JOIN invitations n ON d.kind = 'INVITATION' AND n.token_id = d.token_id LEFT JOIN users b ON b.id = n.invited_by_id
    LEFT JOIN workspaces w ON w.id = coalesce(i.workspace_id, a.workspace_id, n.workspace_id)
  WHERE (d.state = 'PENDING' AND d.due_at <= now() + interval '1 millisecond')
    OR (d.state = 'PENDING' AND d.due_at > now() + interval '${LONGEST_RETRY_MS + CLOCK_SLACK_MS} milliseconds'
      AND d.due_at > now() + coalesce(w.debounce_minutes * 60000, $2::float8) * interval '1 millisecond' + interval '${CLOCK_SLACK_MS} milliseconds')
    OR (d.state = 'SENDING' AND d.lease_until > now() + interval '${2 * LEASE_S} seconds')
    OR (d.state = 'SENDING' AND d.lease_until < now()
      AND (d.lease_until > pg_postmaster_start_time() OR pg_postmaster_start_time() < now() - interval '${SETTLE_S} seconds'))
  ORDER BY (d.kind = 'DOWN' AND i.ended_at IS NULL) DESC, d.created_at LIMIT $1`;

// A sender that died had asked for an answer, as far as anybody knows.
const TAKE = `
  UPDATE deliveries SET state = 'SENDING', attempts = attempts + 1, lease_until = now() + interval '${LEASE_S} seconds',
    lost_answers = lost_answers + CASE WHEN state = 'SENDING' THEN 1 ELSE 0 END
  WHERE id = $1`;

const LEAVE = `
  UPDATE deliveries SET state = 'UNCONFIRMED', sent_at = lease_until - interval '${LEASE_S} seconds', lease_until = NULL,
    lost_answers = lost_answers + 1, last_error = 'The answer of the mail service was lost: its sender stopped'
  WHERE id = $1`;

type Verdict =
  | { do: "send" }
  | { do: "wait"; until: Date; isDebounced: boolean }
  | { do: "suppress" }
  /** It may have been sent twice already. */
  | { do: "leave" };

/**
 * Claims the messages that may go out now, by the rules of alert-policy; holds back or drops the others.
 * @param debounceMs the window of workspaces that have none of their own
 */
export async function claimDeliveries(
  db: Db,
  now: Date,
  debounceMs: number,
  limit: number,
): Promise<ClaimedDelivery[]> {
  return inTransaction(db.pool, async (client) => {
    // One after the other, in the whole fleet, so that two cannot both be "the first in the window". Alerts are few.
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.deliveries]);
    const { rows } = await client.query<Row>(SELECT_DUE, [limit, debounceMs, READERS]);
    const going = new Set<string>();
    const claimed: ClaimedDelivery[] = [];
    for (const row of rows) {
      const lane = `${row.lane} ${row.recipient}`;
      const isLaneBusy = row.is_other_down_sending || going.has(lane);
      const verdict = judge(row, isLaneBusy, now, debounceMs);
      if (verdict.do === "leave") {
        await client.query(LEAVE, [row.id]);
      } else if (verdict.do === "suppress") {
        await client.query("UPDATE deliveries SET state = 'SUPPRESSED', lease_until = NULL WHERE id = $1", [row.id]);
      } else if (verdict.do === "wait") {
        await client.query("UPDATE deliveries SET due_at = $2, is_debounced = is_debounced OR $3 WHERE id = $1", [
          row.id,
          verdict.until,
          verdict.isDebounced,
        ]);
      } else {
        await client.query(TAKE, [row.id]);
        if (row.kind === "DOWN") going.add(lane);
        claimed.push(toClaim(row));
      }
    }
    return claimed;
  });
}

function judge(row: Row, isLaneBusy: boolean, now: Date, debounceMs: number): Verdict {
  const soon: Verdict = { do: "wait", until: new Date(now.getTime() + WAIT_MS), isDebounced: false };
  const isSenderDead = row.state === "SENDING";
  if (isSenderDead && row.lost_answers + 1 >= LOST_ANSWERS_AT_MOST) return { do: "leave" };
  // Whoever was taken off the list hears nothing more, not even of what is under way.
  if (row.is_address_gone || row.is_member_gone) return { do: isSenderDead ? "leave" : "suppress" };
  if (row.incident_id === null) return { do: row.is_token_good ? "send" : "suppress" };
  // The answer died with its sender: it may have gone out, so it is repeated once, whatever happened since.
  if (isSenderDead) return { do: "send" };
  if (row.kind === "UP") {
    const verdict = judgeUp(row.down_state);
    return verdict === "wait" ? soon : { do: verdict };
  }
  if (isLaneBusy) return soon;
  const facts = {
    now,
    lastDownSentAt: row.last_down_sent_at,
    debounceMs: row.debounce_minutes === null ? debounceMs : row.debounce_minutes * 60_000,
    isIncidentOpen: row.ended_at === null,
    wasDebounced: row.is_debounced,
  };
  const verdict = judgeDown(facts);
  return verdict.do === "wait" ? { ...verdict, isDebounced: true } : verdict;
}

function toClaim(row: Row): ClaimedDelivery {
  const { incident_id, incident_kind, subject_type, subject_id, started_at } = row;
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    attempts: row.attempts + 1,
    tokenId: row.token_id,
    alertAddressId: row.alert_address_id,
    workspaceName: row.workspace_name,
    invitation:
      row.invited_role === null || row.invited_by === null
        ? null
        : { role: row.invited_role, invitedBy: row.invited_by },
    incident:
      incident_id === null ||
      incident_kind === null ||
      subject_type === null ||
      subject_id === null ||
      started_at === null
        ? null
        : {
            id: incident_id,
            kind: incident_kind,
            subject: { type: subject_type, id: subject_id, name: row.subject_name ?? "" },
            place: row.place ?? "",
            startedAt: started_at,
            endedAt: row.ended_at,
            reason: words.reason(row.reason) ?? "connect",
            detail: row.detail ?? "",
          },
  };
}

export type DeliveryOutcome =
  | { state: "SENT"; messageId: string | null }
  | { state: "REJECTED"; error: string }
  /** Not taken this time: tried again later, ever more patiently. `isAnswerLost`: it may have been taken all the same. */
  | { state: "PENDING"; error: string; isAnswerLost: boolean };

// A message whose answer was lost is repeated once. Lost again, nobody knows whether it arrived.
const FINISH = `
  WITH outcome AS (
    SELECT id, lost_answers + $6::int AS lost,
      CASE WHEN $3 = 'PENDING' AND lost_answers + $6::int >= ${LOST_ANSWERS_AT_MOST} THEN 'UNCONFIRMED' ELSE $3 END::delivery_state AS state
    FROM deliveries WHERE id = $1 AND state = 'SENDING' AND attempts = $2 FOR UPDATE
  ), done AS (
    UPDATE deliveries d SET state = o.state, lost_answers = o.lost, lease_until = NULL, last_error = $4, message_id = $5,
      sent_at = CASE WHEN o.state IN ('SENT', 'UNCONFIRMED') THEN $7::timestamptz END, due_at = $8
    FROM outcome o WHERE d.id = o.id RETURNING d.incident_id, d.sent_at
  )
  UPDATE monitor_states s SET last_alert_sent_at = done.sent_at FROM done JOIN incidents i ON i.id = done.incident_id
  WHERE s.monitor_id = i.monitor_id AND done.sent_at IS NOT NULL`;

/** Writes what became of a claimed message. A sender whose lease ended meanwhile changes nothing. */
export async function finishDelivery(
  db: Db,
  delivery: ClaimedDelivery,
  outcome: DeliveryOutcome,
  now: Date,
): Promise<void> {
  await db.pool.query(FINISH, [
    delivery.id,
    delivery.attempts,
    outcome.state,
    outcome.state === "SENT" ? null : outcome.error.slice(0, 500),
    outcome.state === "SENT" ? outcome.messageId : null,
    outcome.state === "PENDING" && outcome.isAnswerLost ? 1 : 0,
    now,
    retryAt(delivery.attempts, now),
  ]);
}
