import type { AnyMonitorChange } from "@pulsecheck/shared/cron-monitor";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { firstCheckAt } from "@pulsecheck/shared/schedule";
import { writeArray } from "./array-literal.ts";
import { outlineDeed, recordStaged } from "./audit.ts";
import { changedJob, findDeadline, readListeningSince } from "./cron-jobs.ts";
import { Prisma, type CronJob } from "./generated/client.ts";
import { readMonitors } from "./monitor-batches.ts";
import { outlineOf, recordOf, recordset, SETTING_COLUMNS, type Secrets } from "./monitor-records.ts";
import { viewMonitor, type MonitorRow } from "./monitor-view.ts";
import { changedSecrets, closeOpenIncidents, deedOn, nextState } from "./monitors.ts";
import type { Scope } from "./scope.ts";
import type { SecretBox } from "./secret-box.ts";

/** A monitor as it was read, and the fields that differ. */
export type MonitorEdit = { before: MonitorRow; change: AnyMonitorChange };

// Edits are worked out to the last column before the first row is locked, and wait in a table of this transaction:
// checks and pings of these monitors wait for the locks, and everyone else's behind them.
const STAGED =
  recordset(`, seen_at timestamptz, seen_job_state jsonb, job_state jsonb, is_paused boolean, is_due boolean,
  state jsonb, deed jsonb`);
const OPEN = `CREATE TEMP TABLE monitor_edits ON COMMIT DROP AS SELECT * FROM ${STAGED}`;

/** To be called once in a transaction before the others. */
export async function openEdits(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRawUnsafe(OPEN.replace("$1", "'[]'"));
}

/** Prepares changes of many monitors, as `updateMonitor` makes one. Nothing is locked, and nothing is changed yet. */
export async function stageEdits(
  tx: Prisma.TransactionClient,
  box: SecretBox,
  edits: readonly MonitorEdit[],
): Promise<void> {
  if (edits.length === 0) return;
  const listeningSince = await readListeningSince(tx);
  const records = edits.map((edit) => stagedOf(box, edit, listeningSince));
  await tx.$executeRawUnsafe(`INSERT INTO monitor_edits SELECT * FROM ${STAGED}`, JSON.stringify(records));
}

function stagedOf(box: SecretBox, { before, change }: MonitorEdit, listeningSince: Date) {
  const now = new Date();
  const { headers: _headers, body: _body, auth: _auth, ...plain } = change;
  const secrets: Secrets = changedSecrets(box, before, change);
  const secretOutline = secrets.secretOutline === undefined ? before.secretOutline : outlineOf(secrets.secretOutline);
  const after = { ...viewMonitor({ ...before, secretOutline } as MonitorRow), ...plain } as MonitorView;
  const { headers: _named, body: _masked, auth: _outlined, ...settings } = after;
  const isPaused = before.isActive && !after.is_active;
  const job = changeJob(before, change);
  const dueAt = job === null ? now : findDeadline({ ...before, intervalS: after.interval }, job, listeningSince);
  const { fence: _fence, ...state } = nextState({ isActive: after.is_active }, isPaused, change, dueAt, now);
  return {
    ...recordOf(settings, secrets),
    id: before.id,
    seen_at: before.updatedAt,
    seen_job_state: before.cronJob?.state ?? null,
    job_state: job?.state ?? null,
    is_paused: isPaused,
    is_due: job === null && state.nextCheckAt === now,
    state: Object.keys(state).length === 0 ? null : toColumns(state),
    deed: outlineDeed(deedOn("updated", viewMonitor(before), after, change)),
  };
}

/** A cron job as a change leaves it. */
function changeJob(before: MonitorRow, change: AnyMonitorChange): CronJob | null {
  if (before.cronJob === null) return null;
  const { cronJob } = changedJob(before, change) as { cronJob?: { update: Partial<CronJob> } };
  const { state, ...settings } = cronJob?.update ?? {};
  const isForgotten = (state as unknown) === Prisma.DbNull;
  return { ...before.cronJob, ...settings, ...(state === undefined ? {} : { state: isForgotten ? null : state }) };
}

function toColumns(fields: object): Record<string, unknown> {
  const nameOf = (field: string) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [nameOf(field), value]));
}

// A new name or tag is nothing that a check waits for.
const LOCK_STATES = `
  SELECT count(*)::int AS count FROM (
    SELECT 1 FROM monitor_states s JOIN monitor_edits e ON e.id = s.monitor_id
    WHERE e.state IS NOT NULL OR e.kind = 'cron' ORDER BY s.monitor_id FOR UPDATE OF s) l`;
const LOCK_SETTINGS = `
  SELECT count(*)::int AS count FROM (
    SELECT 1 FROM monitors m JOIN monitor_edits e ON e.id = m.id ORDER BY m.id FOR NO KEY UPDATE OF m) l`;
const DROP_STALE = `
  DELETE FROM monitor_edits e WHERE NOT EXISTS (
    SELECT 1 FROM monitors m LEFT JOIN cron_jobs c ON c.monitor_id = m.id
    WHERE m.id = e.id AND m.updated_at = e.seen_at AND c.state IS NOT DISTINCT FROM e.seen_job_state)
  RETURNING id`;

/**
 * Locks all monitors that are to be changed, in the order in which everyone locks them, until the commit: what is left
 * to do is `writeEdits`. Answers those that were changed since they were read, which are not staged any more.
 */
export async function lockEdits(tx: Prisma.TransactionClient): Promise<MonitorRow[]> {
  await tx.$executeRaw`ANALYZE monitor_edits (id)`;
  await tx.$queryRawUnsafe(LOCK_STATES);
  await tx.$queryRawUnsafe(LOCK_SETTINGS);
  const stale = await tx.$queryRawUnsafe<{ id: number }[]>(DROP_STALE);
  return readMonitors(
    tx,
    stale.map(({ id }) => id),
  );
}

const UPDATE = `
  UPDATE monitors m SET ${SETTING_COLUMNS.map((name) => `${name} = t.${name}`).join(", ")}, updated_at = now(),
    secrets = CASE WHEN t.has_secrets THEN decode(t.secrets, 'base64') ELSE m.secrets END,
    secret_outline = CASE WHEN t.has_secrets THEN t.secret_outline ELSE m.secret_outline END
  FROM monitor_edits t WHERE m.id = t.id`;
const UPDATE_JOBS = `
  UPDATE cron_jobs c SET schedule = e.schedule, time_zone = e.time_zone, grace_s = e.grace_s, longest_run_s = e.longest_run_s,
    state = e.job_state
  FROM monitor_edits e WHERE c.monitor_id = e.id`;

/** What `nextState` may set, but for the fence. */
const STATE_COLUMNS = `status, status_since, failure_streak, inconclusive_streak, streak_started_at, incident_id,
  anomaly_incident_id, anomaly_streak, last_reason, band_readings, scheduled_at, next_check_at`;
const UPDATE_STATES = `
  UPDATE monitor_states s SET fence = s.fence + 1, (${STATE_COLUMNS}) = (
    SELECT ${STATE_COLUMNS.replace("next_check_at", "coalesce(e.due_at, next_check_at)")} FROM jsonb_populate_record(s, e.state))
  FROM (SELECT id, state, due_at FROM monitor_edits LEFT JOIN unnest($1::int[], $2::timestamptz[]) AS d(id, due_at) USING (id)) e
  WHERE s.monitor_id = e.id AND e.state IS NOT NULL`;
const INCIDENTS_AT_ONCE = 5_000;
const PAUSED = `
  SELECT DISTINCT e.id FROM monitor_edits e JOIN incidents i ON i.monitor_id = e.id AND i.ended_at IS NULL WHERE e.is_paused`;

/**
 * Makes all the changes that were staged, of monitors that are locked. Checks at once come in a line with those of as
 * many new monitors as `checkedBefore`.
 * @returns how many monitors were changed
 */
export async function writeEdits(tx: Prisma.TransactionClient, scope: Scope, checkedBefore: number): Promise<number> {
  const due = await tx.$queryRaw<{ id: number; ms: number }[]>`
    SELECT id, interval_s * 1000 AS ms FROM monitor_edits WHERE is_due ORDER BY id`;
  const now = new Date();
  const dueTimes = due.map(({ id, ms }, n) => firstCheckAt(id, ms, checkedBefore + n, now));
  const changed = await tx.$executeRawUnsafe(UPDATE);
  await tx.$executeRawUnsafe(UPDATE_JOBS);
  const paused = (await tx.$queryRawUnsafe<{ id: number }[]>(PAUSED)).map(({ id }) => id);
  for (let at = 0; at < paused.length; at += INCIDENTS_AT_ONCE)
    await closeOpenIncidents(tx, paused.slice(at, at + INCIDENTS_AT_ONCE), now);
  await tx.$executeRawUnsafe(UPDATE_STATES, writeArray(due.map(({ id }) => id)), writeArray(dueTimes));
  await recordStaged(tx, scope, "SELECT deed FROM monitor_edits WHERE deed IS NOT NULL ORDER BY id");
  return changed;
}
