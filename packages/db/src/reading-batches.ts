import type { Metadata } from "@pulsecheck/shared/sensor";
import type pg from "pg";
import { remakeSeries } from "./series-rollups.ts";

const BATCHES_AT_ONCE = 200;
/** One INSERT may have brought a million: they are taken in parts. */
const READINGS_AT_ONCE = 2_000;

export type QueuedReading = { id: number; sensorKey: number; at: Date; value: number; metadata: Metadata | null };

/** What was taken from the queue, oldest batch first; it stays there until it is let go. */
export type Taken = {
  readings: QueuedReading[];
  batchIds: string[];
  /** The last batch where it was taken in part, and how much of it. */
  part: { batchId: string; readings: number } | null;
};

/** Takes the oldest readings that nobody has judged and told yet; for the one process that leads. */
export async function takeReadings(client: pg.PoolClient): Promise<Taken> {
  const { rows } = await client.query<{ id: string; first_at: Date; last_at: Date; count: number; ids: string[] }>(
    `SELECT id, first_at, last_at, cardinality(reading_ids) AS count, reading_ids[1:$1] AS ids
     FROM reading_batches ORDER BY id LIMIT $2`,
    [READINGS_AT_ONCE, BATCHES_AT_ONCE],
  );
  const taken: Taken = { readings: [], batchIds: [], part: null };
  const ids: string[] = [];
  const batches = [];
  for (const batch of rows) {
    if (ids.length > 0 && ids.length + batch.count > READINGS_AT_ONCE) break;
    ids.push(...batch.ids);
    batches.push(batch);
    if (batch.ids.length < batch.count) taken.part = { batchId: batch.id, readings: batch.ids.length };
    else taken.batchIds.push(batch.id);
  }
  if (ids.length === 0) return taken;
  const { rows: readings } = await client.query<QueuedReading>(
    `SELECT id::float8 AS id, sensor_key AS "sensorKey", at, value, metadata FROM readings
     WHERE id = ANY($1::bigint[]) AND at >= $2 AND at <= $3 ORDER BY at, id`,
    [
      ids,
      batches.reduce((least, { first_at }) => (first_at < least ? first_at : least), new Date(8.64e15)),
      batches.reduce((most, { last_at }) => (last_at > most ? last_at : most), new Date(0)),
    ],
  );
  return { ...taken, readings };
}

/** Lets go of what was judged and told. */
export async function letGo(client: pg.PoolClient, { batchIds, part }: Taken): Promise<void> {
  await client.query("DELETE FROM reading_batches WHERE id = ANY($1::bigint[])", [batchIds]);
  if (part !== null) {
    await client.query("UPDATE reading_batches SET reading_ids = reading_ids[$2 + 1:] WHERE id = $1", [
      part.batchId,
      part.readings,
    ]);
  }
}

/** Marks unusual readings, and brings the figures in line with what came late. */
export async function writeReadings(
  client: pg.PoolClient,
  readings: readonly QueuedReading[],
  unusual: readonly QueuedReading[],
): Promise<void> {
  if (unusual.length > 0) {
    await client.query(
      `UPDATE readings r SET is_anomaly = true FROM unnest($1::int[], $2::timestamptz[], $3::bigint[]) AS t(sensor_key, at, id)
       WHERE r.sensor_key = t.sensor_key AND r.at = t.at AND r.id = t.id`,
      [unusual.map(({ sensorKey }) => sensorKey), unusual.map(({ at }) => at), unusual.map(({ id }) => id)],
    );
  }
  await remakeSeries(
    client,
    ["v"],
    readings.map(({ sensorKey, at }) => ({ key: sensorKey, at })),
  );
}
