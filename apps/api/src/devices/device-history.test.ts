import { writeCursor } from "@pulsecheck/shared/list";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { keyOf, openQuietHouse, report, rewritePast, rollUpSince } from "./test-devices.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The start of an hour, some hours ago: what is rolled up, and not too old for a report. */
const hour = Math.floor(Date.now() / HOUR) * HOUR - 30 * HOUR;
const at = (ms: number) => new Date(hour + ms).toISOString();

let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openQuietHouse();
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
});
afterAll(() => house.stop());

const get = (path: string, token = alice.token) => house.call("GET", `/api/v1/devices/${path}`, { token });

describe("GET /api/v1/devices/{device_id}/history", () => {
  test("a few hours with few reports: each by itself, whatever it left out", async () => {
    await report(
      house,
      alice,
      { device_id: "few", battery_level: 90, signal_strength: -40.5, sent_at: at(0) },
      { device_id: "few", sent_at: at(MINUTE) },
      { device_id: "few", battery_level: 80, sent_at: at(2 * MINUTE) },
    );
    await report(house, charlie, { device_id: "few", battery_level: 1, sent_at: at(MINUTE) });
    const { status, body } = await get(`few/history?from=${at(0)}&to=${at(2 * HOUR)}`);
    expect([status, body.bucket_ms]).toEqual([200, null]);
    const none = { count: 0, avg: null, min: null, max: null };
    const one = (value: number) => ({ count: 1, avg: value, min: value, max: value });
    expect(body.buckets).toEqual([
      { from: at(0), to: at(0), battery_level: one(90), signal_strength: one(-40.5) },
      { from: at(MINUTE), to: at(MINUTE), battery_level: none, signal_strength: none },
      { from: at(2 * MINUTE), to: at(2 * MINUTE), battery_level: one(80), signal_strength: none },
    ]);
    expect((await get(`few/history?from=${at(3 * HOUR)}&to=${at(4 * HOUR)}`)).body.buckets).toEqual([]);
  });

  test("more of them in buckets, which say the same from reports and from rollups", async () => {
    await report(house, alice, { device_id: "many" });
    const key = await keyOf(house, alice, "many");
    await house.db.pool.query(
      `INSERT INTO device_reports (device_key, reported_at, battery_level, signal_strength)
       SELECT $1, $2::timestamptz + n * interval '30 seconds', n % 100, CASE WHEN n % 2 = 0 THEN -n % 7 END FROM generate_series(0, 1199) AS n`,
      [key, at(0)],
    );
    const short = (await get(`many/history?from=${at(0)}&to=${at(4 * HOUR)}`)).body;
    expect(short.buckets.length).toBeLessThan(400);
    expect(short.bucket_ms).toBeGreaterThan(0);
    const path = `many/history?from=${at(-2 * HOUR)}&to=${at(28 * HOUR)}`;
    const { body } = await get(path);
    expect([body.bucket_ms, body.buckets.length]).toEqual([HOUR, 10]);
    expect(body.buckets[0]).toEqual({
      from: at(0),
      to: at(HOUR),
      battery_level: { count: 120, avg: 42.833333333333336, min: 0, max: 99 },
      signal_strength: { count: 60, avg: expect.any(Number), min: -6, max: 0 },
    });
    await rollUpSince(house, new Date(hour));
    expect((await get(path)).body).toEqual(body);
    // Other figures in the rollups show that they are what is read.
    await house.db.pool.query("UPDATE series_rollups SET max = 100 WHERE series = 'b' AND key = $1", [key]);
    expect((await get(path)).body.buckets[0].battery_level.max).toBe(100);
  });

  test.each([
    ["from", `from=${at(HOUR)}&to=${at(0)}`],
    ["from", "from=2020-01-01T00:00:00Z"],
    ["to", "to=yesterday"],
    ["limit", "limit=5"],
  ])("400 names %s in %s", async (field, query) => {
    await report(house, alice, { device_id: "bad" });
    const { status, body } = await get(`bad/history?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe("GET /api/v1/devices/{device_id}/events", () => {
  const PAST = ["online", "connected", "disconnected", "at_risk", "offline", "online"] as const;
  beforeAll(async () => {
    await report(house, alice, { device_id: "lived" });
    // Each two of them at the same time.
    const events = PAST.map((type, i) => [new Date(hour + Math.floor(i / 2) * HOUR), type] as const);
    await rewritePast(house, alice, "lived", { createdAt: new Date(hour), events });
    await report(house, charlie, { device_id: "lived" });
  });
  const types = (items: { event_type: string }[]) => items.map((one) => one.event_type);

  test("works: the latest first, in pages that hold each once", async () => {
    const { body } = await get("lived/events");
    expect(types(body.items)).toEqual(PAST.toReversed());
    expect(body.items[0]).toEqual({
      id: expect.any(Number),
      device_id: "lived",
      event_type: "online",
      at: at(2 * HOUR),
    });
    const paged: { event_type: string }[] = [];
    for (let cursor = ""; ;) {
      const page = (await get(`lived/events?limit=1${cursor && `&cursor=${cursor}`}`)).body;
      paged.push(...page.items);
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(body.items);
    expect(types((await get("lived/events", charlie.token)).body.items)).toEqual(["online"]);
  });

  test("works: by type and in a range", async () => {
    expect(types((await get("lived/events?event_type=at_risk")).body.items)).toEqual(["at_risk"]);
    const range = `from=${at(HOUR)}&to=${at(2 * HOUR)}`;
    expect(types((await get(`lived/events?${range}`)).body.items)).toEqual(["at_risk", "disconnected"]);
  });

  const NOW = "2026-01-01T00:00:00.000Z";
  test("a first heartbeat is told once, and the right shape of a cursor is taken", async () => {
    await report(house, alice, { device_id: "new" }, { device_id: "new" });
    expect(types((await get("new/events")).body.items)).toEqual(["online"]);
    const cursor = writeCursor({ sort: "-at", after: [NOW, "123456789012"] });
    expect((await get(`new/events?cursor=${cursor}`)).status).toBe(200);
  });

  test.each([
    ["event_type", "event_type=heartbeat"],
    ["from", "from=now"],
    ["cursor", "cursor="],
    ["cursor", `cursor=${writeCursor({ sort: "-at", after: [NOW, "-1"] })}`],
    ["cursor", `cursor=${writeCursor({ sort: "-at", after: [NOW, "9223372036854775808"] })}`],
    ["cursor", `cursor=${writeCursor({ sort: "-at", after: ["infinity", "1"] })}`],
    ["cursor", `cursor=${writeCursor({ sort: "at", after: [NOW, "1"] })}`],
  ])("400 names %s in %s", async (field, query) => {
    const { status, body } = await get(`lived/events?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});
