import { LEASE_MARGIN_MS } from "@pulsecheck/shared/schedule";
import { cronStateSchema, NEVER_PINGED, type CronState } from "@pulsecheck/shared/cron-job";
import type { CronSettings } from "@pulsecheck/shared/cron-schedule";
import type { CheckKind, MonitorStatus } from "@pulsecheck/shared/check";
import type { LatencyState } from "@pulsecheck/shared/latency-state";
import type { MonitorState } from "@pulsecheck/shared/monitor-state";
import type { Span } from "@pulsecheck/shared/span";
import type pg from "pg";
import type { Db } from "./client.ts";
import { LISTENING_SINCE } from "./listening.ts";
import { readSpans, type ToldSpan } from "./maintenance-spans.ts";
import type { Scope } from "./scope.ts";
import { isWatched } from "./watches.ts";

/** What is known of a cron job: it is not asked, but judged by its pings. */
export type ClaimedJob = {
  settings: CronSettings;
  state: CronState;
  /** Since when pings have been received without a gap. */
  listeningSince: Date;
};

/** An open incident, as JSON tells it. */
export type ClaimedIncident = { startedAt: string; confirmedAt: string; reason: number; detail: string };

/** A monitor that this process may check now, with all that the check needs. */
export type ClaimedCheck = {
  monitorId: number;
  publicId: string;
  workspaceId: number;
  /** A commit with an older fence than the row's is refused. */
  fence: string;
  kind: CheckKind;
  /** Null for what is asked over HTTP. */
  cron: ClaimedJob | null;
  lastCheckedAt: Date | null;
  /** Somebody wants to hear of every check. */
  isWatched: boolean;
  /** When the check is due (scheduled), or when the next regular one is (manual). */
  scheduledAt: Date;
  isActive: boolean;
  state: MonitorState;
  incidentId: string | null;
  /** The open outage; null without one. */
  incident: ClaimedIncident | null;
  /** Maintenance that is on or begins soon, and what of it was since the streak began, or since a job's last ping. */
  maintenance: readonly Span[];
  latency: LatencyState;
  anomalyIncidentId: string | null;
  /** The open incident of unusual latencies. */
  anomaly: ClaimedIncident | null;
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

type ClaimRow = Omit<ClaimedCheck, "state" | "latency" | "kind" | "cron" | "maintenance"> & {
  maintenance: ToldSpan[] | null;
  cron: (CronSettings & { state: unknown; listeningSince: string }) | null;
  status: MonitorStatus;
  failureStreak: number;
  inconclusiveStreak: number;
  streakStartedAt: Date | null;
  bandReadings: number;
  bandCenter: number;
  bandSpread: number;
  anomalyStreak: number;
  alertsOnAnomaly: boolean;
};

const incidentOf = (column: string) => `
  (SELECT json_build_object('startedAt', i.started_at, 'confirmedAt', i.confirmed_at, 'reason', i.reason, 'detail', i.detail)
    FROM incidents i WHERE i.id = s.${column})`;

// A check that is claimed now may begin a moment after maintenance does.
const MAINTENANCE = `
  (SELECT json_agg(json_build_object('startsAt', p.starts_at, 'endsAt', p.ends_at) ORDER BY p.starts_at) FROM maintenance_spans p
    WHERE p.monitor_id = m.id AND p.starts_at < now() + interval '1 minute' AND p.ends_at > least(now(), s.streak_started_at,
      CASE WHEN m.kind = 'cron' THEN (SELECT (c.state->>'expectedFrom')::timestamptz FROM cron_jobs c WHERE c.monitor_id = m.id) END))`;

const COLUMNS = `
  m.id AS "monitorId", m.public_id AS "publicId", m.workspace_id AS "workspaceId", s.fence, s.scheduled_at AS "scheduledAt",
  m.is_active AS "isActive", s.last_checked_at AS "lastCheckedAt", s.status, s.failure_streak AS "failureStreak", s.inconclusive_streak AS "inconclusiveStreak",
  s.streak_started_at AS "streakStartedAt", s.incident_id AS "incidentId",
  ${incidentOf("incident_id")} AS incident, s.anomaly_incident_id AS "anomalyIncidentId", ${incidentOf("anomaly_incident_id")} AS anomaly,
  s.band_readings AS "bandReadings", s.band_center AS "bandCenter", s.band_spread AS "bandSpread",
  s.anomaly_streak AS "anomalyStreak", m.alerts_on_anomaly AS "alertsOnAnomaly", m.name, m.url, m.method,
  m.interval_s * 1000 AS "intervalMs", m.timeout_ms AS "timeoutMs", m.expected_status AS "expectedStatus", m.keyword,
  m.keyword_absent AS "keywordAbsent", m.follow_redirects AS "followRedirects", m.max_redirects AS "maxRedirects",
  m.verify_tls AS "verifyTls", m.failure_threshold AS "failureThreshold", m.secrets, ${isWatched("s.monitor_id")} AS "isWatched",
  ${MAINTENANCE} AS maintenance,
  CASE WHEN m.kind = 'cron' THEN (SELECT json_build_object('schedule', c.schedule, 'timeZone', c.time_zone, 'intervalS', m.interval_s,
      'graceS', c.grace_s, 'longestRunS', c.longest_run_s, 'state', c.state, 'listeningSince', (${LISTENING_SINCE}))
    FROM cron_jobs c WHERE c.monitor_id = m.id) END AS cron`;

// One that was due hours ago, while nobody worked, is due now. A repeated claim is for the same due time.
const CLAIM = `
  fence = s.fence + 1, claimed_by = $1,
  leased_until = now() + (m.timeout_ms + ${LEASE_MARGIN_MS}) * interval '1 millisecond',
  scheduled_at = greatest(coalesce(s.scheduled_at, s.next_check_at, now()), now() - interval '1 hour')`;

// next_check_at moves on to the next regular time at once, so that the commit need not touch an index. That of a cron
// job is known to the commit alone; should none come, somebody looks again in a minute.
const CLAIM_DUE = `
  WITH due AS MATERIALIZED (
    SELECT monitor_id FROM monitor_states
    WHERE shard = $2 AND next_check_at <= now() + $3 * interval '1 millisecond'
      AND (scheduled_at IS NULL OR (next_check_at <= now() AND leased_until <= now()))
    ORDER BY next_check_at LIMIT $4 FOR UPDATE SKIP LOCKED
  )
  UPDATE monitor_states s SET ${CLAIM}, 
    next_check_at = s.next_check_at + least(m.interval_s, CASE m.kind WHEN 'cron' THEN 60 END) * interval '1 second'
  FROM due, monitors m WHERE s.monitor_id = due.monitor_id AND m.id = s.monitor_id
  RETURNING ${COLUMNS}`;

const CLAIM_ONE = `
  UPDATE monitor_states s SET ${CLAIM}
  FROM monitors m
  WHERE m.id = s.monitor_id AND m.workspace_id = $2 AND m.public_id = $3 AND m.kind = 'http'
    AND (s.scheduled_at IS NULL OR s.leased_until <= now())
  RETURNING ${COLUMNS}`;

// Takes the monitor from whoever has claimed it: the row is locked, and theirs is void when this is committed.
const CLAIM_PINGED = `
  UPDATE monitor_states s SET fence = s.fence + 1, scheduled_at = coalesce(s.scheduled_at, now())
  FROM monitors m WHERE m.id = s.monitor_id AND s.monitor_id = $1
  RETURNING ${COLUMNS}`;

const PUT_OFF = `
  UPDATE monitor_states s SET next_check_at = $3, scheduled_at = NULL
  WHERE s.monitor_id = $1 AND s.fence = $2 AND s.scheduled_at IS NOT NULL`;

// What was due when it was claimed is due again; a paused monitor stays paused.
const GIVEN_BACK = `next_check_at = CASE WHEN s.next_check_at IS NOT NULL THEN s.scheduled_at END, scheduled_at = NULL`;

const HAND_BACK = `
  UPDATE monitor_states s SET ${GIVEN_BACK}
  FROM unnest($1::int[], $2::bigint[]) AS claim(monitor_id, fence)
  WHERE s.monitor_id = claim.monitor_id AND s.fence = claim.fence AND s.scheduled_at IS NOT NULL`;

// A worker that is only frozen finds its name gone and its claims void, and signs on anew.
const FREE_CLAIMS = `
  WITH dead AS (
    DELETE FROM worker_processes WHERE last_seen_at < now() - $1 * interval '1 millisecond' RETURNING id, host, pid
  ),
  freed AS (
    UPDATE monitor_states s SET ${GIVEN_BACK}, fence = s.fence + 1 FROM dead
    WHERE s.claimed_by = dead.id AND s.scheduled_at IS NOT NULL
    RETURNING s.claimed_by
  )
  SELECT host, pid, (SELECT count(*)::int FROM freed WHERE claimed_by = dead.id) AS claims FROM dead`;

/**
 * Claims up to `limit` monitors of a shard that are due within `horizonMs`, each with a lease. No two callers get
 * the same one, and calling twice claims nothing twice.
 */
export async function claimDue(
  db: Db,
  workerId: string,
  shard: number,
  horizonMs: number,
  limit: number,
): Promise<ClaimedCheck[]> {
  const { rows } = await db.pool.query<ClaimRow>({
    name: "claim-due",
    text: CLAIM_DUE,
    values: [workerId, shard, horizonMs, limit],
  });
  return rows.map((row) => toClaim(row, "scheduled"));
}

/** Claims one monitor for a check at once; null while another check of it is under way, or if it is not there. */
export async function claimOne(scope: Scope, workerId: string, publicId: string): Promise<ClaimedCheck | null> {
  const { rows } = await scope.db.pool.query<ClaimRow>(CLAIM_ONE, [workerId, scope.workspaceId, publicId]);
  return rows[0] ? toClaim(rows[0], "manual") : null;
}

/** Claims a cron job for a ping that has come, inside the transaction that decides what it means. */
export async function claimPinged(client: pg.PoolClient, monitorId: number): Promise<ClaimedCheck | null> {
  const { rows } = await client.query<ClaimRow>({ name: "claim-pinged", text: CLAIM_PINGED, values: [monitorId] });
  return rows[0] ? toClaim(rows[0], "ping") : null;
}

/** Ends a claim without a check: there is nothing to tell before `nextCheckAt`; null: before the next ping. */
export async function putOff(
  client: pg.Pool | pg.PoolClient,
  { monitorId, fence }: ClaimedCheck,
  nextCheckAt: Date | null,
): Promise<void> {
  await client.query({ name: "put-off", text: PUT_OFF, values: [monitorId, fence, nextCheckAt] });
}

/** Gives claims back that will not be run, so that another worker need not wait for their leases. */
export async function handBack(db: Db, claims: readonly ClaimedCheck[]): Promise<void> {
  if (claims.length === 0) return;
  await db.pool.query(HAND_BACK, [claims.map((claim) => claim.monitorId), claims.map((claim) => claim.fence)]);
}

/**
 * Has monitors checked now whose next check, or whose lease, is further ahead than any rule puts it: the clock was
 * set back. A cron job may rightly be due in a year. Answers how many.
 */
export async function mendClockSteps(db: Db): Promise<number> {
  const { rowCount } = await db.pool.query(
    `UPDATE monitor_states s SET next_check_at = now(), leased_until = now(), fence = s.fence + 1 FROM monitors m
     WHERE m.id = s.monitor_id AND ((m.kind = 'http' AND s.next_check_at > now() + 2 * m.interval_s * interval '1 second' + interval '1 minute')
       OR (s.scheduled_at IS NOT NULL AND s.leased_until > now() + m.timeout_ms * interval '1 millisecond' + interval '1 minute'))
       AND s.next_check_at IS NOT NULL`,
  );
  return rowCount ?? 0;
}

/**
 * Monitors that were checked and are not down, any of them, from the whole instance: UNKNOWN ones too, which is what
 * an outage of our own network makes of those that were well.
 */
export async function listTargetsNotDown(db: Db, limit: number): Promise<{ monitorId: number; url: string }[]> {
  const { rows } = await db.pool.query<{ monitorId: number; url: string }>(
    `SELECT m.id AS "monitorId", m.url FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id
     WHERE s.status <> 'DOWN' AND s.last_checked_at IS NOT NULL AND m.is_active AND m.kind = 'http' LIMIT $1`,
    [limit],
  );
  return rows;
}

export type DeadWorker = { host: string; pid: number; claims: number };

/** Frees what workers hold who gave no sign of life for `silentMs`, and forgets them. Answers who they were. */
export async function freeClaimsOfDead(db: Db, silentMs: number): Promise<DeadWorker[]> {
  return (await db.pool.query<DeadWorker>(FREE_CLAIMS, [silentMs])).rows;
}

function toClaim(row: ClaimRow, kind: ClaimedCheck["kind"]): ClaimedCheck {
  const { status, failureStreak, inconclusiveStreak, streakStartedAt, cron, ...withLatency } = row;
  const { bandReadings, bandCenter, bandSpread, anomalyStreak, alertsOnAnomaly, ...rest } = withLatency;
  const hasOpenIncident = row.incidentId !== null;
  const job = cron && toJob(cron);
  return {
    ...rest,
    maintenance: readSpans(rest.maintenance),
    kind: job === null ? kind : "ping",
    cron: job,
    state: { status, failureStreak, inconclusiveStreak, streakStartedAt, hasOpenIncident },
    latency: {
      band: bandReadings === 0 ? null : { readings: bandReadings, center: bandCenter, spread: bandSpread },
      anomaly: { streak: anomalyStreak, isOpen: row.anomalyIncidentId !== null },
      alertsOnAnomaly,
    },
  };
}

function toJob({ state, listeningSince, ...settings }: NonNullable<ClaimRow["cron"]>): ClaimedJob {
  return {
    settings,
    state: state === null ? NEVER_PINGED : cronStateSchema.parse(state),
    listeningSince: new Date(listeningSince),
  };
}
