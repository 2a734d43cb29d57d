import { loggedReadingSchema, READINGS_AT_ONCE } from "@pulsecheck/shared/sensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { invite } from "../workspace/test-workspace.ts";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
let asViewer: Record<string, string>;
beforeAll(async () => {
  house = await openHouse();
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  asViewer = await invite(house, alice, bob, "VIEWER");
});
afterAll(() => house.stop());

const report = (json: unknown, token = alice.token) => house.call("POST", "/api/v1/sensors", { token, json });
const read = (path: string, token = alice.token) => house.call("GET", `/api/v1/sensors${path}`, { token });
const stored = async () => (await house.db.pool.query("SELECT id FROM readings")).rowCount;

describe("works", () => {
  test("with a key that may only report", async () => {
    const key = await house.createKey(alice, "INGEST");
    const { status, body } = await report({ sensor_id: "cellar", value: 12 }, key);
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(Number),
        sensor_id: "cellar",
        value: 12,
        timestamp: expect.any(String),
        metadata: {},
        message: "Sensor reading created successfully",
      },
    ]);
    expect((await read("/cellar", key)).status).toBe(403);
  });

  test("a batch is answered in its order, with the times that it gave", async () => {
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const batch = [
      { sensor_id: "attic", value: 2, timestamp: hourAgo },
      { sensor_id: "roof", value: -1e300, metadata: { deep: [{ a: null }] } },
      { sensor_id: "attic", value: 1, unit: "°C" },
    ];
    const { status, body } = await report(batch);
    expect(status).toBe(201);
    expect(body.map(({ sensor_id, value }: { sensor_id: string; value: number }) => [sensor_id, value])).toEqual(
      batch.map(({ sensor_id, value }) => [sensor_id, value]),
    );
    expect(body[0].timestamp).toBe(hourAgo);
    const { items } = (await read("/attic/readings")).body;
    expect(items.map(({ id }: { id: number }) => id)).toEqual([body[2].id, body[0].id]);
    for (const item of items) expect(loggedReadingSchema.parse(item)).toEqual(item);
    expect((await read("/roof/readings")).body.items[0].metadata).toEqual({ deep: [{ a: null }] });
  });

  test("the unit is metadata.unit at first, and the sensor's own from then on", async () => {
    await report({ sensor_id: "unit", value: 1, metadata: { unit: "bar" } });
    expect((await read("/unit")).body).toMatchObject({ unit: "bar", name: "unit" });
    expect((await report({ sensor_id: "unit", value: 1, unit: "bar", metadata: { unit: "psi" } })).status).toBe(201);
    const { status, body } = await report([
      { sensor_id: "unit", value: 1 },
      { sensor_id: "unit", value: 1, unit: "psi" },
    ]);
    expect([status, body.errors]).toEqual([
      400,
      [{ field: "1.unit", detail: "must be bar: this sensor has its unit already" }],
    ]);
  });

  test("what is a little ahead of our clock counts as now", async () => {
    const { body } = await report({
      sensor_id: "fast",
      value: 1,
      timestamp: new Date(Date.now() + 50_000).toISOString(),
    });
    expect(Date.parse(body.timestamp)).toBeLessThanOrEqual(Date.now());
  });

  test("the same sensor_id in two workspaces is two sensors, and SQL asks which", async () => {
    await report({ sensor_id: "twin", value: 1 });
    await report({ sensor_id: "twin", value: 2 }, charlie.token);
    const values = async (token: string) =>
      (await read("/twin/readings", token)).body.items.map(({ value }: { value: number }) => value);
    expect([await values(alice.token), await values(charlie.token)]).toEqual([[1], [2]]);
    const insert = house.db.pool.query("INSERT INTO sensor_readings (sensor_id, value) VALUES ('twin', 3)");
    await expect(insert).rejects.toThrow(/"twin" is a sensor of several workspaces/);
  });
});

describe("plain SQL, as the API has it", () => {
  const insert = (sensorId: string, unit: string | null, at: Date | null = null) =>
    house.db.pool.query('INSERT INTO sensor_readings (sensor_id, value, unit, "timestamp") VALUES ($1, 1, $2, $3)', [
      sensorId,
      unit,
      at,
    ]);
  const inSeconds = (s: number) => new Date(Date.now() + s * 1_000);

  test("what is a little ahead of our clock counts as now, and does not make late what comes after", async () => {
    await report({ sensor_id: "sql-fast", value: 1 });
    await insert("sql-fast", null, inSeconds(50));
    const [first] = (await read("/sql-fast/readings")).body.items;
    expect(Date.parse(first.timestamp)).toBeLessThanOrEqual(Date.now() + 1);
    await report({ sensor_id: "sql-fast", value: 7 });
    await expect.poll(async () => (await read("/sql-fast")).body).toMatchObject({ readings: 3, last_value: 7 });
    await expect(insert("sql-fast", null, inSeconds(70))).rejects.toThrow(/timestamp: must be within the last 7 days/);
  });

  test("a transaction that began a while ago brings the times of its readings", async () => {
    await report({ sensor_id: "sql-slow", value: 1 });
    const client = await house.db.pool.connect();
    try {
      await client.query("BEGIN");
      const at = (await client.query<{ at: Date }>("SELECT pg_sleep(0.05), clock_timestamp() AS at")).rows[0]?.at;
      await client.query(`INSERT INTO sensor_readings (sensor_id, value, "timestamp") VALUES ('sql-slow', 2, $1)`, [
        at,
      ]);
      await client.query("COMMIT");
      const [first] = (await read("/sql-slow/readings")).body.items;
      expect(first).toMatchObject({ value: 2, timestamp: at?.toISOString() });
    } finally {
      client.release();
    }
  });

  test("a unit that is not the sensor's is refused, and one that has none learns it", async () => {
    await report({ sensor_id: "sql-unit", value: 1 });
    await insert("sql-unit", " bar ");
    expect((await read("/sql-unit")).body.unit).toBe("bar");
    await insert("sql-unit", "bar");
    await insert("sql-unit", null);
    await expect(insert("sql-unit", "psi")).rejects.toThrow(/unit: must be bar: this sensor has its unit already/);
    for (const unit of [" ", "x".repeat(33)])
      await expect(insert("sql-unit", unit)).rejects.toThrow(/unit: must be 1 to 32 characters/);
    expect((await read("/sql-unit/readings")).body.items).toHaveLength(4);
  });
});

describe("400", () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  test.each([
    ["value", { sensor_id: "a" }],
    ["value", { sensor_id: "a", value: "1" }],
    ["value", { sensor_id: "a", value: null }],
    ["sensor_id", { sensor_id: "a b", value: 1 }],
    ["sensor_id", { sensor_id: "a".repeat(129), value: 1 }],
    ["metadata", { sensor_id: "a", value: 1, metadata: [] }],
    ["metadata", { sensor_id: "a", value: 1, metadata: { text: "é".repeat(8_192) } }],
    ["colour", { sensor_id: "a", value: 1, colour: "red" }],
    ["unit", { sensor_id: "a", value: 1, unit: "" }],
    ["timestamp", { sensor_id: "a", value: 1, timestamp: "yesterday" }],
    ["timestamp", { sensor_id: "a", value: 1, timestamp: daysAgo(7.1) }],
    ["timestamp", { sensor_id: "a", value: 1, timestamp: daysAgo(-0.01) }],
    ["3.value", [1, 2, 3, "x"].map((value) => ({ sensor_id: "a", value }))],
    [
      "1.timestamp",
      [
        { sensor_id: "a", value: 1 },
        { sensor_id: "a", value: 1, timestamp: daysAgo(9) },
      ],
    ],
    ["body", []],
    ["body", Array.from({ length: READINGS_AT_ONCE + 1 }, () => ({ sensor_id: "a", value: 1 }))],
    ["body", 7],
  ])("%s: nothing is stored (%#)", async (field, json) => {
    const before = await stored();
    const { status, body } = await report(json);
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
    expect(await stored()).toBe(before);
    expect((await read("/a")).status).toBe(404);
  });

  test("a number beyond all numbers", async () => {
    const raw = '{"sensor_id": "a", "value": 1e999}';
    const headers = { "Content-Type": "application/json" };
    expect((await house.call("POST", "/api/v1/sensors", { token: alice.token, raw, headers })).status).toBe(400);
  });
});

test("413: metadata of 10 MB; in plain SQL a sentence says what is wrong. Nothing is stored, and nothing else lost", async () => {
  const before = (await stored()) ?? 0;
  const text = "x".repeat(10_000_000);
  expect((await report({ sensor_id: "huge", value: 1, metadata: { text } })).status).toBe(413);
  const insert = "INSERT INTO sensor_readings (sensor_id, value, metadata) VALUES ('small', 2, $1)";
  expect((await report({ sensor_id: "small", value: 1 })).status).toBe(201);
  await expect(house.db.pool.query(insert, [{ text }])).rejects.toThrow(/metadata: must be .* at most 16384 bytes/);
  await house.db.pool.query(insert, [{ text: "x" }]);
  expect(await stored()).toBe(before + 2);
  expect((await read("/huge")).status).toBe(404);
});

test("401: without a credential", async () => {
  expect((await house.call("POST", "/api/v1/sensors", { json: { sensor_id: "a", value: 1 } })).status).toBe(401);
});

test("403: a reader does not report", async () => {
  const call = { token: bob.token, json: { sensor_id: "a", value: 1 }, headers: asViewer };
  expect((await house.call("POST", "/api/v1/sensors", call)).status).toBe(403);
});

test("409: more sensors than a workspace may have", async () => {
  const dora = await house.register("dora");
  const many = (from: number) => Array.from({ length: 1_000 }, (_, i) => ({ sensor_id: `s${from + i}`, value: i }));
  expect((await report(many(0), dora.token)).status).toBe(201);
  const { status, body } = await report(many(1), dora.token);
  expect([status, body.detail]).toEqual([
    409,
    "A workspace may have 1000 sensors; delete some that are no longer needed.",
  ]);
  expect((await read("/s1000", dora.token)).status).toBe(404);
  expect((await report(many(0), dora.token)).status).toBe(201);
});
