import { latencyOf, type ProbeResult } from "@pulsecheck/shared/check";
import type { CronState } from "@pulsecheck/shared/cron-job";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import type { Decision } from "@pulsecheck/shared/monitor-state";
import type pg from "pg";
import { inTransaction, type Db } from "./client.ts";
import { codes } from "./check-view.ts";
import { writeCronState } from "./cron-jobs.ts";
import type { ClaimedCheck } from "./due-checks.ts";
import type { FinishedLatency } from "./finish-latency.ts";
import { writeArray } from "./array-literal.ts";
import { writeIncidentChanges, type IncidentChange } from "./incident-changes.ts";
import { isWatched } from "./watches.ts";

/** A finished check, decided and ready to be written. */
export type FinishedCheck = {
  claim: ClaimedCheck;
  result: ProbeResult;
  decision: Decision;
  /** Null for a paused monitor, and for a cron job of which nothing is expected. */
  nextCheckAt: Date | null;
  /** Of a cron job, what is remembered of it from now on. */
  cronState: CronState | null;
  /** The incident that is open after this check: a fresh id where it opens one. */
  incidentId: string | null;
  /** What sockets are told of a transition; kept with it until they were. */
  events: LiveEvent[];
  latency: FinishedLatency;
  /** It began during maintenance: it is kept, and counts neither as good nor as failed. */
  inMaintenance: boolean;
};

/** The due time that a check stands for: one by hand and a run of a cron job stand for themselves. */
export function dueTimeOf({ claim, result }: Pick<FinishedCheck, "claim" | "result">): Date {
  return claim.kind === "scheduled" ? claim.scheduledAt : result.startedAt;
}

/** A check that was written. `isWatched`: somebody wants to hear of it. */
export type AcceptedCheck = FinishedCheck & { isWatched: boolean };

type Column = readonly [name: string, type: string, of: (check: FinishedCheck) => string | number | Date | null];

const KEYS: readonly Column[] = [
  ["monitor_id", "int", ({ claim }) => claim.monitorId],
  ["fence", "bigint", ({ claim }) => claim.fence],
];

const STATE: readonly Column[] = [
  ["status", "monitor_status", ({ decision }) => decision.next.status],
  ["failure_streak", "int", ({ decision }) => decision.next.failureStreak],
  ["inconclusive_streak", "int", ({ decision }) => decision.next.inconclusiveStreak],
  ["streak_started_at", "timestamptz", ({ decision }) => decision.next.streakStartedAt],
  ["incident_id", "uuid", ({ incidentId }) => incidentId],
  ["next_check_at", "timestamptz", ({ nextCheckAt }) => nextCheckAt],
  ["last_checked_at", "timestamptz", ({ result }) => result.startedAt],
  ["last_latency_ms", "real", ({ claim, result }) => latencyOf(result, claim.kind)],
  ["last_reason", "smallint", ({ result }) => codes.reason(result.reason)],
  ["band_readings", "smallint", ({ latency }) => latency.band?.readings ?? 0],
  ["band_center", "real", ({ latency }) => latency.band?.center ?? 0],
  ["band_spread", "real", ({ latency }) => latency.band?.spread ?? 0],
  ["anomaly_streak", "smallint", ({ latency }) => latency.streak],
  ["anomaly_incident_id", "uuid", ({ latency }) => latency.incidentId],
];

const CHECK: readonly Column[] = [
  ["scheduled_at", "timestamptz", dueTimeOf],
  ["tls_expires_at", "timestamptz", ({ result }) => result.tlsExpiresAt],
  ["delay_ms", "int", (check) => check.result.startedAt.getTime() - dueTimeOf(check).getTime()],
  ["dns_ms", "real", ({ result }) => result.phases.dns],
  ["connect_ms", "real", ({ result }) => result.phases.connect],
  ["tls_ms", "real", ({ result }) => result.phases.tls],
  ["first_byte_ms", "real", ({ result }) => result.phases.firstByte],
  ["total_ms", "real", ({ result }) => result.phases.total],
  ["kind", '"char"', ({ claim }) => codes.kind(claim.kind)],
  ["outcome", '"char"', ({ result }) => codes.outcome(result.outcome)],
  ["status_code", '"char"', ({ decision }) => codes.status(decision.next.status)],
  ["reason", "smallint", ({ result }) => codes.reason(result.reason)],
  ["http_status", "smallint", ({ result }) => result.httpStatus],
  ["resolved_address", "inet", ({ result }) => result.resolvedAddress],
  ["detail", "text", ({ result }) => result.detail],
  ["is_anomaly", "boolean", ({ latency }) => (latency.isAnomaly ? "t" : null)],
  ["in_maintenance", "boolean", ({ inMaintenance }) => (inMaintenance ? "t" : null)],
];

const ALL = [...KEYS, ...STATE, ...CHECK];
const names = (columns: readonly Column[], prefix = "") => columns.map(([name]) => prefix + name).join(", ");

// Not "IS NOT NULL": statistics taken while nothing is under way say that no row is so, and the planner then goes
// through all monitors for each result.
const IS_UNDER_WAY = "coalesce(s.scheduled_at, '-infinity') > '-infinity'";

// One statement for a whole batch. The fence is the compare-and-set: a result whose monitor was claimed again,
// changed, paused or deleted meanwhile moves nothing and leaves no row.
const COMMIT = `
  WITH input AS (
    SELECT * FROM unnest(${ALL.map(([, type], i) => `$${i + 1}::${type}[]`).join(", ")}) AS t(${names(ALL)})
  ),
  moved AS (
    UPDATE monitor_states s SET
      ${STATE.map(([name]) => `${name} = i.${name}`).join(", ")}, scheduled_at = NULL,
      status_since = CASE WHEN s.status = i.status AND s.status_since IS NOT NULL THEN s.status_since ELSE i.last_checked_at END
    FROM input i WHERE s.monitor_id = i.monitor_id AND s.fence = i.fence AND ${IS_UNDER_WAY}
    RETURNING s.monitor_id
  ),
  stored AS (
    INSERT INTO checks (monitor_id, ${names(CHECK).replace("status_code", "status")})
    SELECT i.monitor_id, ${names(CHECK, "i.")} FROM input i JOIN moved USING (monitor_id)
    ON CONFLICT DO NOTHING
  )
  SELECT monitor_id, ${isWatched("moved.monitor_id")} AS "isWatched" FROM moved`;

/**
 * Writes a batch of finished checks: their rows, the monitors' new states, and for each transition its incident
 * and its outbox row. All of it is committed, or nothing; a batch without transitions is one statement.
 * @returns those that were accepted; the others lost their claim meanwhile
 */
export async function commitChecks(db: Db, finished: readonly FinishedCheck[]): Promise<AcceptedCheck[]> {
  // Rows are locked in the same order by everyone.
  const batch = finished.toSorted((a, b) => a.claim.monitorId - b.claim.monitorId);
  const isPlain = batch.every((check) => check.cronState === null && !hasTransition(check));
  if (isPlain) return writeStates(db.pool, batch);
  return inTransaction(db.pool, (client) => writeChecks(client, batch));
}

/** The same inside the caller's transaction. */
export async function writeChecks(client: pg.PoolClient, batch: readonly FinishedCheck[]): Promise<AcceptedCheck[]> {
  const accepted = await writeStates(client, batch);
  await writeIncidentChanges(client, accepted.flatMap(changesOf));
  for (const { claim, cronState } of accepted)
    if (cronState !== null) await writeCronState(client, claim.monitorId, cronState);
  return accepted;
}

async function writeStates(client: pg.Pool | pg.PoolClient, batch: readonly FinishedCheck[]): Promise<AcceptedCheck[]> {
  const values = ALL.map(([, , of]) => writeArray(batch.map(of)));
  const { rows } = await client.query<{ monitor_id: number; isWatched: boolean }>({
    name: "commit-checks",
    text: COMMIT,
    values,
  });
  const moved = new Map(rows.map((row) => [row.monitor_id, row.isWatched]));
  return batch.flatMap((check) => {
    const watched = moved.get(check.claim.monitorId);
    return watched === undefined ? [] : [{ ...check, isWatched: watched }];
  });
}

function hasTransition({ decision, latency }: FinishedCheck): boolean {
  return decision.transition !== null || latency.transition !== null;
}

/** The incidents that a check opens or ends: an outage, an anomaly. */
export function changesOf(check: FinishedCheck): IncidentChange[] {
  if (!hasTransition(check)) return [];
  const { claim, result, decision, latency } = check;
  const same = { workspaceId: claim.workspaceId, of: { monitorId: claim.monitorId }, at: result.startedAt };
  const changes: IncidentChange[] = [];
  if (decision.transition !== null) {
    const id = claim.incidentId ?? check.incidentId ?? "";
    const startedAt = decision.next.streakStartedAt ?? result.startedAt;
    const begins = { startedAt, reason: result.reason ?? "connect", detail: result.detail ?? "" };
    const isDown = decision.transition.kind === "DOWN";
    changes.push({ ...same, id, kind: "outage", begins: isDown ? begins : null, events: check.events });
  }
  if (latency.transition !== null) {
    const id = claim.anomalyIncidentId ?? latency.incidentId ?? "";
    changes.push({ ...same, id, kind: "anomaly", begins: beginsOf(latency.transition), events: latency.events });
  }
  return changes;
}

function beginsOf(transition: NonNullable<FinishedLatency["transition"]>): IncidentChange["begins"] {
  if (transition.kind === "ends") return null;
  return { startedAt: transition.startedAt, reason: "anomaly", detail: transition.detail };
}
