import { LOCKS } from "./advisory-locks.ts";
import type { HeartbeatResult } from "@pulsecheck/shared/device";
import {
  hear,
  placeReport,
  type DeviceMemory,
  type PlacedReport,
  type SignOfLife,
} from "@pulsecheck/shared/device-state";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type pg from "pg";
import { writeArray } from "./array-literal.ts";
import { inTransaction, type Db } from "./client.ts";
import { DEVICE_COLUMNS, thresholdsOf, type DeviceRow } from "./device-rows.ts";
import { remakeSeries } from "./series-rollups.ts";
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
    const byDevice = Map.groupBy(inOrder(reports), keyOf);
    const firsts = [...byDevice.values()].flatMap(([first]) => first ?? []);
    const known = new Map((await lockDevices(client, firsts)).map((row) => [keyOf(row), row]));
    const missing = firsts.filter((report) => !known.has(keyOf(report)));
    const { created, mostOf } = missing.length === 0 ? NONE_CREATED : await createDevices(client, missing, quota);
    if (missing.length > 0) for (const row of await lockDevices(client, missing)) known.set(keyOf(row), row);

    const outcomes = new Map<Report, ReportOutcome>();
    const heard: Heard[] = [];
    for (const [key, own] of byDevice) {
      const row = known.get(key);
      if (row === undefined)
        for (const report of own) outcomes.set(report, refused(mostOf.get(report.workspaceId) ?? quota));
      else heard.push(hearAll(row, created.has(key), own, outcomes));
    }
    await writeHistory(client, reports, known, outcomes, heard);
    await writeStates(client, heard);
    const isPast = (report: Report) => PAST.has(outcomes.get(report)?.result ?? "refused");
    await renameDevices(client, heard, (row) => (byDevice.get(keyOf(row)) ?? []).filter((one) => !isPast(one)));
    const { events, incidentIds } = await writeChanges(client, heard.map(changeOf));
    const createdKeys = heard.flatMap(({ row, isNew }) => (isNew ? [row.key] : []));
    return {
      createdKeys,
      outcomes: reports.map((report) => outcomes.get(report) ?? refused(quota)),
      events,
      incidentIds,
    };
  });
}

function keyOf({ workspaceId, deviceId }: { workspaceId: number; deviceId: string }): string {
  return `${workspaceId} ${deviceId}`;
}

/** By when they were sent: a device that was away may tell its past in any order. */
function inOrder(reports: readonly Report[]): Report[] {
  return reports.toSorted((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ sentAt, heardAt }: Report): number {
  return sentAt ?? heardAt;
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
      reports.map((one) => new Date(Math.min(one.heardAt, one.sentAt ?? one.heardAt))),
      limits.map(({ id }) => id),
      limits.map(({ most }) => most),
    ],
  );
  return { created: new Set(rows.map(keyOf)), mostOf: new Map(limits.map(({ id, most }) => [id, most])) };
}

function hearAll(
  row: DeviceRow,
  isNew: boolean,
  reports: readonly Report[],
  outcomes: Map<Report, ReportOutcome>,
): Heard {
  const thresholds = thresholdsOf(row);
  let memory = memoryOf(row);
  for (const report of reports) {
    const placed = placeReport(memory, report);
    memory = hear(memory, report, placed, thresholds);
    outcomes.set(report, { ...outcomeOf(placed), status: memory.status, isNew });
  }
  for (const report of reports) {
    const outcome = outcomes.get(report);
    if (outcome !== undefined) outcome.status = memory.status;
  }
  return { row, isNew, next: memory, added: 0 };
}

function changeOf({ row, isNew, next }: Heard): DeviceChange {
  return { row, now: next, at: new Date(next.lastHeardAt), isNew, isHeard: true, begins: null };
}

/** What a device was called before says nothing of its name now. */
const PAST: ReadonlySet<HeartbeatResult> = new Set(["late", "too_old"]);

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

/** Adds the reports to the history. What is there already was repeated, whatever its place suggested. */
async function writeHistory(
  client: pg.PoolClient,
  reports: readonly Report[],
  known: ReadonlyMap<string, DeviceRow>,
  outcomes: ReadonlyMap<Report, ReportOutcome>,
  heard: readonly Heard[],
): Promise<void> {
  const kept = reports.filter(
    (report) => report.values !== null && ["accepted", "late", "ahead"].includes(outcomes.get(report)?.result ?? ""),
  );
  if (kept.length === 0) return;
  const keptAt = (report: Report) =>
    outcomes.get(report)?.result === "ahead" ? report.heardAt : Math.min(timeOf(report), report.heardAt);
  const { rows } = await client.query<{ key: number; at: Date }>({
    name: "write-reports",
    text: `INSERT INTO device_reports (device_key, reported_at, battery_level, signal_strength)
      SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::real[], $4::real[]) ON CONFLICT DO NOTHING
      RETURNING device_key AS key, reported_at AS at`,
    values: [
      writeArray(kept.map((report) => known.get(keyOf(report))?.key ?? 0)),
      writeArray(kept.map((report) => new Date(keptAt(report)))),
      writeArray(kept.map((report) => report.values?.batteryLevel ?? null)),
      writeArray(kept.map((report) => report.values?.signalStrength ?? null)),
    ],
  });
  const added = new Set(rows.map(({ key, at }) => `${key} ${at.getTime()}`));
  const byKey = new Map(heard.map((one) => [one.row.key, one]));
  for (const { key } of rows) {
    const one = byKey.get(key);
    if (one !== undefined) one.added += 1;
  }
  await remakeSeries(client, ["h", "b", "s"], rows);
  if (rows.length === kept.length) return;
  for (const report of kept) {
    const outcome = outcomes.get(report);
    const key = known.get(keyOf(report))?.key ?? 0;
    // Deleted: of two with the same time in one batch only the first was added.
    if (outcome !== undefined && !added.delete(`${key} ${keptAt(report)}`)) outcome.result = "repeated";
  }
}
