import type pg from "pg";
import type { Device } from "../simulate/device.ts";
import { createFate } from "../simulate/random.ts";
import type { Sensor } from "../simulate/sensor.ts";
import { SEED } from "./cast.ts";
import { LOST_DEVICE } from "./things.ts";
import type { Past } from "./window-history.ts";

/** Batteries that go down to 15 % and are charged, so that each is now where the simulation goes on. */
const REPORTS = `
  INSERT INTO device_reports (reported_at, device_key, battery_level, signal_strength)
  SELECT at + random() * interval '40 s', d.id,
    round((15 + mod((f.battery - 15 + extract(epoch FROM $6::timestamptz - at) / 3600 * f.drain)::numeric, 85)), 1),
    round((f.signal + 4 * sin(extract(epoch FROM at) / 20000 + d.id) + 5 * (random() + random() - 1))::numeric, 1)
  FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[]) AS f(device_id, battery, signal, drain)
    JOIN devices d ON d.device_id = f.device_id
    CROSS JOIN LATERAL generate_series($5::timestamptz, $6::timestamptz - interval '10 min', interval '10 min') AS at
  WHERE NOT EXISTS (SELECT 1 FROM episodes e WHERE e.device_key = d.id AND at >= e.starts_at - interval '1 min' AND at < coalesce(e.ends_at, 'infinity'))`;

/** Online from the beginning; a silence makes it at risk, and then offline, until it is heard again. */
const EVENTS = `
  INSERT INTO device_events (device_key, at, event_type)
  SELECT id, $1::timestamptz, 'o'::"char" FROM devices
  UNION ALL
  SELECT e.device_key, v.at, v.event::"char" FROM episodes e
    CROSS JOIN LATERAL (VALUES (e.starts_at + interval '2 min 1 s', 'r'), (e.starts_at + interval '5 min 2 s', 'x'), (e.ends_at, 'o')) AS v(at, event)
  WHERE e.device_key IS NOT NULL AND v.at IS NOT NULL`;

/** Those with a socket connect anew each day, at a time of their own. */
const SESSIONS = `
  INSERT INTO device_events (device_key, at, event_type)
  SELECT d.id, v.at, v.event::"char" FROM devices d
    CROSS JOIN LATERAL generate_series($2::timestamptz + d.id * interval '37 min', $3::timestamptz - interval '1 day', interval '1 day') AS day
    CROSS JOIN LATERAL (VALUES (day, 'c'), (day + interval '23 h 58 min', 'd')) AS v(at, event)
  WHERE d.device_id = ANY($1)`;

const STATES = `
  UPDATE device_states s SET heartbeats = n.reports,
    status_since = coalesce((SELECT max(ends_at) FROM episodes e WHERE e.device_key = s.device_key), $1)
  FROM (SELECT device_key, count(*) AS reports FROM device_reports GROUP BY 1) AS n WHERE n.device_key = s.device_key`;

const LOSE = `
  UPDATE device_states s SET status = 'OFFLINE', status_since = e.starts_at + interval '5 min 2 s', incident_id = e.incident_id, is_battery_low = true,
    last_heard_at = e.starts_at, last_report_at = e.starts_at, look_at = 'infinity'
  FROM episodes e WHERE e.device_key = s.device_key AND e.ends_at IS NULL`;

/** The reports and events of the fleet's devices, and of the one that is lost. */
export async function writeDevices(
  client: pg.PoolClient,
  devices: readonly Device[],
  { from, now }: Past,
): Promise<void> {
  // Their first reports were about now.
  await client.query("DELETE FROM device_reports");
  const lost = { id: LOST_DEVICE.device_id, battery: 16, usualSignal: LOST_DEVICE.signal_strength };
  const all = [...devices, lost];
  await client.query(REPORTS, [
    all.map(({ id }) => id),
    all.map(({ battery }) => Math.max(16, battery)),
    all.map(({ usualSignal }) => usualSignal),
    all.map(({ id }) => createFate(SEED, `drain of ${id}`).between(2, 7)),
    from,
    now,
  ]);
  await client.query("DELETE FROM device_events");
  await client.query(EVENTS, [from]);
  await client.query(SESSIONS, [devices.filter(({ usesSocket }) => usesSocket).map(({ id }) => id), from, now]);
  await client.query(STATES, [from]);
  await client.query(LOSE);
}

const READINGS = `
  INSERT INTO readings (at, value, sensor_key, is_anomaly, metadata)
  SELECT at, round((CASE WHEN e.kind IS NULL THEN q.center + q.swing * 0.9 * sin((extract(epoch FROM at) / 3600 - 8) / 24 * 2 * pi()) + (is_spike::int * q.spike) ELSE 28.6 END
    + (random() + random() - 1) * 2 * q.noise)::numeric, 2), s.id, is_spike, jsonb_build_object('location', q.location)
  FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::text[]) AS q(sensor_id, center, swing, noise, spike, location)
    JOIN sensors s ON s.sensor_id = q.sensor_id
    CROSS JOIN LATERAL generate_series($7::timestamptz, $8::timestamptz - interval '1 min', interval '3 min') AS at
    LEFT JOIN episodes e ON e.sensor_key = s.id AND at >= e.starts_at AND at < e.ends_at
    CROSS JOIN LATERAL (SELECT e.kind IS NULL AND random() < 0.0012 AS is_spike) AS luck`;

const LATEST = `
  UPDATE sensor_states s SET last_reading_id = r.id, last_value = r.value, last_at = r.at, last_metadata = r.metadata, readings = r.readings
  FROM (SELECT DISTINCT ON (sensor_key) *, count(*) OVER (PARTITION BY sensor_key) AS readings FROM readings ORDER BY sensor_key, at DESC) AS r
  WHERE r.sensor_key = s.sensor_key`;

/** What the sensors read, by the time of day, with a spike now and then. */
export async function writeSensors(
  client: pg.PoolClient,
  sensors: readonly Sensor[],
  { from, now }: Past,
): Promise<void> {
  await client.query("DELETE FROM readings");
  const quantities = sensors.map(({ quantity }) => quantity);
  await client.query(READINGS, [
    sensors.map(({ id }) => id),
    quantities.map(({ center }) => center),
    quantities.map(({ swing }) => swing),
    quantities.map(({ noise }) => noise),
    quantities.map(({ spike }) => spike),
    sensors.map(({ location }) => location),
    from,
    now,
  ]);
  // Nobody is to judge them now and to send alerts about last month.
  await client.query("DELETE FROM reading_batches");
  await client.query(LATEST);
}
