import type { Page } from "@pulsecheck/shared/list";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import type {
  CorrectionListQuery,
  CorrectionView,
  LoggedReadingView,
  Metadata,
  ReadingChange,
  ReadingListQuery,
  ReadingView,
} from "@pulsecheck/shared/sensor";
import type pg from "pg";
import { listDeeds, recordChange, type Deed } from "./audit.ts";
import { inTransaction } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, readPage, within, type Column } from "./keyset.ts";
import type { Scope } from "./scope.ts";
import { correctState } from "./sensor-corrections.ts";
import { findSensor } from "./sensors.ts";
import { remakeSeries } from "./series-rollups.ts";

/** A reading as it is stored. */
export type StoredReading = { id: string; at: Date; value: number; metadata: Metadata | null };

type ReadingRow = StoredReading & { is_anomaly: boolean | null };

type LoggedRow = ReadingRow & { corrected_at: Date | null };

const AT = Prisma.sql`r.at`;
const COLUMNS: Record<"timestamp" | "id", Column> = {
  id: { sql: Prisma.sql`r.id`, type: "bigint" },
  timestamp: { sql: AT, type: "time" },
};

/** A sensor's readings, the latest first, as far back as they are kept. */
export async function listReadings(
  scope: Scope,
  sensorId: string,
  query: ReadingListQuery,
): Promise<Page<LoggedReadingView>> {
  const { id, unit } = await findSensor(scope, sensorId);
  const list = {
    select: Prisma.sql`r.id, r.at, r.value, r.metadata, r.is_anomaly, (
      SELECT max(a.at) FROM audit_entries a
      WHERE a.workspace_id = ${scope.workspaceId} AND a.subject_type = 'reading' AND a.subject_id = r.id::text
        AND a.subject_key = r.sensor_key AND a.action = 'reading.corrected') AS corrected_at`,
    from: Prisma.sql`readings r`,
    where: [
      Prisma.sql`r.sensor_key = ${id}`,
      ...within(AT, query),
      ...given(query.anomaly, (one) => Prisma.sql`(r.is_anomaly IS TRUE) = ${one}`),
    ],
    columns: COLUMNS,
    key: "id",
  } as const;
  return readPage(scope.db, list, query, (rows: LoggedRow[]) =>
    rows.map((row) => ({
      ...viewReading(sensorId, unit, row),
      corrected_at: row.corrected_at?.toISOString() ?? null,
    })),
  );
}

function viewReading(sensorId: string, unit: string, row: ReadingRow): ReadingView {
  return {
    id: Number(row.id),
    sensor_id: sensorId,
    value: row.value,
    timestamp: row.at.toISOString(),
    metadata: row.metadata ?? {},
    unit,
    is_anomaly: row.is_anomaly ?? false,
  };
}

/** Corrects a reading. A corrected value is not judged again: it counts as usual. */
export async function correctReading(
  scope: Scope,
  sensorId: string,
  readingId: number,
  change: ReadingChange,
): Promise<ReadingView> {
  return inTransaction(scope.db.pool, async (client) => {
    const { sensorKey, name, unit, before } = await lockReading(client, scope, sensorId, readingId);
    const isAnomaly = change.value === undefined ? before.is_anomaly : null;
    const { value = before.value, metadata = before.metadata } = change;
    const after: ReadingRow = { ...before, value, metadata, is_anomaly: isAnomaly };
    await client.query(
      "UPDATE readings SET value = $4, metadata = $5, is_anomaly = $6 WHERE sensor_key = $1 AND at = $2 AND id = $3",
      [sensorKey, before.at, before.id, after.value, after.metadata && JSON.stringify(after.metadata), isAnomaly],
    );
    await followCorrection(client, scope, { sensorKey, name }, before, after);
    return viewReading(sensorId, unit, after);
  });
}

/** Deletes a reading: its figures and the sensor's last value are as if it had never come. */
export async function deleteReading(scope: Scope, sensorId: string, readingId: number): Promise<void> {
  await inTransaction(scope.db.pool, async (client) => {
    const { sensorKey, name, before } = await lockReading(client, scope, sensorId, readingId);
    await client.query("DELETE FROM readings WHERE sensor_key = $1 AND at = $2 AND id = $3", [
      sensorKey,
      before.at,
      before.id,
    ]);
    await followCorrection(client, scope, { sensorKey, name }, before, null);
  });
}

/** What was corrected and deleted of a sensor's readings, by whom; the latest first. */
export async function listCorrections(
  scope: Scope,
  sensorId: string,
  query: CorrectionListQuery,
): Promise<Page<CorrectionView>> {
  const { id } = await findSensor(scope, sensorId);
  return listDeeds(scope, { type: "reading", key: id }, query, (entry) => ({
    id: Number(entry.id),
    at: entry.at.toISOString(),
    action: entry.action as CorrectionView["action"],
    user_id: entry.user_id,
    api_key_id: entry.api_key_id,
    before: entry.before as CorrectionView["before"],
    after: entry.after as CorrectionView["after"],
  }));
}

function auditOf(row: StoredReading) {
  return { id: Number(row.id), value: row.value, timestamp: row.at.toISOString(), metadata: row.metadata ?? {} };
}

async function lockReading(client: pg.PoolClient, { workspaceId }: Scope, sensorId: string, readingId: number) {
  // First the state, as whoever judges readings does.
  const { rows: sensors } = await client.query<{ id: number; name: string; unit: string }>(
    `SELECT s.id, s.name, s.unit FROM sensors s JOIN sensor_states t ON t.sensor_key = s.id
     WHERE s.workspace_id = $1 AND s.sensor_id = $2 FOR UPDATE OF t`,
    [workspaceId, sensorId],
  );
  const sensor = sensors[0];
  if (sensor === undefined) throw refuseMissing("sensor");
  const { rows } = await client.query<ReadingRow>(
    "SELECT id, at, value, metadata, is_anomaly FROM readings WHERE id = $1 AND sensor_key = $2 FOR UPDATE",
    [readingId, sensor.id],
  );
  if (rows[0] === undefined) throw refuseMissing("reading");
  return { sensorKey: sensor.id, name: sensor.name, unit: sensor.unit, before: rows[0] };
}

/** Brings the sensor's state and its figures in line with its readings, and writes down who did it. */
async function followCorrection(
  client: pg.PoolClient,
  scope: Scope,
  { sensorKey, name }: { sensorKey: number; name: string },
  before: ReadingRow,
  after: ReadingRow | null,
): Promise<void> {
  await correctState(client, sensorKey, [before.id]);
  await remakeSeries(client, ["v"], [{ key: sensorKey, at: before.at }]);
  await recordChange(client, scope, correctionOf({ sensorKey, name }, before, after));
}

/** What was corrected (`after`) or deleted (null), as it is written down. */
export function correctionOf(
  { sensorKey, name }: { sensorKey: number; name: string },
  before: StoredReading,
  after: StoredReading | null,
): Deed {
  return {
    action: after === null ? "reading.deleted" : "reading.corrected",
    subject: { type: "reading", id: before.id, name, key: sensorKey },
    before: auditOf(before),
    after: after && auditOf(after),
    keep: ["id", "value", "timestamp", "metadata"],
  };
}
