import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

type DeviceFields = { status?: string; battery?: number | null; heartbeats?: number; connected?: boolean };

async function workspaceOf(person: Person): Promise<number> {
  const { workspaceId } = await house.db.prisma.membership.findFirstOrThrow({ where: { userId: person.id } });
  return workspaceId;
}

async function insertDevice(owner: Person, deviceId: string, fields: DeviceFields = {}): Promise<void> {
  const { status = "ONLINE", battery = 85.5, heartbeats = 3, connected = false } = fields;
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO devices (workspace_id, created_by_id, device_id, name) VALUES ($1, $2, $3, $3 || ' "x"') RETURNING id
    )
    INSERT INTO device_states (device_key, workspace_id, status, battery_level, signal_strength, last_heard_at, look_at, connected_to, heartbeats)
    SELECT id, $1, $4::device_status, $5, -45.25, '2026-01-02T03:04:05Z', now() - interval '7 seconds', $6, $7 FROM made`,
    [await workspaceOf(owner), owner.id, deviceId, status, battery, connected ? crypto.randomUUID() : null, heartbeats],
  );
}

async function insertSensor(owner: Person, sensorId: string, value: number | null): Promise<void> {
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO sensors (workspace_id, created_by_id, sensor_id, name, unit) VALUES ($1, $2, $3, $3, '°C') RETURNING id
    )
    INSERT INTO sensor_states (sensor_key, workspace_id, last_value) SELECT id, $1, $4 FROM made`,
    [await workspaceOf(owner), owner.id, sensorId, value],
  );
}

test("before anything reports, every status is told as 0, to the operator and to a workspace", async () => {
  const key = await house.createKey(await house.register("bob"), "VIEWER");
  const own = (await house.call("GET", "/api/v1/metrics", { token: key })).body;
  const instance = (await house.call("GET", "/metrics")).body;
  for (const status of ["ONLINE", "AT_RISK", "OFFLINE"]) {
    expect(own).toContain(`pulsecheck_devices{status="${status}"} 0\n`);
    expect(instance).toContain(`pulsecheck_devices{status="${status}"} 0\n`);
  }
  expect(own).toContain("pulsecheck_heartbeats_total 0\n");
  expect(own).toContain("pulsecheck_incidents_open 0\n");
  expect(own).toContain('pulsecheck_monitors{status="UP"} 0\n');
  expect(instance).toContain("pulsecheck_device_sockets 0\n");
  expect(instance).toContain("pulsecheck_device_sweep_seconds 0\n");
  expect(instance).toContain("pulsecheck_readings_lag_seconds 0\n");
});

test("a workspace's own metrics tell of its devices and sensors, and of nobody else's", async () => {
  await insertDevice(alice, "gate-1", { battery: 12.5, status: "AT_RISK" });
  await insertDevice(alice, "gate-2", { battery: null, heartbeats: 40 });
  await insertSensor(alice, "boiler", 21.5);
  await insertSensor(alice, "never-read", null);
  const charlie = await house.register("charlie");
  await insertDevice(charlie, "charlies-device", { connected: true });
  await insertSensor(charlie, "charlies-sensor", 1);
  const { body } = await house.call("GET", "/api/v1/metrics", { token: await house.createKey(alice, "VIEWER") });
  for (const line of [
    'pulsecheck_devices{status="ONLINE"} 1',
    'pulsecheck_devices{status="AT_RISK"} 1',
    'pulsecheck_device_status{device_id="gate-1",name="gate-1 \\"x\\"",status="AT_RISK"} 1',
    'pulsecheck_device_battery_percent{device_id="gate-1",name="gate-1 \\"x\\""} 12.5',
    'pulsecheck_device_signal_dbm{device_id="gate-2",name="gate-2 \\"x\\""} -45.25',
    `pulsecheck_device_last_heard_timestamp_seconds{device_id="gate-1",name="gate-1 \\"x\\""} ${Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000}`,
    'pulsecheck_sensor_value{sensor_id="boiler",name="boiler",unit="°C"} 21.5',
    "pulsecheck_heartbeats_total 43",
  ])
    expect(body).toContain(`${line}\n`);
  expect(body).not.toContain('pulsecheck_device_battery_percent{device_id="gate-2"');
  expect(body).not.toMatch(/never-read|charlie/);
});

test("the operator's metrics count the devices of all, and how far behind their watching is", async () => {
  await house.db.pool.query(
    "INSERT INTO reading_batches (reading_ids, first_at, last_at, inserted_at) SELECT '{1}', at, at, at FROM (SELECT now() - interval '90 seconds' AS at) AS late",
  );
  const { body } = await house.call("GET", "/metrics");
  const valueOf = (name: string) => Number(new RegExp(`^pulsecheck_${name} (.+)$`, "m").exec(body)?.[1]);
  expect(body).toContain('pulsecheck_devices{status="ONLINE"} 2\n');
  expect(valueOf("device_sockets")).toBe(1);
  expect(valueOf("device_sweep_seconds")).toBeGreaterThanOrEqual(7);
  expect(valueOf("readings_lag_seconds")).toBeGreaterThanOrEqual(90);
  expect(body).not.toMatch(/gate-|boiler|charlie/);
});

test("a workspace of any size answers with a thousand series of a name, the oldest ones", async () => {
  const dave = await house.register("dave");
  const workspaceId = await workspaceOf(dave);
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO devices (workspace_id, created_by_id, device_id, name)
      SELECT $1, $2, 'd-' || n, 'd-' || n FROM generate_series(1, 1001) AS n RETURNING id
    )
    INSERT INTO device_states (device_key, workspace_id, last_heard_at, look_at) SELECT id, $1, now(), now() FROM made`,
    [workspaceId, dave.id],
  );
  const { body } = await house.call("GET", "/api/v1/metrics", { token: await house.createKey(dave, "VIEWER") });
  expect(body.match(/^pulsecheck_device_status\{/gm)).toHaveLength(1_000);
  expect(body).not.toContain('"d-1001"');
  expect(body).toContain('pulsecheck_devices{status="ONLINE"} 1001\n');
});
