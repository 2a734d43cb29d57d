import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import type { Person } from "../../../../tests/harness/caller.ts";

let house: House;
let alice: Person;
let charlie: Person;
let key: string;
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
  charlie = await house.register("charlie");
  key = await house.createKey(alice, "INGEST");
});
afterAll(() => house.stop());

const report = (json: unknown, token = key) => house.call("POST", "/api/v1/heartbeat", { token, json });
const history = async (deviceId: string) => {
  const { rows } = await house.db.pool.query<{ battery_level: number }>(
    `SELECT r.battery_level FROM device_reports r JOIN devices d ON d.id = r.device_key WHERE d.device_id = $1 ORDER BY reported_at`,
    [deviceId],
  );
  return rows.map((row) => row.battery_level);
};
const stateOf = async (deviceId: string) =>
  (
    await house.db.pool.query(
      "SELECT s.*, d.name, d.location FROM device_states s JOIN devices d ON d.id = s.device_key WHERE d.device_id = $1 ORDER BY d.id",
      [deviceId],
    )
  ).rows;

describe("works", () => {
  test("the first heartbeat creates the device; the example of the manual, unchanged", async () => {
    const body = {
      device_id: "test-device-001",
      name: "Test Sensor",
      battery_level: 85.5,
      signal_strength: -45.2,
      location: "Test Room",
    };
    expect(await report(body)).toMatchObject({
      status: 202,
      body: { device_id: "test-device-001", result: "accepted", status: "ONLINE", is_new: true, detail: null },
    });
    expect((await report(body)).body).toMatchObject({ is_new: false });
    expect(await stateOf("test-device-001")).toMatchObject([
      { name: "Test Sensor", location: "Test Room", heartbeats: "2" },
    ]);
  });

  test("a batch has one result an item, and a bad one takes nobody with it", async () => {
    const { status, body } = await report([
      { device_id: "batch-1", battery_level: 50 },
      { device_id: "batch-2", battery_level: "5" },
      { device_id: "batch-3" },
    ]);
    expect(status).toBe(202);
    expect(body).toMatchObject([
      { device_id: "batch-1", result: "accepted" },
      { device_id: "batch-2", result: "refused", detail: expect.stringContaining("battery_level") },
      { device_id: "batch-3", result: "accepted" },
    ]);
    expect(await stateOf("batch-2")).toEqual([]);
  });

  test("what a device sends after it was away: late, repeated, out of order, from the future", async () => {
    const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
    const [t1, t2, t3, t4] = [at(90), at(60), at(30), at(-7_200)];
    const send = (battery_level: number, sent_at: string | undefined) => ({
      device_id: "away",
      battery_level,
      sent_at,
    });
    const first = await report([send(3, t3), send(1, t1), send(1, t1), send(4, t4), send(2, t2)]);
    expect(first.body.map((one: { result: string }) => one.result)).toEqual([
      "accepted",
      "accepted",
      "repeated",
      "ahead",
      "accepted",
    ]);
    const again = await report([send(1, t1), send(2, t2), send(3, t3), send(4, t4)]);
    expect(again.body.map((one: { result: string }) => one.result)).toEqual([
      "repeated",
      "repeated",
      "repeated",
      "repeated",
    ]);
    expect(await history("away")).toEqual([1, 2, 3, 4]);
    expect(await stateOf("away")).toMatchObject([{ battery_level: 4, heartbeats: "4", status: "AT_RISK" }]);
  });

  test("the oldest time that can be said is too old, also for a new device", async () => {
    const { body } = await report({ device_id: "ancient", sent_at: "0000-01-01T00:00:00Z" });
    expect(body).toMatchObject({ result: "too_old", is_new: true });
    expect(await stateOf("ancient")).toMatchObject([{ heartbeats: "0", last_sent_at: null }]);
  });

  test("several of one device without a time keep their order", async () => {
    await report([1, 2, 3].map((battery_level) => ({ device_id: "ordered", battery_level })));
    expect(await history("ordered")).toEqual([1, 2, 3]);
    expect(await stateOf("ordered")).toMatchObject([{ battery_level: 3 }]);
  });

  test("many at once are many rows, and none is lost", async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        report({
          device_id: `many-${n % 100}`,
          battery_level: 50,
          sent_at: new Date(Date.now() - n * 1_000).toISOString(),
        }),
      ),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const { rows } = await house.db.pool.query(
      "SELECT count(*)::int AS n FROM device_reports r JOIN devices d ON d.id = r.device_key WHERE d.device_id LIKE 'many-%'",
    );
    expect(rows).toEqual([{ n: 300 }]);
  });

  test("19, 21, 19 percent does not flap", async () => {
    const statuses: string[] = [];
    for (const battery_level of [25, 19, 21, 19, 26])
      statuses.push((await report({ device_id: "flappy", battery_level })).body.status);
    expect(statuses).toEqual(["ONLINE", "AT_RISK", "AT_RISK", "AT_RISK", "ONLINE"]);
  });

  test("the same id in two tenants is two devices", async () => {
    const theirs = await house.createKey(charlie, "INGEST");
    await report({ device_id: "shared-id", battery_level: 11 });
    expect((await report({ device_id: "shared-id", battery_level: 99 }, theirs)).body).toMatchObject({ is_new: true });
    expect(await stateOf("shared-id")).toMatchObject([{ battery_level: 11 }, { battery_level: 99 }]);
  });
});

describe("400", () => {
  test.each([
    ["battery_level", { battery_level: -1 }],
    ["battery_level", { battery_level: 101 }],
    ["battery_level", { battery_level: "5" }],
    ["signal_strength", { signal_strength: 1 }],
    ["signal_strength", { signal_strength: -151 }],
    ["sent_at", { sent_at: "yesterday" }],
    ["sent_at", { sent_at: "9999-12-31T23:59:59-01:00" }],
    ["device_id", { device_id: "with a space" }],
    ["device_id", { device_id: "status" }],
    ["device_id", { device_id: "x".repeat(129) }],
    ["colour", { colour: "red" }],
  ])("%s names the field", async (field, fields) => {
    const { status, body } = await report({ device_id: "bad", ...fields });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ field }]);
    expect(await stateOf("bad")).toEqual([]);
  });

  test("NaN is no JSON", async () => {
    const answer = await house.call("POST", "/api/v1/heartbeat", {
      token: key,
      raw: '{"device_id":"nan","battery_level":NaN}',
      headers: { "Content-Type": "application/json" },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "body" }] } });
  });

  test("a batch of nothing but bad ones, an empty one, and too long a one", async () => {
    expect(await report([{ device_id: "bad", battery_level: 101 }])).toMatchObject({
      status: 400,
      body: { errors: [{ field: "0.battery_level" }] },
    });
    expect((await report([])).status).toBe(400);
    expect((await report(Array.from({ length: 1_001 }, () => ({ device_id: "bad" })))).status).toBe(400);
  });
});

describe("401 and 403", () => {
  test("without a key, and with one that only reads", async () => {
    const viewer = await house.createKey(alice, "VIEWER");
    expect((await house.call("POST", "/api/v1/heartbeat", { json: { device_id: "x" } })).status).toBe(401);
    expect((await report({ device_id: "x" }, viewer)).status).toBe(403);
  });
});
