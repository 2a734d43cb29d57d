import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { keyOf, openQuietHouse, report, rewritePast, rollUpSince } from "./test-devices.ts";

const HOUR = 3_600_000;
const start = Math.floor(Date.now() / HOUR) * HOUR - 100 * HOUR;
const at = (hours: number) => new Date(start + hours * HOUR);
const RANGE = `from=${at(0).toISOString()}&to=${at(10).toISOString()}`;

let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openQuietHouse();
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  await report(
    house,
    alice,
    { device_id: "flapping", location: "Hall 1" },
    { device_id: "steady", location: "Hall 1" },
  );
  await report(house, alice, { device_id: "young", location: "Hall 2" });
  await report(house, charlie, { device_id: "steady", location: "Hall 1" });
  await rewritePast(house, alice, "flapping", {
    createdAt: at(-20),
    events: [
      [at(-20), "online"],
      [at(-3), "connected"],
      [at(-2), "offline"],
      [at(1), "online"],
      [at(2), "disconnected"],
      [at(3), "at_risk"],
      [at(4), "online"],
      [at(5), "connected"],
      [at(6), "connected"],
      [at(7), "disconnected"],
      [at(9), "offline"],
      [at(12), "online"],
    ],
  });
  // What happened to it is so long ago that its events are gone.
  await rewritePast(house, alice, "steady", { createdAt: at(-20), events: [] });
  await rewritePast(house, alice, "young", {
    createdAt: at(5),
    events: [
      [at(5), "online"],
      [at(5), "connected"],
      [at(7.5), "offline"],
    ],
  });
});
afterAll(() => house.stop());

const get = (query: string, token = alice.token) => house.call("GET", `/api/v1/devices/analytics?${query}`, { token });
const NOTHING = { heartbeats: 0, connects: 0, disconnects: 0, flaps: 0, offline_ms: 0 };
const FLAPPING = {
  devices: 1,
  heartbeats: 0,
  connects: 2,
  disconnects: 2,
  sessions: { count: 2, avg_ms: 2 * HOUR, longest_ms: 2 * HOUR },
  flaps: 2,
  offline_ms: 2 * HOUR,
  availability_ratio: 0.8,
};

describe("works", () => {
  test("by device: sessions, flaps and availability, each with what was before the range", async () => {
    const { status, body } = await get(RANGE);
    expect(status).toBe(200);
    expect(body.groups).toEqual([
      { device_id: "flapping", name: "flapping", location: "Hall 1", ...FLAPPING },
      {
        device_id: "steady",
        name: "steady",
        location: "Hall 1",
        ...NOTHING,
        devices: 1,
        sessions: { count: 0, avg_ms: null, longest_ms: null },
        availability_ratio: 1,
      },
      {
        device_id: "young",
        name: "young",
        location: "Hall 2",
        ...NOTHING,
        devices: 1,
        connects: 1,
        sessions: { count: 1, avg_ms: 5 * HOUR, longest_ms: 5 * HOUR },
        offline_ms: 2.5 * HOUR,
        availability_ratio: 0.5,
      },
    ]);
    expect(body).toMatchObject({ from: at(0).toISOString(), to: at(10).toISOString(), group_by: "device" });
    expect(body.total).toMatchObject({ devices: 3, flaps: 2, offline_ms: 4.5 * HOUR, availability_ratio: 0.82 });
  });

  test("by location: its devices weigh by how long they were there", async () => {
    const { body } = await get(`${RANGE}&group_by=location`);
    expect(body.groups).toMatchObject([
      { device_id: null, name: null, location: "Hall 1", devices: 2, connects: 2, availability_ratio: 0.9 },
      { device_id: null, name: null, location: "Hall 2", devices: 1, connects: 1, availability_ratio: 0.5 },
    ]);
  });

  test("of one device, of one location, of nothing", async () => {
    expect((await get(`${RANGE}&device_id=flapping`)).body.total).toEqual(FLAPPING);
    expect((await get(`${RANGE}&location=Hall%202`)).body.groups).toMatchObject([{ device_id: "young" }]);
    const { body } = await get(`${RANGE}&location=Nowhere`);
    expect([body.groups, body.total.availability_ratio]).toEqual([[], null]);
    const before = `from=${at(-2_000).toISOString()}&to=${at(-1_999).toISOString()}`;
    expect((await get(before)).body.groups).toEqual([]);
  });

  test("time that has not passed counts for nothing", async () => {
    const { body } = await get(`from=${at(10).toISOString()}&to=${at(1_000).toISOString()}&device_id=young`);
    expect(Date.parse(body.to)).toBeLessThanOrEqual(Date.now());
    expect(body.total).toMatchObject({ availability_ratio: 0, offline_ms: Date.parse(body.to) - at(10).getTime() });
    const ahead = await get(`from=${at(1_000).toISOString()}&to=${at(1_001).toISOString()}`);
    expect(ahead.body.total).toMatchObject({ offline_ms: 0, availability_ratio: null });
  });

  test("what its state says already is not asked of its events", async () => {
    const later = `from=${at(20).toISOString()}&to=${at(30).toISOString()}`;
    expect((await get(`${later}&device_id=young`)).body.total).toMatchObject({
      sessions: { count: 1, avg_ms: 10 * HOUR },
      availability_ratio: 0,
    });
    expect((await get(`${later}&device_id=flapping`)).body.total).toMatchObject({ availability_ratio: 1 });
  });

  test("heartbeats are counted, from reports and from rollups alike", async () => {
    const key = await keyOf(house, alice, "steady");
    await house.db.pool.query(
      `INSERT INTO device_reports (device_key, reported_at, battery_level)
       SELECT $1, $2::timestamptz + n * interval '1 minute', CASE WHEN n % 3 = 0 THEN 50 END FROM generate_series(0, 999) AS n`,
      [key, at(-1)],
    );
    const count = async () => (await get(`${RANGE}&device_id=steady`)).body.total.heartbeats;
    expect(await count()).toBe(600);
    await rollUpSince(house, new Date(start));
    expect(await count()).toBe(600);
    await house.db.pool.query("DELETE FROM device_reports WHERE device_key = $1", [key]);
    expect(await count()).toBe(600);
  });
});

describe("refuses", () => {
  test.each([
    ["group_by", `${RANGE}&group_by=tag`],
    ["device_id", `${RANGE}&device_id=analytics`],
    ["location", `${RANGE}&location=${"x".repeat(201)}`],
    ["from", `from=${at(1).toISOString()}&to=${at(1).toISOString()}`],
    ["cursor", `${RANGE}&cursor=x`],
  ])("400 names %s in %s", async (field, query) => {
    const { status, body } = await get(query);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("404: a device of another workspace", async () => {
    expect((await get(`${RANGE}&device_id=young`, charlie.token)).status).toBe(404);
    expect((await get("", charlie.token)).body.groups).toHaveLength(1);
  });

  test("400: more than 10,000 devices at once, and one location of them is none too many", async () => {
    const { rows } = await house.db.pool.query<{ workspace_id: number }>(
      `INSERT INTO devices (workspace_id, device_id, created_by_id, name, tags, location)
       SELECT workspace_id, 'many-' || n, created_by_id, 'many', '{}', 'Field ' || n % 2 FROM devices, generate_series(1, 10000) AS n
       WHERE device_id = 'steady' AND created_by_id = $1 RETURNING workspace_id`,
      [charlie.id],
    );
    await house.db.pool.query(
      `INSERT INTO device_states (device_key, workspace_id, last_heard_at, look_at)
       SELECT id, workspace_id, now(), now() FROM devices WHERE workspace_id = $1 AND name = 'many'`,
      [rows[0]?.workspace_id],
    );
    const { status, body } = await get("", charlie.token);
    expect([status, body.errors[0].field]).toEqual([400, "location"]);
    expect((await get("location=Field%201", charlie.token)).body.groups).toHaveLength(5_000);
    const all = await get("group_by=location&location=Field%200", charlie.token);
    expect(all.body.groups).toMatchObject([{ location: "Field 0", devices: 5_000 }]);
  });
});
