import type { MonitorStatus } from "@pulsecheck/shared/check";
import type { AnyMonitorChange, AnyMonitorInput } from "@pulsecheck/shared/cron-monitor";
import {
  mayHaveBody,
  NO_BODY,
  outlineSecrets,
  type MonitorInput,
  type MonitorSecrets,
  type MonitorView,
} from "@pulsecheck/shared/monitor";
import { refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import { shardOf } from "@pulsecheck/shared/schedule";
import { recordChange, type Deed } from "./audit.ts";
import { changedJob, newJob, NOT_ASKED, readDeadline, refuseTaken } from "./cron-jobs.ts";
import { Prisma, type Monitor } from "./generated/client.ts";
import { viewMonitor, type MonitorRow } from "./monitor-view.ts";
import { onlyGiven } from "./only-given.ts";
import { requireRoom } from "./quotas.ts";
import type { Scope } from "./scope.ts";
import type { SecretBox } from "./secret-box.ts";

const NO_SECRETS = { headers: null, body: null, auth: null };

/**
 * Stores a new monitor; unless it is paused, its first check is due at once. A cron job is waited for instead.
 * Refuses (409) an external key or a ping id that another one has, and more monitors than the workspace may have.
 */
export async function createMonitor(
  scope: Scope,
  box: SecretBox,
  createdById: string,
  input: AnyMonitorInput,
): Promise<MonitorView> {
  const { workspaceId } = scope;
  const creation = scope.db.prisma.$transaction(async (tx) => {
    await requireRoom(tx, workspaceId, "monitors");
    const own = input.kind === "cron" ? newJob(input) : { ...secretColumns(box, input), url: input.url };
    const monitor = await tx.monitor.create({
      data: {
        ...columnsOf(input.kind === "cron" ? { ...NOT_ASKED, ...input } : input),
        ...own,
        name: input.name,
        workspaceId,
        createdById,
      } as Prisma.MonitorUncheckedCreateInput,
      include: { cronJob: true },
    });
    const state = await tx.monitorState.create({
      data: {
        monitorId: monitor.id,
        workspaceId,
        shard: shardOf(monitor.id),
        nextCheckAt: input.is_active && input.kind !== "cron" ? new Date() : null,
      },
    });
    const view = viewMonitor({ ...monitor, state });
    await recordChange(tx, scope, deedOn("created", null, view));
    return view;
  });
  return refuseTaken(creation);
}

/** The inner row of a monitor. Refuses (404) what is not in this workspace. */
export async function findMonitor(
  scope: Scope,
  publicId: string,
  client: Prisma.TransactionClient = scope.db.prisma,
): Promise<MonitorRow> {
  const where = { publicId, workspaceId: scope.workspaceId };
  const row = await client.monitor.findFirst({ where, include: { state: true, cronJob: true } });
  if (row === null) throw refuseMissing("monitor");
  return row;
}

export async function getMonitor(scope: Scope, publicId: string): Promise<MonitorView> {
  return viewMonitor(await findMonitor(scope, publicId));
}

export type MonitorUpdate = { monitor: MonitorView; previous: MonitorStatus; closedIncidentIds: string[] };

/**
 * Changes a monitor. A result that is under way is void (its fence is old); what decides about up and down is
 * checked again at once. Pausing closes open incidents without an alert and forgets the streak.
 * @param change whose fields are those of the monitor's kind
 */
export async function updateMonitor(
  scope: Scope,
  box: SecretBox,
  publicId: string,
  change: AnyMonitorChange,
): Promise<MonitorUpdate> {
  const update = scope.db.prisma.$transaction(async (tx) => {
    // Locked before it is read: of two changes at once the later one sees the earlier one's secrets.
    await tx.$queryRaw`
      SELECT 1 FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id
      WHERE m.public_id = ${publicId}::uuid AND m.workspace_id = ${scope.workspaceId} FOR UPDATE OF s`;
    const before = await findMonitor(scope, publicId, tx);
    requireFittingBody(viewMonitor(before), change);
    const monitor = await tx.monitor.update({
      where: { id: before.id },
      data: { ...columnsOf(change), ...changedSecrets(box, before, change), ...changedJob(before, change) },
      include: { cronJob: true },
    });
    const isPaused = before.isActive && !monitor.isActive;
    const now = new Date();
    const closedIncidentIds = isPaused ? await closeOpenIncidents(tx, [before.id], now) : [];
    const dueAt = monitor.cronJob === null ? now : await readDeadline(tx, monitor, monitor.cronJob);
    const state = await tx.monitorState.update({
      where: { monitorId: before.id },
      data: nextState(monitor, isPaused, change, dueAt, now),
    });
    const previous = before.state?.status ?? "UNKNOWN";
    const view = viewMonitor({ ...monitor, state });
    await recordChange(tx, scope, deedOn("updated", viewMonitor(before), view, change));
    return { monitor: view, previous, closedIncidentIds };
  });
  return refuseTaken(update);
}

/** Deletes a monitor with its incidents and figures; its raw checks go with their partitions. */
export async function deleteMonitor(scope: Scope, publicId: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    const monitor = await findMonitor(scope, publicId, tx);
    const { id } = monitor;
    await recordChange(tx, scope, deedOn("deleted", viewMonitor(monitor), null));
    await tx.checkRollup.deleteMany({ where: { monitorId: id } });
    await tx.monitor.delete({ where: { id } });
  });
}

const SECRETS = ["headers", "body", "auth", "ping_id"] as const;

type Named = Pick<MonitorView, "id" | "name">;

/** What is written down of what was done to a monitor. */
export function deedOn(
  what: "created" | "updated" | "deleted",
  before: Named | null,
  after: Named | null,
  change: AnyMonitorChange = {},
): Deed {
  const { id = "", name = "" } = after ?? before ?? {};
  const keep = SECRETS.filter((field) => change[field] !== undefined);
  return { action: `monitor.${what}`, subject: { type: "monitor", id, name }, before, after, keep };
}

function columnsOf(input: AnyMonitorChange) {
  return onlyGiven({
    externalKey: input.external_key,
    name: input.name,
    url: input.url,
    intervalS: input.interval,
    method: input.method,
    expectedStatus: input.expected_status,
    keyword: input.keyword,
    keywordAbsent: input.keyword_absent,
    timeoutMs: input.timeout_ms,
    followRedirects: input.follow_redirects,
    maxRedirects: input.max_redirects,
    verifyTls: input.verify_tls,
    failureThreshold: input.failure_threshold,
    tags: input.tags,
    notes: input.notes,
    isActive: input.is_active,
    alertsOnAnomaly: input.alerts_on_anomaly,
  });
}

export function secretColumns(
  box: SecretBox,
  { headers, body, auth }: Pick<MonitorInput, "headers" | "body" | "auth">,
) {
  if (headers === null && body === null && auth === null) return { secrets: null, secretOutline: Prisma.DbNull };
  return { secrets: box.seal({ headers, body, auth }), secretOutline: outlineSecrets({ headers, body, auth }) };
}

export function openSecrets(box: SecretBox, { secrets }: Pick<Monitor, "secrets">): MonitorSecrets {
  return secrets === null ? NO_SECRETS : (box.open(secrets) as MonitorSecrets);
}

export function changedSecrets(box: SecretBox, before: Monitor, change: AnyMonitorChange) {
  if (change.headers === undefined && change.body === undefined && change.auth === undefined) return {};
  const old = openSecrets(box, before);
  return secretColumns(box, {
    headers: change.headers === undefined ? old.headers : change.headers,
    body: change.body === undefined ? old.body : change.body,
    auth: change.auth === undefined ? old.auth : change.auth,
  });
}

/** Refuses (400) a body that the method does not send. */
export function requireFittingBody(before: MonitorView, change: AnyMonitorChange): void {
  const body = change.body === undefined ? before.body : change.body;
  if (body !== null && !mayHaveBody(change.method ?? before.method)) throw refuseField("body", NO_BODY);
}

const HARMLESS: readonly string[] = ["external_key", "name", "tags", "notes", "alerts_on_anomaly", "ping_id"];

/** What a change of a monitor's settings does to the half of it that is checked. */
export function nextState(
  monitor: Pick<Monitor, "isActive">,
  isPaused: boolean,
  change: AnyMonitorChange,
  dueAt: Date | null,
  now: Date,
): Prisma.MonitorStateUpdateManyMutationInput {
  if (isPaused) {
    const forgotten = {
      failureStreak: 0,
      inconclusiveStreak: 0,
      streakStartedAt: null,
      incidentId: null,
      anomalyIncidentId: null,
      anomalyStreak: 0,
      lastReason: null,
    };
    return {
      ...forgotten,
      status: "UNKNOWN",
      statusSince: now,
      nextCheckAt: null,
      scheduledAt: null,
      fence: { increment: 1 },
    };
  }
  if (!monitor.isActive || Object.keys(change).every((field) => HARMLESS.includes(field))) return {};
  // Another address has another usual latency.
  const band = change.url === undefined ? {} : { bandReadings: 0, anomalyStreak: 0 };
  return { ...band, nextCheckAt: dueAt, scheduledAt: null, fence: { increment: 1 } };
}

export async function closeOpenIncidents(
  tx: Prisma.TransactionClient,
  monitorIds: readonly number[],
  now: Date,
): Promise<string[]> {
  const where = { monitorId: { in: [...monitorIds] }, endedAt: null };
  const open = await tx.incident.findMany({ where, select: { id: true } });
  const ids = open.map(({ id }) => id);
  if (ids.length === 0) return [];
  await tx.incident.updateMany({ where: { id: { in: ids } }, data: { endedAt: now } });
  // Nobody hears of an incident that its owner has ended by hand, unless the mail is already on its way.
  await tx.delivery.updateMany({ where: { incidentId: { in: ids }, state: "PENDING" }, data: { state: "SUPPRESSED" } });
  await tx.transition.updateMany({ where: { incidentId: { in: ids }, processedAt: null }, data: { processedAt: now } });
  return ids;
}
