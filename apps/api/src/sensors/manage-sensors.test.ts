import { WARM_UP_READINGS } from "@pulsecheck/shared/anomaly";
import { sensorSchema, sensorStatsSchema, type LoggedReadingView } from "@pulsecheck/shared/sensor";
import { rollUp } from "@pulsecheck/db/rollups";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { connectLive, joinLive } from "../../../../tests/harness/live-client.ts";
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

const call = (method: string, path: string, json?: unknown, token = alice.token): Promise<Answer> =>
  house.call(method, `/api/v1/sensors${path}`, json === undefined ? { token } : { token, json });
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Reports, and waits until the worker has judged it. */
async function report(sensorId: string, readings: { value: number; timestamp?: string }[]): Promise<number[]> {
  const before = (await call("GET", `/${sensorId}`)).body.readings ?? 0;
  const sent = readings.map((reading) => ({ sensor_id: sensorId, ...reading }));
  const { status, body } = await call("POST", "", sent);
  expect(status).toBe(201);
  await expect.poll(async () => (await call("GET", `/${sensorId}`)).body.readings).toBe(before + readings.length);
  return body.map(({ id }: { id: number }) => id);
}

describe("works", () => {
  test("settings are changed, and cleared by null", async () => {
    await report("boiler", [{ value: 1 }]);
    const json = {
      name: "Boiler",
      location: "cellar",
      tags: ["hot", "hot"],
      notes: "new",
      unit: "bar",
      above: 5,
      below: 1,
    };
    const { status, body } = await call("PATCH", "/boiler", json);
    expect([status, body]).toMatchObject([200, { ...json, tags: ["hot"], last_value: 1, breach: null }]);
    expect(sensorSchema.parse(body)).toEqual(body);
    expect((await call("PATCH", "/boiler", { above: null })).body).toMatchObject({ above: null, below: 1 });
  });

  test("lists by tag, text and every sort, each exactly once across pages", async () => {
    for (const [i, id] of ["list-a", "list-b", "list-c"].entries()) await report(id, [{ value: i - 1 }]);
    await call("PATCH", "/list-b", { tags: ["blue"], name: "0 first" });
    const ids = ({ body }: Answer) => body.items.map(({ sensor_id }: { sensor_id: string }) => sensor_id);
    expect(ids(await call("GET", "?tag=blue"))).toEqual(["list-b"]);
    expect(ids(await call("GET", "?q=LIST-"))).toEqual(["list-b", "list-a", "list-c"]);
    for (const sort of ["name", "sensor_id", "created_at", "last_reading_at", "last_value"]) {
      const whole = ids(await call("GET", `?sort=-${sort}`));
      const paged: string[] = [];
      let cursor = "";
      do {
        const page = await call("GET", `?sort=-${sort}&limit=1${cursor && `&cursor=${cursor}`}`);
        paged.push(...ids(page));
        cursor = page.body.next_cursor ?? "";
      } while (cursor !== "");
      expect(paged).toEqual(whole);
    }
  });

  test("lists by place and by how the last value is; places and tags can be chosen from", async () => {
    for (const id of ["hot", "cold", "mild"])
      await report(id, [{ value: id === "hot" ? 90 : id === "cold" ? -9 : 20 }]);
    for (const id of ["hot", "cold", "mild"])
      await call("PATCH", `/${id}`, { above: 80, below: 0, location: id === "mild" ? "Hall 2" : "Hall 1", tags: [id] });
    const ids = async (query: string) =>
      (await call("GET", query)).body.items.map(({ sensor_id }: { sensor_id: string }) => sensor_id);
    expect(await ids("?location=Hall%201")).toEqual(["cold", "hot"]);
    expect(await ids("?breach=above")).toEqual(["hot"]);
    expect(await ids("?breach=below&location=Hall%202")).toEqual([]);
    await house.db.pool.query("UPDATE sensor_states SET is_last_anomaly = true WHERE last_value = 20");
    expect(await ids("?is_anomaly=true&location=Hall%202")).toEqual(["mild"]);
    expect(await ids("?is_anomaly=false&location=Hall%202")).toEqual([]);
    const { status, body } = await house.call("GET", "/api/v1/workspace/labels", { token: alice.token });
    expect([status, body.devices]).toEqual([200, { tags: [], locations: [] }]);
    expect(body.sensors.locations).toEqual(expect.arrayContaining(["Hall 1", "Hall 2"]));
    expect(body.sensors.tags).toEqual(expect.arrayContaining(["cold", "hot", "mild"]));
    const strangers = await house.call("GET", "/api/v1/workspace/labels", { token: charlie.token });
    expect(strangers.body.sensors).toEqual({ tags: [], locations: [] });
  });

  test("a reading is corrected and another deleted; figures follow, and who did it is kept", async () => {
    const ids = await report("meter", [
      { value: 10, timestamp: hoursAgo(5) },
      { value: 9_999, timestamp: hoursAgo(5) },
      { value: 30, timestamp: hoursAgo(3) },
      { value: 40 },
    ]);
    await rollUp(house.db, new Date());
    const stats = async () => (await call("GET", `/meter/stats?from=${hoursAgo(72)}`)).body;
    expect(await stats()).toMatchObject({ count: 4, max: 9_999, min: 10 });
    expect(sensorStatsSchema.parse(await stats())).toBeTruthy();

    const corrected = await call("PATCH", `/meter/readings/${ids[1]}`, { value: 20 });
    expect([corrected.status, corrected.body]).toMatchObject([200, { id: ids[1], value: 20, is_anomaly: false }]);
    expect((await call("DELETE", `/meter/readings/${ids[3]}`)).status).toBe(204);
    const log: LoggedReadingView[] = (await call("GET", "/meter/readings")).body.items;
    expect(log).toHaveLength(3);
    expect(log.flatMap(({ id, corrected_at: at }) => (at === null ? [] : id))).toEqual([ids[1]]);
    expect(await stats()).toMatchObject({ count: 3, avg: 20, min: 10, max: 30 });
    expect((await call("GET", "/meter")).body).toMatchObject({ last_value: 30 });

    const { items } = (await call("GET", "/meter/corrections")).body;
    expect(items).toMatchObject([
      {
        action: "reading.deleted",
        user_id: alice.id,
        api_key_id: null,
        before: { id: ids[3], value: 40 },
        after: null,
      },
      { action: "reading.corrected", before: { id: ids[1], value: 9_999 }, after: { id: ids[1], value: 20 } },
    ]);
  });

  test("a value that comes late finds its hour, and moves neither state nor last value", async () => {
    await report("slow", [{ value: 1, timestamp: hoursAgo(4) }, { value: 2 }]);
    await rollUp(house.db, new Date());
    await call("PATCH", "/slow", { above: 50 });
    await report("slow", [{ value: 100, timestamp: hoursAgo(4) }]);
    expect((await call("GET", `/slow/stats?from=${hoursAgo(72)}`)).body).toMatchObject({ count: 3, max: 100 });
    expect((await call("GET", "/slow")).body).toMatchObject({ last_value: 2, breach: null });
  });

  test("unusual readings are marked, and found", async () => {
    const usual = Array.from({ length: WARM_UP_READINGS }, (_, i) => ({ value: 20 + (i % 5) / 10 }));
    await report("odd", [...usual, { value: 500 }]);
    const { items } = (await call("GET", "/odd/readings?anomaly=true")).body;
    expect(items).toMatchObject([{ value: 500, is_anomaly: true }]);
    expect((await call("GET", "/odd/stats")).body).toMatchObject({ count: WARM_UP_READINGS + 1, anomalies: 1 });
  });

  test("a deleted sensor is gone with its readings, and its socket ends", async () => {
    await report("gone", [{ value: 1 }]);
    const headers = { Authorization: `Bearer ${alice.token}` };
    const socket = await joinLive(`${house.url}/api/v1/ws/sensors?sensor_id=gone`, headers);
    await socket.ofType("snapshot");
    expect((await call("DELETE", "/gone")).status).toBe(204);
    expect(await socket.closed).toBe(1000);
    expect((await call("GET", "/gone")).status).toBe(404);
  });
});

describe("400", () => {
  test.each([
    ["above", { above: 1, below: 2 }],
    ["hysteresis", { above: 10, below: 8, hysteresis: 2 }],
    ["hysteresis", { hysteresis: -1 }],
    ["min_duration_s", { min_duration_s: 0.5 }],
    ["name", { name: " " }],
    ["sensor_id", { sensor_id: "other" }],
  ])("%s", async (field, json) => {
    await report("strict", [{ value: 1 }]);
    const { status, body } = await call("PATCH", "/strict", json);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test.each([
    "?sort=colour",
    "?cursor=x",
    "/strict/readings?from=x",
    "/strict/readings/x",
    "/strict/stats?to=2020-01-01",
  ])("%s", async (path) => expect((await call(/readings\/x/.test(path) ? "DELETE" : "GET", path)).status).toBe(400));
});

const ROUTES: [method: string, path: string, json: object | undefined][] = [
  ["GET", "/shared", undefined],
  ["PATCH", "/shared", { name: "x" }],
  ["GET", "/shared/readings", undefined],
  ["GET", "/shared/stats", undefined],
  ["GET", "/shared/incidents", undefined],
  ["GET", "/shared/corrections", undefined],
  ["PATCH", "/shared/readings/1", { value: 1 }],
  ["DELETE", "/shared/readings/1", undefined],
  ["DELETE", "/shared", undefined],
];

describe("what is not yours to see or to change", () => {
  beforeAll(async () => {
    expect((await call("POST", "", { sensor_id: "shared", value: 1 })).status).toBe(201);
  });

  test.each(ROUTES)("401 and 404: %s %s", async (method, path, json) => {
    const options = json === undefined ? {} : { json };
    expect((await house.call(method, `/api/v1/sensors${path}`, options)).status).toBe(401);
    expect((await call(method, path, json, charlie.token)).status).toBe(404);
  });

  test.each(ROUTES.filter(([method]) => method !== "GET"))("403 for a reader: %s %s", async (method, path, json) => {
    const options = json === undefined ? {} : { json };
    const { status } = await house.call(method, `/api/v1/sensors${path}`, {
      token: bob.token,
      headers: asViewer,
      ...options,
    });
    expect(status).toBe(403);
  });

  test("another sensor's reading is not found under this one, and a foreign sensor has no socket", async () => {
    const [id] = await report("neighbour", [{ value: 1 }]);
    expect((await call("DELETE", `/shared/readings/${id}`)).status).toBe(404);
    const refused = await connectLive(`${house.url}/api/v1/ws/sensors?sensor_id=shared`, {
      Authorization: `Bearer ${charlie.token}`,
    });
    expect(refused).toMatchObject({ status: 404 });
  });
});
