import { breachAfterCorrection, type Breach, type SensorRules } from "@pulsecheck/shared/sensor-state";
import type pg from "pg";

/** How many readings back it is looked for what a sensor's bound was crossed by. */
const LOOK_BACK = 1_000;

type Crossed = Pick<SensorRules, "above" | "below" | "hysteresis"> & {
  breach: Breach | null;
  breach_since: Date | null;
};

/**
 * Brings a sensor's last value, and the bound that it crosses, in line with its readings once some were corrected or
 * deleted. In the transaction that holds its state; what follows for incidents, the worker writes.
 */
export async function correctState(
  client: pg.PoolClient,
  sensorKey: number,
  readingIds: readonly string[],
): Promise<void> {
  await client.query(FIND_LAST, [sensorKey, readingIds]);
  const { rows } = await client.query<Crossed>(READ_CROSSED, [sensorKey]);
  if (rows[0] === undefined) return;
  const { breach, breach_since: since, ...rules } = rows[0];
  if (breach === null && rules.above === null && rules.below === null) return;
  const { rows: readings } = await client.query<{ value: number }>(READ_VALUES, [sensorKey, LOOK_BACK]);
  const values = readings.map(({ value }) => value).toReversed();
  const next = breachAfterCorrection(breach, values, rules, values.length < LOOK_BACK);
  if (next === breach) return;
  const nextSince = next && (since ?? new Date());
  await client.query(WRITE_CROSSED, [sensorKey, next, nextSince]);
}

// Of readings that are not judged yet, none becomes the last one here.
const FIND_LAST = `
  UPDATE sensor_states t SET last_reading_id = r.id, last_value = r.value, last_at = r.at, last_metadata = r.metadata,
    is_last_anomaly = coalesce(r.is_anomaly, false)
  FROM sensor_states k LEFT JOIN LATERAL (
    SELECT * FROM readings WHERE sensor_key = $1 AND (at, id) <= (k.last_at, k.last_reading_id)
    ORDER BY at DESC, id DESC LIMIT 1) r ON true
  WHERE k.sensor_key = $1 AND t.sensor_key = $1 AND t.last_reading_id = ANY($2::bigint[])`;

const READ_CROSSED = `
  SELECT t.breach, t.breach_since, s.above, s.below, s.hysteresis
  FROM sensor_states t JOIN sensors s ON s.id = t.sensor_key WHERE t.sensor_key = $1`;

const READ_VALUES = `
  SELECT r.value FROM sensor_states t JOIN readings r ON r.sensor_key = t.sensor_key AND (r.at, r.id) <= (t.last_at, t.last_reading_id)
  WHERE t.sensor_key = $1 ORDER BY r.at DESC, r.id DESC LIMIT $2`;

const WRITE_CROSSED = "UPDATE sensor_states SET breach = $2, breach_since = $3 WHERE sensor_key = $1";
