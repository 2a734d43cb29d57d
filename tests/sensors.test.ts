import { once } from "node:events";
import { WARM_UP_READINGS } from "@pulsecheck/shared/anomaly";
import { USUAL_UNTIL_ENDED } from "@pulsecheck/shared/anomaly-streak";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type BrokerKind, type House, type HouseOptions } from "./harness/house.ts";
import { joinLive, type LiveClient } from "./harness/live-client.ts";

/** The example of the seed, byte for byte. */
const EXAMPLE = { sensor_id: "sensor1", value: 25.5, metadata: { unit: "celsius", location: "room1" } };

const LEADER = `
  FROM pg_locks
  WHERE locktype = 'advisory' AND objid = 7245004 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

async function open(broker: BrokerKind, options: HouseOptions = {}) {
  const house = await openHouse({ broker, ...options });
  onTestFinished(() => house.stop());
  const alice = await house.register("alice");
  return { house, alice };
}

/** A plain client, as anybody's script has one. */
async function connectPlain(house: House): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: house.config.databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function report(house: House, { token }: Person, json: unknown) {
  const answer = await house.call("POST", "/api/v1/sensors", { token, json });
  expect(answer.status).toBe(201);
  return answer.body;
}

function joinSensors(house: House, { token }: Person, query = ""): Promise<LiveClient> {
  return joinLive(`${house.url}/api/v1/ws/sensors${query}`, { Authorization: `Bearer ${token}` });
}

const readingsOf = ({ frames }: LiveClient) => frames.filter(({ type }) => type === "sensor.reading");

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("the seed's example, answered and told as the seed says", async () => {
    const { house, alice } = await open(broker);
    const socket = await joinSensors(house, alice);
    expect((await socket.ofType("snapshot")).data).toMatchObject({ readings: [] });
    const created = await report(house, alice, EXAMPLE);
    expect(created).toMatchObject({ ...EXAMPLE, message: "Sensor reading created successfully" });
    const { data } = await socket.ofType("sensor.reading");
    const { message: _message, ...reading } = created;
    expect(data).toEqual({ ...reading, unit: "celsius", is_anomaly: false });

    const later = await joinSensors(house, alice, "?sensor_id=sensor1&since=1");
    expect((await later.ofType("snapshot")).data.readings).toEqual([data]);
  });

  test("a plain INSERT reaches the sockets of its workspace within a second, and no other's", async () => {
    const { house, alice } = await open(broker);
    const charlie = await house.register("charlie");
    await report(house, alice, EXAMPLE);
    const socket = await joinSensors(house, alice);
    const other = await joinSensors(house, alice, "?sensor_id=sensor1");
    const stranger = await joinSensors(house, charlie);
    await Promise.all([socket, other, stranger].map((one) => one.ofType("snapshot")));
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    const client = await connectPlain(house);
    const insert = "INSERT INTO sensor_readings (sensor_id, value, metadata) VALUES ($1, $2, $3)";
    const insertedAt = Date.now();
    await client.query(insert, ["sensor1", 26.5, { unit: "celsius" }]);
    const frame = await socket.frame(({ data }) => data.value === 26.5);
    expect(Date.now() - insertedAt).toBeLessThan(2_000);
    expect(frame.data).toMatchObject({ sensor_id: "sensor1", metadata: { unit: "celsius" }, unit: "celsius" });
    await other.frame(({ data }) => data.value === 26.5);

    await report(house, charlie, { sensor_id: "sensor2", value: 1 });
    await stranger.frame(({ data }) => data.sensor_id === "sensor2");
    expect(readingsOf(stranger)).toHaveLength(1);
    expect(readingsOf(socket).every(({ data }) => data.sensor_id === "sensor1")).toBe(true);
    expect(readingsOf(dashboard)).toEqual([]);
  });

  test("a transaction that stays open holds back nobody else's reading, and its own arrives with its end", async () => {
    const { house, alice } = await open(broker);
    await report(house, alice, EXAMPLE);
    const socket = await joinSensors(house, alice);
    await socket.ofType("snapshot");
    const [idle, busy, listener] = [await connectPlain(house), await connectPlain(house), await connectPlain(house)];
    await listener.query("LISTEN pulsecheck_readings");
    const insert = (client: pg.Client, value: number) =>
      client.query("INSERT INTO sensor_readings (sensor_id, value) VALUES ('sensor1', $1)", [value]);
    await idle.query("BEGIN");
    await insert(idle, 81);
    for (const value of [82, 83]) {
      const rings = once(listener, "notification");
      await insert(busy, value);
      await rings;
      expect((await socket.frame(({ data }) => data.value === value)).type).toBe("sensor.reading");
    }
    await idle.query("COMMIT");
    await socket.frame(({ data }) => data.value === 81);
  });

  test("a sensor that nobody knows is refused with a sentence, or goes to the workspace that the instance names", async () => {
    const { house, alice } = await open(broker);
    const client = await connectPlain(house);
    const insert = () => client.query("INSERT INTO sensor_readings (sensor_id, value) VALUES ('new', 1)");
    await expect(insert()).rejects.toThrow(/there is no sensor "new" here; .*SENSOR_WORKSPACE/);
    const { publicId } = await house.db.prisma.workspace.findFirstOrThrow({
      where: { memberships: { some: { userId: alice.id } } },
    });
    await house.startApi({ SENSOR_WORKSPACE: "00000000-0000-4000-8000-000000000000" });
    await expect(insert()).rejects.toThrow(/there is no sensor "new" here/);
    await house.startApi({ SENSOR_WORKSPACE: publicId });
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await dashboard.ofType("snapshot");
    await insert();
    expect((await dashboard.ofType("sensor.created")).data).toMatchObject({ sensor_id: "new", last_value: 1 });
  });

  test("2,000 rows of one INSERT, with two workers: each is told, and queued no more", async () => {
    const { house, alice } = await open(broker);
    await house.startWorker();
    await report(house, alice, EXAMPLE);
    const socket = await joinSensors(house, alice);
    const client = await connectPlain(house);
    await client.query(
      "INSERT INTO sensor_readings (sensor_id, value) SELECT 'sensor1', n FROM generate_series(1000, 2999) n",
    );
    const told = () => new Set(readingsOf(socket).map(({ data }) => data.value));
    await expect.poll(() => told().size, { timeout: 15_000 }).toBeGreaterThanOrEqual(2_000);
    const waiting = async () => (await client.query("SELECT 1 FROM reading_batches")).rowCount;
    await expect.poll(waiting).toBe(0);
    const ids = readingsOf(socket).map(({ data }) => data.id);
    expect(new Set(ids).size).toBe(ids.length);
    const { body } = await house.call("GET", "/api/v1/sensors/sensor1", { token: alice.token });
    expect(body).toMatchObject({ readings: 2_001, last_value: 2_999 });
  });

  test("what was inserted while the listener's connection was broken arrives after", async () => {
    const { house, alice } = await open(broker);
    await report(house, alice, EXAMPLE);
    const socket = await joinSensors(house, alice);
    await expect.poll(() => socket.frames.length).toBeGreaterThan(0);
    const client = await connectPlain(house);
    const { rowCount } = await client.query(`SELECT pg_terminate_backend(pid) ${LEADER}`);
    expect(rowCount).toBe(1);
    await client.query("INSERT INTO sensor_readings (sensor_id, value) VALUES ('sensor1', 77)");
    await socket.frame(({ data }) => data.value === 77);
  });

  test("a crossed bound opens an incident with a mail, and one back inside it by the hysteresis closes it", async () => {
    const { house, alice } = await open(broker);
    await report(house, alice, EXAMPLE);
    const bounds = { above: 30, hysteresis: 2, name: "boiler" };
    const patched = await house.call("PATCH", "/api/v1/sensors/sensor1", { token: alice.token, json: bounds });
    expect(patched.body).toMatchObject(bounds);
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await dashboard.ofType("snapshot");
    await report(house, alice, { sensor_id: "sensor1", value: 31.25 });
    expect((await dashboard.ofType("incident.opened")).data).toMatchObject({
      kind: "threshold",
      subject: { type: "sensor", id: "sensor1", name: "boiler" },
      monitor_id: null,
      reason: "threshold",
      detail: "The value 31.25 celsius is above 30 celsius.",
    });
    const subjects = async () =>
      (await house.call("GET", "/dev/mails")).body.items.map((mail: { subject: string }) => mail.subject);
    await expect.poll(subjects, { timeout: 10_000 }).toContain("ALARM: boiler");

    await report(house, alice, { sensor_id: "sensor1", value: 29 });
    await report(house, alice, { sensor_id: "sensor1", value: 28 });
    expect((await dashboard.ofType("incident.closed")).data).toMatchObject({ kind: "threshold" });
    await expect.poll(subjects, { timeout: 10_000 }).toContain("OK: boiler");
    const { body } = await house.call("GET", "/api/v1/sensors/sensor1/incidents", { token: alice.token });
    expect(body.items).toHaveLength(1);
  });

  test("a breach that lasts opens its incident though no further reading comes, and ends with its bound", async () => {
    const { house, alice } = await open(broker);
    await report(house, alice, EXAMPLE);
    const patch = (json: unknown) => house.call("PATCH", "/api/v1/sensors/sensor1", { token: alice.token, json });
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await dashboard.ofType("snapshot");
    await patch({ below: 10, min_duration_s: 2 });
    await report(house, alice, { sensor_id: "sensor1", value: 9 });
    const { data } = await dashboard.ofType("incident.opened");
    expect(Date.parse(data.confirmed_at) - Date.parse(data.started_at)).toBe(2_000);
    await patch({ below: null });
    await dashboard.ofType("incident.closed");
  });
});

const ANOMALY = "an anomaly's alert: one mail where it was asked for, none where it was not, one more when it is over";
test.each(BROKERS)(`${ANOMALY} (%s)`, async (broker) => {
  const { house, alice } = await open(broker);
  const client = await connectPlain(house);
  const insert = (values: readonly number[]) =>
    client.query(
      `INSERT INTO sensor_readings (sensor_id, value) SELECT sensor_id, value
       FROM unnest($1::float8[]) AS v(value), (VALUES ('asked'), ('unasked')) AS s(sensor_id)`,
      [values],
    );
  const usual = Array.from({ length: WARM_UP_READINGS }, (_, i) => 20 + (i % 5) / 10);
  for (const sensor_id of ["asked", "unasked"]) await report(house, alice, { sensor_id, value: 20 });
  await house.call("PATCH", "/api/v1/sensors/asked", { token: alice.token, json: { alerts_on_anomaly: true } });
  const get = async (path: string) => (await house.call("GET", `/api/v1/sensors/${path}`, { token: alice.token })).body;
  const subjects = async () =>
    (await house.call("GET", "/dev/mails")).body.items.map((mail: { subject: string }) => mail.subject);

  await insert([...usual, 500, 510, 505]);
  await expect.poll(subjects, { timeout: 10_000 }).toContain("UNUSUAL: asked");
  for (const sensorId of ["asked", "unasked"]) {
    const { items } = await get(`${sensorId}/readings?anomaly=true`);
    expect(items.map(({ value }: { value: number }) => value)).toEqual([505, 510, 500]);
    expect((await get(`${sensorId}/readings?anomaly=false&limit=100`)).items).toHaveLength(usual.length + 1);
  }
  expect((await get("asked/incidents")).items).toMatchObject([{ kind: "anomaly", reason: "anomaly", ended_at: null }]);
  expect((await get("unasked/incidents")).items).toEqual([]);

  await insert(usual.slice(0, USUAL_UNTIL_ENDED));
  await expect.poll(subjects, { timeout: 10_000 }).toContain("USUAL: asked");
  expect((await subjects()).filter((subject: string) => subject.includes("asked"))).toHaveLength(2);
});

test.each(BROKERS)("another worker takes over from the one that led (%s)", async (broker) => {
  const { house, alice } = await open(broker, { worker: false });
  const first = await house.startWorker();
  await expect.poll(async () => (await house.db.pool.query(`SELECT pid ${LEADER}`)).rowCount).toBe(1);
  await house.startWorker();
  await report(house, alice, EXAMPLE);
  const socket = await joinSensors(house, alice);
  await socket.ofType("snapshot");
  await first.stop();
  await report(house, alice, { sensor_id: "sensor1", value: 78 });
  expect((await socket.frame(({ data }) => data.value === 78)).data.sensor_id).toBe("sensor1");
});
