import { LOCKS } from "./advisory-locks.ts";
import { CLOCK_SLACK_MS, OLDEST_REPORT_MS, type HeartbeatResult } from "@pulsecheck/shared/device";
import {
  hear,
  inOrderOfSending,
  placeReport,
  type DeviceMemory,
  type PlacedReport,
  type SignOfLife,
} from "@pulsecheck/shared/device-state";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type pg from "pg";
import { writeArray } from "./array-literal.ts";
import { inTransaction, type Db } from "./client.ts";
import { readKnown, writeHistory, type KeptReport } from "./device-reports.ts";
import { DEVICE_COLUMNS, thresholdsOf, type DeviceRow } from "./device-rows.ts";
import { renameDevices, writeChanges, writeStates, type DeviceChange, type Heard } from "./device-writes.ts";

/** A sign of life of a device, as it reached this process. */
export type Report = SignOfLife & {
  workspaceId: number;
  /** Whose device it becomes where it is new. */
  userId: string;
  deviceId: string;
  name: string | null;
  location: string | null;
};

export type ReportOutcome = {
  result: HeartbeatResult;
  status: DeviceRow["status"] | null;
  isNew: boolean;
  detail: string | null;
};

export type CommittedReports = {
  /** Inner keys of the devices that are new. */
  createdKeys: number[];
  /** One a report, in their order. */
  outcomes: ReportOutcome[];
  events: BusEvent[];
  /** Incidents whose end is among the events. */
  incidentIds: string[];
};

/**
 * Writes a batch of reports: history, states, new devices, and the ends of outages. All of it is committed, or
 * nothing. Order among the reports of a device is kept.
 * @param quota devices that a workspace may have, unless an operator has set another number: a report of one more is refused
 */
export async function commitReports(db: Db, reports: readonly Report[], quota: number): Promise<CommittedReports> {
  return inTransaction(db.pool, async (client) => {
    const byDevice = groupByDevice(reports);
    const firsts = [...byDevice.values()].flatMap(([first]) => first ?? []);
    const rows = await lockDevices(client, firsts);
    const found = new Set(rows.map(keyOf));
    const missing = firsts.filter((report) => !found.has(keyOf(report)));
    const { created, mostOf } = missing.length === 0 ? NONE_CREATED : await createDevices(client, missing, quota);
    if (missing.length > 0) rows.push(...(await lockDevices(client, missing)));

    const outcomes = reports.map(({ workspaceId }) => refused(mostOf.get(workspaceId) ?? quota));
    const known = await readRepeated(client, rows, byDevice);
    const heard = rows.map((row) => {
      const own = byDevice.get(keyOf(row)) ?? [];
      return hearAll(row, { isNew: created.has(keyOf(row)), own, sent: known.get(row.key) ?? new Set() }, outcomes);
    });
    await writeHistory(
      client,
      heard.flatMap(({ kept }) => kept),
    );
    await writeStates(client, heard);
    const isPast = ({ index }: Numbered) => PAST.has(outcomes[index]?.result ?? "refused");
    await renameDevices(client, heard, (row) => (byDevice.get(keyOf(row)) ?? []).filter((one) => !isPast(one)));
    const { events, incidentIds } = await writeChanges(client, heard.map(changeOf));
    return { createdKeys: heard.flatMap(({ row, isNew }) => (isNew ? [row.key] : [])), outcomes, events, incidentIds };
  });
}

/** A report with its place in the batch. */
type Numbered = Report & { index: number };

function groupByDevice(reports: readonly Report[]): Map<string, Numbered[]> {
  const byDevice = Map.groupBy(
    reports.map((report, index) => ({ ...report, index })),
    keyOf,
  );
  return new Map([...byDevice].map(([key, own]) => [key, inOrderOfSending(own)]));
}

function keyOf({ workspaceId, deviceId }: { workspaceId: number; deviceId: string }): string {
  return `${workspaceId} ${deviceId}`;
}

/** Looks for reports that were taken already: what was sent after all the others of its device was not. */
function readRepeated(client: pg.PoolClient, rows: readonly DeviceRow[], byDevice: ReadonlyMap<string, Numbered[]>) {
  let oldestAt = Infinity;
  const asked = rows.flatMap((row) =>
    (byDevice.get(keyOf(row)) ?? []).flatMap(({ sentAt, heardAt }) => {
      if (sentAt === null || row.lastSentAt === null || sentAt > row.lastSentAt.getTime()) return [];
      oldestAt = Math.min(oldestAt, heardAt - OLDEST_REPORT_MS);
      return sentAt < heardAt - OLDEST_REPORT_MS ? [] : [{ key: row.key, sentAt }];
    }),
  );
  return readKnown(client, asked, new Date(oldestAt - CLOCK_SLACK_MS));
}

function refused(most: number): ReportOutcome {
  const detail = `This workspace has ${most} devices already, and may not have more.`;
  return { result: "refused", status: null, isNew: false, detail };
}

/** Locks the devices in one order, so that two processes that hear the same ones do not wait for each other. */
async function lockDevices(client: pg.PoolClient, reports: readonly Report[]): Promise<DeviceRow[]> {
  const { rows } = await client.query<DeviceRow>({
    name: "lock-devices",
    text: `SELECT ${DEVICE_COLUMNS}
      FROM unnest($1::int[], $2::text[]) AS i(workspace_id, device_id)
        JOIN devices d ON d.workspace_id = i.workspace_id AND d.device_id = i.device_id
        JOIN device_states s ON s.device_key = d.id JOIN workspaces w ON w.id = d.workspace_id
      ORDER BY d.id FOR UPDATE OF s`,
    values: [writeArray(reports.map((one) => one.workspaceId)), writeArray(reports.map((one) => one.deviceId))],
  });
  return rows;
}

type Creation = {
  created: ReadonlySet<string>;
  /** How many devices each of the workspaces may have. */
  mostOf: ReadonlyMap<number, number>;
};
const NONE_CREATED: Creation = { created: new Set(), mostOf: new Map() };

/** Creates those that the quotas have room for; of two processes that count at once, one waits. */
async function createDevices(client: pg.PoolClient, reports: readonly Report[], quota: number): Promise<Creation> {
  await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.deviceQuota]);
  const { rows: limits } = await client.query<{ id: number; most: number }>(
    "SELECT id, coalesce(max_devices, $2) AS most FROM workspaces WHERE id = ANY($1)",
    [[...new Set(reports.map((one) => one.workspaceId))], quota],
  );
  const { rows } = await client.query<{ workspaceId: number; deviceId: string }>(
    `WITH input AS (
       SELECT i.*, row_number() OVER (PARTITION BY workspace_id ORDER BY n) AS place
       FROM unnest($1::int[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[]) WITH ORDINALITY AS i(workspace_id, device_id, user_id, name, location, heard_at, n)
     ), room AS (
       SELECT w.id AS workspace_id, w.most - (SELECT count(*) FROM devices d WHERE d.workspace_id = w.id) AS room
       FROM unnest($7::int[], $8::int[]) AS w(id, most)
     ), made AS (
       INSERT INTO devices (workspace_id, device_id, created_by_id, name, location, tags)
       SELECT workspace_id, device_id, user_id, name, location, '{}' FROM input JOIN room USING (workspace_id) WHERE place <= room
       ON CONFLICT DO NOTHING RETURNING id, workspace_id, device_id
     ), states AS (
       INSERT INTO device_states (device_key, workspace_id, status_since, last_heard_at, look_at)
       SELECT made.id, workspace_id, i.heard_at, i.heard_at, now() FROM made JOIN input i USING (workspace_id, device_id)
     )
     SELECT workspace_id AS "workspaceId", device_id AS "deviceId" FROM made`,
    [
      reports.map((one) => one.workspaceId),
      reports.map((one) => one.deviceId),
      reports.map((one) => one.userId),
      reports.map((one) => one.name ?? one.deviceId),
      reports.map((one) => one.location ?? ""),
      // The earliest that it can have been heard: silence counts from its reports.
      reports.map(
        ({ heardAt, sentAt }) => new Date(Math.max(Math.min(heardAt, sentAt ?? heardAt), heardAt - OLDEST_REPORT_MS)),
      ),
      limits.map(({ id }) => id),
      limits.map(({ most }) => most),
    ],
  );
  return { created: new Set(rows.map(keyOf)), mostOf: new Map(limits.map(({ id, most }) => [id, most])) };
}

type Come = {
  isNew: boolean;
  /** In the order of sending. */
  own: readonly Numbered[];
  /** The times of sending that are known. Those of these reports are added. */
  sent: Set<number>;
};

/** Hears the reports of one device, and writes down what became of each. */
function hearAll(row: DeviceRow, { isNew, own, sent }: Come, outcomes: ReportOutcome[]) {
  const thresholds = thresholdsOf(row);
  let memory = memoryOf(row);
  const kept: KeptReport[] = [];
  for (const report of own) {
    const { sentAt, values } = report;
    const placed = placeReport(memory, report, sentAt !== null && sent.has(sentAt));
    memory = hear(memory, report, placed, thresholds);
    outcomes[report.index] = { ...outcomeOf(placed), status: memory.status, isNew };
    if (placed.at === null || values === null) continue;
    if (sentAt !== null) sent.add(sentAt);
    kept.push({ key: row.key, at: placed.at, sentAt, ...values });
  }
  for (const { index } of own) {
    const outcome = outcomes[index];
    if (outcome !== undefined) outcome.status = memory.status;
  }
  return { row, isNew, next: memory, added: kept.length, kept };
}

function changeOf({ row, isNew, next, added }: Heard): DeviceChange {
  const heartbeats = row.heartbeats + added;
  return { row, now: next, at: new Date(next.lastHeardAt), isNew, heartbeats, begins: null };
}

/** What a device was called before says nothing of its name now. */
const PAST: ReadonlySet<HeartbeatResult> = new Set(["late", "too_old", "repeated"]);

const DETAILS: Partial<Record<PlacedReport["result"], string>> = {
  ahead: "sent_at is ahead of our clock; it counts as sent now.",
  too_old: "sent_at is more than 7 days ago; it was not kept.",
};

function outcomeOf({ result }: PlacedReport) {
  return { result, detail: DETAILS[result] ?? null };
}

function memoryOf(row: DeviceRow): DeviceMemory {
  return {
    status: row.status,
    isBatteryLow: row.isBatteryLow,
    batteryLevel: row.batteryLevel,
    signalStrength: row.signalStrength,
    lastHeardAt: row.lastHeardAt.getTime(),
    lastReportAt: row.lastReportAt?.getTime() ?? null,
    lastSentAt: row.lastSentAt?.getTime() ?? null,
  };
}
