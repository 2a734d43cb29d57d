import { randomUUID } from "node:crypto";
import type { AnyMonitorChange, AnyMonitorInput } from "@pulsecheck/shared/cron-monitor";
import { SHARDS } from "@pulsecheck/shared/schedule";
import { LOCKS } from "./advisory-locks.ts";
import { changedJob, NOT_ASKED, pathOf, readDeadline } from "./cron-jobs.ts";
import { Prisma } from "./generated/client.ts";
import { viewMonitor, type MonitorRow } from "./monitor-view.ts";
import { changedSecrets, closeOpenIncidents, nextState, openSecrets, secretColumns } from "./monitors.ts";
import type { Scope } from "./scope.ts";
import type { SecretBox } from "./secret-box.ts";

export type Transaction = Prisma.TransactionClient;

/** By what monitors may be found: their key elsewhere, their id, or the address that they ask. */
export type MonitorNames = { externalKeys: string[]; ids: string[]; urls: string[] };

/** The workspace's monitors of any of these names. */
export async function findMonitors(
  tx: Prisma.TransactionClient,
  { workspaceId }: Scope,
  { externalKeys, ids, urls }: MonitorNames,
): Promise<MonitorRow[]> {
  const own = Prisma.sql`SELECT id FROM monitors WHERE workspace_id = ${workspaceId}`;
  const searches = [
    ...(externalKeys.length === 0 ? [] : [Prisma.sql`${own} AND external_key = ANY(${externalKeys})`]),
    ...(ids.length === 0 ? [] : [Prisma.sql`${own} AND public_id = ANY(${ids}::uuid[])`]),
    ...(urls.length === 0 ? [] : [Prisma.sql`${own} AND kind = 'http' AND url = ANY(${urls})`]),
  ];
  if (searches.length === 0) return [];
  const found = await tx.$queryRaw<{ id: number }[]>`${Prisma.join(searches, " UNION ")}`;
  return readMonitors(
    tx,
    found.map(({ id }) => id),
  );
}

/** One import of a workspace at a time, until the commit. */
export async function lockImports(tx: Prisma.TransactionClient, { workspaceId }: Scope): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.imports}::int, ${workspaceId}::int)`;
}

/** Monitors that nobody else changes until the commit, in the order of their inner ids. */
export async function lockMonitors(tx: Prisma.TransactionClient, ids: readonly number[]): Promise<MonitorRow[]> {
  if (ids.length === 0) return [];
  // The state before the settings, as whoever changes one monitor does.
  await tx.$queryRaw`SELECT 1 FROM monitor_states WHERE monitor_id = ANY(${ids}) ORDER BY monitor_id FOR UPDATE`;
  return readMonitors(tx, ids);
}

async function readMonitors(tx: Prisma.TransactionClient, ids: readonly number[]): Promise<MonitorRow[]> {
  if (ids.length === 0) return [];
  const include = { state: true, cronJob: true };
  return tx.monitor.findMany({ where: { id: { in: [...ids] } }, include, orderBy: { id: "asc" } });
}

/** The fields of a monitor that stand in its own row, in the words of the API. */
type Settings = Omit<AnyMonitorChange, "headers" | "body" | "auth">;
type Secrets = { secrets?: Uint8Array | null; secretOutline?: unknown };

/** One row for the statements below, whose columns are these. */
const RECORD = `
  json_to_recordset($1::json) AS t(id int, public_id uuid, external_key text, kind monitor_kind, name text, url text, method text,
    interval_s int, timeout_ms int, expected_status text[], keyword text, keyword_absent text, follow_redirects boolean,
    max_redirects int, verify_tls boolean, failure_threshold int, tags text[], notes text, is_active boolean,
    alerts_on_anomaly boolean, has_secrets boolean, secrets text, secret_outline jsonb, n int,
    ping_id uuid, schedule text, time_zone text, grace_s int, longest_run_s int)`;
const WRITTEN = `external_key, name, url, method, interval_s, timeout_ms, expected_status, keyword, keyword_absent, follow_redirects,
  max_redirects, verify_tls, failure_threshold, tags, notes, is_active, alerts_on_anomaly`;
const COLUMNS = WRITTEN.split(/,\s+/);

function recordOf(settings: Settings, { secrets, secretOutline }: Secrets) {
  const { interval, ...same } = settings;
  return {
    ...same,
    interval_s: interval,
    has_secrets: secrets !== undefined,
    secrets: secrets ? Buffer.from(secrets).toString("base64") : null,
    secret_outline: secretOutline === Prisma.DbNull ? null : secretOutline,
  };
}

// The first checks of many are spread a little: a thousand in two seconds.
const INSERT = `
  WITH made AS (
    INSERT INTO monitors (workspace_id, created_by_id, public_id, kind, secrets, secret_outline, ${WRITTEN})
    SELECT $2::int, $3::uuid, t.public_id, t.kind, decode(t.secrets, 'base64'), t.secret_outline, ${COLUMNS.map((name) => `t.${name}`).join(", ")}
    FROM ${RECORD} ORDER BY t.n RETURNING id, public_id
  ), given AS (SELECT made.id AS monitor_id, t.* FROM ${RECORD} JOIN made USING (public_id)
  ), jobs AS (
    INSERT INTO cron_jobs (monitor_id, ping_id, schedule, time_zone, grace_s, longest_run_s)
    SELECT monitor_id, ping_id, schedule, time_zone, grace_s, longest_run_s FROM given WHERE kind = 'cron'
  )
  INSERT INTO monitor_states (monitor_id, workspace_id, shard, next_check_at)
  SELECT monitor_id, $2::int, monitor_id % ${SHARDS}, CASE WHEN is_active AND kind = 'http' THEN now() + n * interval '2 ms' END FROM given`;

/** Stores new monitors, as `createMonitor` does one. */
export async function insertMonitors(
  tx: Prisma.TransactionClient,
  { workspaceId }: Scope,
  box: SecretBox,
  createdById: string,
  inputs: readonly AnyMonitorInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  const records = inputs.map((input, n) => ({ ...newRecord(box, input), public_id: randomUUID(), n }));
  await tx.$executeRawUnsafe(INSERT, JSON.stringify(records), workspaceId, createdById);
}

function newRecord(box: SecretBox, input: AnyMonitorInput) {
  if (input.kind === "cron") {
    const ping_id = input.ping_id ?? randomUUID();
    return { ...recordOf({ ...NOT_ASKED, ...input, url: pathOf(ping_id) }, {}), kind: "cron", ping_id };
  }
  const { headers: _headers, body: _body, auth: _auth, kind = "http", ...settings } = input;
  return { ...recordOf(settings, secretColumns(box, input)), kind };
}

const UPDATE = `
  UPDATE monitors m SET ${COLUMNS.map((name) => `${name} = t.${name}`).join(", ")}, updated_at = now(),
    secrets = CASE WHEN t.has_secrets THEN decode(t.secrets, 'base64') ELSE m.secrets END,
    secret_outline = CASE WHEN t.has_secrets THEN t.secret_outline ELSE m.secret_outline END
  FROM ${RECORD} WHERE m.id = t.id`;

/** A monitor as it was locked, and the fields that differ. */
export type MonitorEdit = { before: MonitorRow; change: AnyMonitorChange };

/** The fields of a change that are not so already. */
export function findDifference(box: SecretBox, before: MonitorRow, change: AnyMonitorChange): AnyMonitorChange {
  const old: object = { ...viewMonitor(before), ...openSecrets(box, before) };
  const now = new Map(Object.entries(old).map(([field, value]) => [field, JSON.stringify(value)]));
  return Object.fromEntries(
    Object.entries(change).filter(([field, value]) => now.get(field) !== JSON.stringify(value)),
  );
}

/** Changes many monitors, as `updateMonitor` does one. */
export async function changeMonitors(
  tx: Prisma.TransactionClient,
  box: SecretBox,
  edits: readonly MonitorEdit[],
): Promise<void> {
  if (edits.length === 0) return;
  const now = new Date();
  const records = edits.map(({ before, change }) => {
    const { headers: _headers, body: _body, auth: _auth, ...settings } = viewMonitor(before);
    return { ...recordOf({ ...settings, ...change } as Settings, changedSecrets(box, before, change)), id: before.id };
  });
  await tx.$executeRawUnsafe(UPDATE, JSON.stringify(records));
  const paused = edits.filter(({ before, change }) => before.isActive && change.is_active === false);
  await closeOpenIncidents(
    tx,
    paused.map(({ before }) => before.id),
    now,
  );
  await changeStates(tx, edits, now);
}

/** Most states change in the same way, so they are written together. */
async function changeStates(tx: Prisma.TransactionClient, edits: readonly MonitorEdit[], now: Date): Promise<void> {
  const groups = new Map<string, { data: ReturnType<typeof nextState>; ids: number[] }>();
  for (const { before, change } of edits) {
    const isActive = change.is_active ?? before.isActive;
    const dueAt = before.cronJob === null ? now : await changeJob(tx, before, change);
    const data = nextState({ isActive }, before.isActive && !isActive, change, dueAt, now);
    const key = JSON.stringify(data);
    const group = groups.get(key) ?? { data, ids: [] };
    group.ids.push(before.id);
    groups.set(key, group);
  }
  for (const { data, ids } of groups.values())
    if (Object.keys(data).length > 0) await tx.monitorState.updateMany({ where: { monitorId: { in: ids } }, data });
}

/** One by one: what a job's silence means next depends on its own runs. */
async function changeJob(
  tx: Prisma.TransactionClient,
  before: MonitorRow,
  change: AnyMonitorChange,
): Promise<Date | null> {
  const { cronJob: job } = changedJob(before, change) as { cronJob?: { update: Prisma.CronJobUpdateInput } };
  if (job === undefined) return null;
  const after = await tx.cronJob.update({ where: { monitorId: before.id }, data: job.update });
  return readDeadline(tx, { ...before, intervalS: change.interval ?? before.intervalS }, after);
}
