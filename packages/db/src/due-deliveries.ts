import { LONGEST_RETRY_MS, type DownOutcome } from "@pulsecheck/shared/alert-policy";
import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentKind, IncidentSubject } from "@pulsecheck/shared/incident";
import type { Role } from "@pulsecheck/shared/role";
import { words } from "./check-view.ts";
import type { DeliveryKind } from "./generated/client.ts";
import { maintenanceUntil } from "./maintenance-spans.ts";

/** How long a sender has for a message, in seconds. */
export const LEASE_S = 60;
/** Leases that ended while the database was away last for so much longer: the sender comes first, to write what it knows. */
const SETTLE_S = 10;
/** By so much the clocks of this machine and the database's may differ. */
const CLOCK_SLACK_MS = 60_000;

export type ClaimedIncident = {
  id: string;
  /** The public id of its workspace. */
  workspaceId: string;
  kind: IncidentKind;
  subject: IncidentSubject;
  /** A monitor's URL, a device's or sensor's location. */
  place: string;
  startedAt: Date;
  endedAt: Date | null;
  reason: Reason;
  detail: string;
};

/** A message that this process must send now: it holds the lease. */
export type ClaimedDelivery = {
  id: string;
  kind: DeliveryKind;
  recipient: string;
  attempts: number;
  tokenId: string | null;
  /** The channel that it goes to, its config sealed; null for a mail. */
  channel: { id: string; kind: string; name: string; config: Uint8Array } | null;
  /** The alert address that it goes to; null where it goes to a person of ours. */
  alertAddressId: string | null;
  /** Null for account mails. */
  workspaceName: string | null;
  /** Null where it is no invitation. */
  invitation: { role: Role; invitedBy: string } | null;
  /** The workspace and the month, such as 2026-11, that it reports of; null where it is no monthly report. */
  report: { workspaceId: number; workspacePublicId: string; month: string } | null;
  /** Null where it is no alert. */
  incident: ClaimedIncident | null;
  /** Further deliveries of the same recipient that go out in the same message. */
  others: { id: string; attempts: number; incident: ClaimedIncident }[];
  /** The same whenever this message is repeated. */
  messageId: string;
};

/** A delivery that is due, and what is to be known to judge it. */
export type DueDelivery = {
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
  workspace_public_id: string | null;
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
  workspace_id: number | null;
  channel_id: string | null;
  channel_kind: string | null;
  channel_name: string | null;
  channel_config: Uint8Array | null;
  /** Its channel was removed or switched off. */
  is_channel_off: boolean;
  digest_id: string | null;
  month: string | null;
  /** Until when what the incident is about is in maintenance; null: it is not. */
  maintenance_until: Date | null;
};

// Times are kept to the millisecond, rounded: what is due now may stand up to half a one ahead. What is due later
// than any rule says (the instance's window, in ms, is $2) was planned before the clock was set back, and is judged anew. What is down now goes first:
// an outage that is over must not open a window in which the one that lasts is silent.
export const SELECT_DUE = `
  SELECT d.id, d.kind, d.recipient, d.state, d.attempts, d.lost_answers, d.token_id, d.is_debounced, d.lane, d.incident_id, i.kind AS incident_kind,
    CASE WHEN m.id IS NOT NULL THEN 'monitor' WHEN v.id IS NOT NULL THEN 'device' ELSE 'sensor' END AS subject_type,
    coalesce(m.public_id::text, v.device_id, s.sensor_id) AS subject_id, coalesce(m.name, v.name, s.name) AS subject_name,
    coalesce(CASE m.kind WHEN 'http' THEN m.url END, v.location, s.location) AS place, i.started_at, i.ended_at, i.reason, i.detail,
    d.digest_id, coalesce(i.workspace_id, d.workspace_id) AS workspace_id, to_char(d.month, 'YYYY-MM') AS month, c.id AS channel_id, c.kind AS channel_kind, c.name AS channel_name, c.config AS channel_config,
    d.channel <> 'email' AND c.is_active IS NOT TRUE AS is_channel_off,
    d.alert_address_id, d.alert_address_id IS NOT NULL AND a.id IS NULL AS is_address_gone,
    (d.month IS NOT NULL OR d.incident_id IS NOT NULL AND d.channel = 'email' AND d.alert_address_id IS NULL) AND NOT EXISTS (SELECT 1 FROM memberships r JOIN users u ON u.id = r.user_id
      WHERE r.workspace_id = coalesce(i.workspace_id, d.workspace_id) AND (d.month IS NULL OR r.monthly_report) AND r.role = ANY($3::role[]) AND u.is_active AND lower(u.email) = lower(d.recipient)) AS is_member_gone,
    w.name AS workspace_name, w.public_id AS workspace_public_id, w.debounce_minutes, n.role AS invited_role, b.first_name || ' ' || b.last_name AS invited_by,
    EXISTS (SELECT 1 FROM user_tokens t WHERE t.id = d.token_id AND t.used_at IS NULL AND t.expires_at > now())
      OR coalesce(a.token_id = d.token_id AND a.token_expires_at > now(), n.expires_at > now() AND b.is_active, false) AS is_token_good,
    (SELECT max(o.sent_at) FROM deliveries o WHERE o.lane = d.lane AND o.recipient = d.recipient
      AND o.kind = 'DOWN' AND o.id <> d.id) AS last_down_sent_at,
    EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = d.lane AND o.recipient = d.recipient
      AND o.kind = 'DOWN' AND o.id <> d.id AND o.state = 'SENDING') AS is_other_down_sending,
    (SELECT o.state FROM deliveries o WHERE o.incident_id = d.incident_id AND o.recipient = d.recipient
      AND o.kind = 'DOWN') AS down_state,
    coalesce(${maintenanceUntil("monitor_id", "i.monitor_id")}, ${maintenanceUntil("device_key", "i.device_key")},
      ${maintenanceUntil("sensor_key", "i.sensor_key")}) AS maintenance_until
  FROM deliveries d LEFT JOIN incidents i ON i.id = d.incident_id LEFT JOIN monitors m ON m.id = i.monitor_id
    LEFT JOIN devices v ON v.id = i.device_key LEFT JOIN sensors s ON s.id = i.sensor_key
    LEFT JOIN alert_addresses a ON a.id = d.alert_address_id
    LEFT JOIN alert_channels c ON c.id = d.channel_id
    LEFT JOIN invitations n ON d.kind = 'INVITATION' AND n.token_id = d.token_id LEFT JOIN users b ON b.id = n.invited_by_id
    LEFT JOIN workspaces w ON w.id = coalesce(i.workspace_id, a.workspace_id, n.workspace_id, d.workspace_id)
  WHERE (d.state = 'PENDING' AND d.due_at <= now() + interval '1 millisecond')
    OR (d.state = 'PENDING' AND d.due_at > now() + interval '${LONGEST_RETRY_MS + CLOCK_SLACK_MS} milliseconds'
      AND d.due_at > now() + coalesce(w.debounce_minutes * 60000, $2::float8) * interval '1 millisecond' + interval '${CLOCK_SLACK_MS} milliseconds')
    OR (d.state = 'SENDING' AND d.lease_until > now() + interval '${2 * LEASE_S} seconds')
    OR (d.state = 'SENDING' AND d.lease_until < now()
      AND (d.lease_until > pg_postmaster_start_time() OR pg_postmaster_start_time() < now() - interval '${SETTLE_S} seconds'))
  ORDER BY (d.kind = 'DOWN' AND i.ended_at IS NULL) DESC, d.created_at LIMIT $1`;

/** What its sender needs of it. */
export function claimOf(row: DueDelivery): ClaimedDelivery {
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    attempts: row.attempts + 1,
    tokenId: row.token_id,
    channel:
      row.channel_id === null || row.channel_kind === null || row.channel_config === null
        ? null
        : { id: row.channel_id, kind: row.channel_kind, name: row.channel_name ?? "", config: row.channel_config },
    alertAddressId: row.alert_address_id,
    workspaceName: row.workspace_name,
    invitation:
      row.invited_role === null || row.invited_by === null
        ? null
        : { role: row.invited_role, invitedBy: row.invited_by },
    report:
      row.month === null || row.workspace_id === null
        ? null
        : { workspaceId: row.workspace_id, workspacePublicId: row.workspace_public_id ?? "", month: row.month },
    incident: incidentOf(row),
    others: [],
    messageId: row.digest_id ?? row.id,
  };
}

/** The incident that a delivery is about; null for an account mail. */
export function incidentOf(row: DueDelivery): ClaimedIncident | null {
  const { incident_id, incident_kind, subject_type, subject_id, started_at } = row;
  if (
    incident_id === null ||
    incident_kind === null ||
    subject_type === null ||
    subject_id === null ||
    started_at === null
  )
    return null;
  return {
    id: incident_id,
    workspaceId: row.workspace_public_id ?? "",
    kind: incident_kind,
    subject: { type: subject_type, id: subject_id, name: row.subject_name ?? "" },
    place: row.place ?? "",
    startedAt: started_at,
    endedAt: row.ended_at,
    reason: words.reason(row.reason) ?? "connect",
    detail: row.detail ?? "",
  };
}
