import { LEASE_MARGIN_MS } from "@pulsecheck/shared/schedule";
import type { MonitorStatus } from "@pulsecheck/shared/check";
import type { MonitorState } from "@pulsecheck/shared/monitor-state";
import type { Db } from "./client.ts";
import type { Scope } from "./scope.ts";

/** A monitor that this process may check now, with all that the check needs. */
export type ClaimedCheck = {
  monitorId: number;
  publicId: string;
  workspaceId: number;
  /** A commit with an older fence than the row's is refused. */
  fence: string;
  kind: "scheduled" | "manual";
  /** When the check is due (scheduled), or when the next regular one is (manual). */
  scheduledAt: Date;
  /** Until the due time when it was claimed, in ms; negative when late. */
  dueInMs: number;
  /** The database's clock at the claim. */
  claimedAt: Date;
  isActive: boolean;
  state: MonitorState;
  incidentId: string | null;
  /** The open incident, as JSON tells it; null without one. */
  incident: { startedAt: string; confirmedAt: string; reason: number; detail: string } | null;
  name: string;
  url: string;
  method: string;
  intervalMs: number;
  timeoutMs: number;
  expectedStatus: string[];
  keyword: string | null;
  keywordAbsent: string | null;
  followRedirects: boolean;
  maxRedirects: number;
  verifyTls: boolean;
  failureThreshold: number;
  /** Sealed; null where there are none. */
  secrets: Uint8Array | null;
};

type ClaimRow = Omit<ClaimedCheck, "state" | "kind"> & {
  status: MonitorStatus;
  failureStreak: number;
  inconclusiveStreak: number;
  streakStartedAt: Date | null;
};

const COLUMNS = `
  m.id AS "monitorId", m.public_id AS "publicId", m.workspace_id AS "workspaceId", s.fence, s.scheduled_at AS "scheduledAt",
  (extract(epoch FROM s.scheduled_at - clock_timestamp()) * 1000)::float8 AS "dueInMs", clock_timestamp() AS "claimedAt",
  m.is_active AS "isActive", s.status, s.failure_streak AS "failureStreak", s.inconclusive_streak AS "inconclusiveStreak",
  s.streak_started_at AS "streakStartedAt", s.incident_id AS "incidentId",
  (SELECT json_build_object('startedAt', i.started_at, 'confirmedAt', i.confirmed_at, 'reason', i.reason, 'detail', i.detail)
    FROM incidents i WHERE i.id = s.incident_id) AS incident, m.name, m.url, m.method,
  m.interval_s * 1000 AS "intervalMs", m.timeout_ms AS "timeoutMs", m.expected_status AS "expectedStatus", m.keyword,
  m.keyword_absent AS "keywordAbsent", m.follow_redirects AS "followRedirects", m.max_redirects AS "maxRedirects",
  m.verify_tls AS "verifyTls", m.failure_threshold AS "failureThreshold", m.secrets`;

// The lease is the due time itself, moved on: a worker that dies leaves its monitors due again when it ends, for
// the same scheduled_at. One that was due hours ago, while nobody worked, is due now.
const LEASE = `
  fence = s.fence + 1,
  scheduled_at = greatest(coalesce(s.scheduled_at, s.next_check_at), now() - interval '1 hour'),
  next_check_at = now() + (m.timeout_ms + ${LEASE_MARGIN_MS}) * interval '1 millisecond'`;

const CLAIM_DUE = `
  WITH due AS MATERIALIZED (
    SELECT monitor_id FROM monitor_states
    WHERE shard = $1 AND next_check_at <= now() + $2 * interval '1 millisecond'
      AND (scheduled_at IS NULL OR next_check_at <= now())
    ORDER BY next_check_at LIMIT $3 FOR UPDATE SKIP LOCKED
  )
  UPDATE monitor_states s SET ${LEASE}
  FROM due, monitors m WHERE s.monitor_id = due.monitor_id AND m.id = s.monitor_id
  RETURNING ${COLUMNS}`;

const CLAIM_ONE = `
  UPDATE monitor_states s SET ${LEASE.replace("coalesce(s.scheduled_at, s.next_check_at)", "coalesce(s.scheduled_at, s.next_check_at, now())")}
  FROM monitors m
  WHERE m.id = s.monitor_id AND m.workspace_id = $1 AND m.public_id = $2
    AND (s.scheduled_at IS NULL OR s.next_check_at <= now())
  RETURNING ${COLUMNS}`;

const HAND_BACK = `
  UPDATE monitor_states s SET next_check_at = CASE WHEN m.is_active THEN s.scheduled_at END, scheduled_at = NULL
  FROM unnest($1::int[], $2::bigint[]) AS claim(monitor_id, fence), monitors m
  WHERE s.monitor_id = claim.monitor_id AND s.fence = claim.fence AND m.id = s.monitor_id AND s.scheduled_at IS NOT NULL`;

/**
 * Claims up to `limit` monitors of a shard that are due within `horizonMs`, each with a lease. No two callers get
 * the same one, and calling twice claims nothing twice.
 */
export async function claimDue(db: Db, shard: number, horizonMs: number, limit: number): Promise<ClaimedCheck[]> {
  const { rows } = await db.pool.query<ClaimRow>({
    name: "claim-due",
    text: CLAIM_DUE,
    values: [shard, horizonMs, limit],
  });
  return rows.map((row) => toClaim(row, "scheduled"));
}

/** Claims one monitor for a check at once; null while another check of it is under way, or if it is not there. */
export async function claimOne(scope: Scope, publicId: string): Promise<ClaimedCheck | null> {
  const { rows } = await scope.db.pool.query<ClaimRow>(CLAIM_ONE, [scope.workspaceId, publicId]);
  return rows[0] ? toClaim(rows[0], "manual") : null;
}

/** Gives claims back that will not be run, so that another worker need not wait for their leases. */
export async function handBack(db: Db, claims: readonly ClaimedCheck[]): Promise<void> {
  if (claims.length === 0) return;
  await db.pool.query(HAND_BACK, [claims.map((claim) => claim.monitorId), claims.map((claim) => claim.fence)]);
}

function toClaim(row: ClaimRow, kind: ClaimedCheck["kind"]): ClaimedCheck {
  const { status, failureStreak, inconclusiveStreak, streakStartedAt, ...rest } = row;
  const hasOpenIncident = row.incidentId !== null;
  return { ...rest, kind, state: { status, failureStreak, inconclusiveStreak, streakStartedAt, hasOpenIncident } };
}
