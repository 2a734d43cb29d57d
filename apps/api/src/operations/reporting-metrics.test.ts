import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { insertDevice, insertDevices, insertSensor } from "./test-reporting.ts";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

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
  await insertDevice(house, alice, "gate-1", { battery: 12.5, status: "AT_RISK" });
  await insertDevice(house, alice, "gate-2", { battery: null, heartbeats: 40 });
  await insertSensor(house, alice, "boiler", 21.5);
  await insertSensor(house, alice, "never-read", null);
  const charlie = await house.register("charlie");
  await insertDevice(house, charlie, "charlies-device", { connected: true });
  await insertSensor(house, charlie, "charlies-sensor", 1);
  const { body } = await house.call("GET", "/api/v1/metrics", { token: await house.createKey(alice, "VIEWER") });
  for (const line of [
    'pulsecheck_devices{status="ONLINE"} 1',
    'pulsecheck_devices{status="AT_RISK"} 1',
    'pulsecheck_device_status{device_id="gate-1",name="gate-1 \\"x\\"",status="AT_RISK"} 1',
    'pulsecheck_device_battery_ratio{device_id="gate-1",name="gate-1 \\"x\\""} 0.125',
    'pulsecheck_device_signal_dbm{device_id="gate-2",name="gate-2 \\"x\\""} -45.25',
    `pulsecheck_device_last_heard_timestamp_seconds{device_id="gate-1",name="gate-1 \\"x\\""} ${Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000}`,
    'pulsecheck_sensor_value{sensor_id="boiler",name="boiler",unit="°C"} 21.5',
    "pulsecheck_heartbeats_total 43",
  ])
    expect(body).toContain(`${line}\n`);
  expect(body).not.toContain('pulsecheck_device_battery_ratio{device_id="gate-2"');
  expect(body).not.toMatch(/never-read|charlie/);
});

test("a workspace's heartbeats stay counted when their device is deleted", async () => {
  const dora = await house.register("dora");
  await insertDevice(house, dora, "stays", { heartbeats: 5 });
  await insertDevice(house, dora, "goes", { heartbeats: 40 });
  const token = await house.createKey(dora, "VIEWER");
  const read = async () => String((await house.call("GET", "/api/v1/metrics", { token })).body);
  expect(await read()).toContain("pulsecheck_heartbeats_total 45\n");
  expect((await house.call("DELETE", "/api/v1/devices/goes", { token: dora.token })).status).toBe(204);
  expect(await read()).toContain("pulsecheck_heartbeats_total 45\n");
  await insertDevice(house, dora, "goes", { heartbeats: 1 });
  expect(await read()).toContain("pulsecheck_heartbeats_total 46\n");
});

test("the operator's metrics count the devices of all, and how far behind their watching is", async () => {
  await house.db.pool.query(
    "INSERT INTO reading_batches (reading_ids, first_at, last_at, inserted_at) SELECT '{1}', at, at, at FROM (SELECT now() - interval '90 seconds' AS at) AS late",
  );
  const { body } = await house.call("GET", "/metrics");
  const valueOf = (name: string) => Number(new RegExp(`^pulsecheck_${name} (.+)$`, "m").exec(body)?.[1]);
  expect(body).toContain('pulsecheck_devices{status="ONLINE"} 4\n');
  expect(valueOf("device_sockets")).toBe(1);
  expect(valueOf("device_sweep_seconds")).toBeGreaterThanOrEqual(7);
  expect(valueOf("readings_lag_seconds")).toBeGreaterThanOrEqual(90);
  expect(body).not.toMatch(/gate-|boiler|charlie/);
});

test("a workspace of any size answers with a thousand series of a name, the oldest ones, and says how many are left out", async () => {
  const dave = await house.register("dave");
  await insertDevices(house, dave, 1_001);
  const { body } = await house.call("GET", "/api/v1/metrics", { token: await house.createKey(dave, "VIEWER") });
  expect(body.match(/^pulsecheck_device_status\{/gm)).toHaveLength(1_000);
  expect(body).not.toContain('"d-1001"');
  expect(body).toContain('pulsecheck_devices{status="ONLINE"} 1001\n');
  const omitted = { monitors: 0, devices: 1, sensors: 0 };
  for (const [of, count] of Object.entries(omitted))
    expect(body).toContain(`pulsecheck_omitted{of="${of}"} ${count}\n`);
});

test("what this process counts is among the operator's metrics seconds later", async () => {
  // A worker makes the partitions that reports are kept in.
  await (await house.startWorker()).stop();
  const token = await house.createKey(await house.register("erin"), "INGEST");
  const heartbeats = [{ device_id: "erins" }, { device_id: "erins", sent_at: "2020-01-01T00:00:00Z" }];
  for (const json of heartbeats)
    expect((await house.call("POST", "/api/v1/heartbeat", { token, json })).status).toBe(202);
  const read = async () => String((await house.call("GET", "/metrics")).body);
  await expect.poll(read, { timeout: 10_000 }).toContain('pulsecheck_heartbeats_total{result="accepted"} 1\n');
  expect(await read()).toContain('pulsecheck_heartbeats_total{result="too_old"} 1\n');
  expect(await read()).toContain('pulsecheck_heartbeats_total{result="refused"} 0\n');
});
