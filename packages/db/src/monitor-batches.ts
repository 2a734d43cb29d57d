import { randomUUID } from "node:crypto";
import type { AnyMonitorChange, AnyMonitorInput } from "@pulsecheck/shared/cron-monitor";
import { outlineSecrets } from "@pulsecheck/shared/monitor";
import { firstCheckAt, SHARDS } from "@pulsecheck/shared/schedule";
import { LOCKS } from "./advisory-locks.ts";
import { writeArray } from "./array-literal.ts";
import { recordChanges } from "./audit.ts";
import { NOT_ASKED, pathOf } from "./cron-jobs.ts";
import { Prisma } from "./generated/client.ts";
import { recordOf, recordset, SETTING_COLUMNS } from "./monitor-records.ts";
import { viewMonitor, type MonitorRow } from "./monitor-view.ts";
import { deedOn, openSecrets, secretColumns } from "./monitors.ts";
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

/** Monitors by their inner ids, in the order of these. */
export async function readMonitors(tx: Prisma.TransactionClient, ids: readonly number[]): Promise<MonitorRow[]> {
  if (ids.length === 0) return [];
  const include = { state: true, cronJob: true };
  return tx.monitor.findMany({ where: { id: { in: [...ids] } }, include, orderBy: { id: "asc" } });
}

/** A monitor that was stored and is not checked yet: `intervalMs` is null where it is paused or is not asked at all. */
export type StoredMonitor = { id: number; intervalMs: number | null };

const INSERT = `
  WITH input AS MATERIALIZED (SELECT * FROM ${recordset()}
  ), made AS (
    INSERT INTO monitors (workspace_id, created_by_id, public_id, kind, secrets, secret_outline, ${SETTING_COLUMNS.join(", ")})
    SELECT $2::int, $3::uuid, t.public_id, t.kind, decode(t.secrets, 'base64'), t.secret_outline, ${SETTING_COLUMNS.map((name) => `t.${name}`).join(", ")}
    FROM input t ORDER BY t.n RETURNING id, public_id
  ), given AS (SELECT made.id AS monitor_id, t.* FROM input t JOIN made USING (public_id)
  ), jobs AS (
    INSERT INTO cron_jobs (monitor_id, ping_id, schedule, time_zone, grace_s, longest_run_s)
    SELECT monitor_id, ping_id, schedule, time_zone, grace_s, longest_run_s FROM given WHERE kind = 'cron'
  )
  SELECT monitor_id AS id, CASE WHEN is_active AND kind = 'http' THEN interval_s * 1000 END AS "intervalMs" FROM given ORDER BY n`;

/** Stores the settings of new monitors, as `createMonitor` does of one. `startMonitors` is to follow. */
export async function insertMonitors(
  tx: Prisma.TransactionClient,
  scope: Scope,
  box: SecretBox,
  createdById: string,
  inputs: readonly AnyMonitorInput[],
): Promise<StoredMonitor[]> {
  if (inputs.length === 0) return [];
  const news = inputs.map((input, n) => {
    const record = { ...newRecord(box, input), public_id: randomUUID(), n };
    return { record, deed: deedOn("created", null, viewOfNew(input, record, createdById)) };
  });
  const json = JSON.stringify(news.map(({ record }) => record));
  const stored = await tx.$queryRawUnsafe<StoredMonitor[]>(INSERT, json, scope.workspaceId, createdById);
  await recordChanges(
    tx,
    scope,
    news.map(({ deed }) => deed),
  );
  return stored;
}

const START = `
  INSERT INTO monitor_states (monitor_id, workspace_id, shard, next_check_at)
  SELECT id, $1::int, id % ${SHARDS}, due_at FROM unnest($2::int[], $3::timestamptz[]) AS t(id, due_at)`;

/** Has new monitors checked from now on: this comes last, so that nothing is overdue when all of it is committed. */
export async function startMonitors(
  tx: Prisma.TransactionClient,
  { workspaceId }: Scope,
  stored: readonly StoredMonitor[],
): Promise<void> {
  if (stored.length === 0) return;
  const now = new Date();
  const dueTimes = stored.map(({ id, intervalMs }, n) =>
    intervalMs === null ? null : firstCheckAt(id, intervalMs, n, now),
  );
  await tx.$executeRawUnsafe(START, workspaceId, writeArray(stored.map(({ id }) => id)), writeArray(dueTimes));
}

function newRecord(box: SecretBox, input: AnyMonitorInput) {
  if (input.kind === "cron") {
    const ping_id = input.ping_id ?? randomUUID();
    return { ...recordOf({ ...NOT_ASKED, ...input, url: pathOf(ping_id) }, {}), kind: "cron" as const, ping_id };
  }
  const { headers: _headers, body: _body, auth: _auth, kind = "http", ...settings } = input;
  return { ...recordOf(settings, secretColumns(box, input)), kind };
}

const NOT_SET = {
  keyword: null,
  keyword_absent: null,
  headers: null,
  body: null,
  auth: null,
  ping_id: null,
  schedule: null,
  time_zone: null,
  grace_s: null,
  longest_run_s: null,
};

/** What of a new monitor is written down, as `viewMonitor` shows it. */
function viewOfNew(
  input: AnyMonitorInput,
  record: ReturnType<typeof newRecord> & { public_id: string },
  createdById: string,
) {
  const own = { id: record.public_id, kind: record.kind, url: record.url, user_id: createdById };
  if (input.kind === "cron") {
    const ping_id = "ping_id" in record ? record.ping_id : null;
    return { ...NOT_SET, ...NOT_ASKED, ...input, ...own, ping_id };
  }
  return { ...NOT_SET, ...input, ...outlineSecrets(input), ...own };
}

/** The fields of a change that are not so already. */
export function findDifference(box: SecretBox, before: MonitorRow, change: AnyMonitorChange): AnyMonitorChange {
  const old: object = { ...viewMonitor(before), ...openSecrets(box, before) };
  const now = new Map(Object.entries(old).map(([field, value]) => [field, JSON.stringify(value)]));
  return Object.fromEntries(
    Object.entries(change).filter(([field, value]) => now.get(field) !== JSON.stringify(value)),
  );
}
