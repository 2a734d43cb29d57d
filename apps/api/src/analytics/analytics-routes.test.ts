import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { addPast } from "../../../../tests/harness/measured-past.ts";

let house: House;
let alice: Person;
let charlie: Person;
let shop: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  const url = "https://example.com/";
  shop = (await house.addMonitor(alice, { url, name: "shop", tags: ["eu", "prod"], is_active: false })).id;
  const blog = await house.addMonitor(alice, { url, name: "blog", tags: ["eu"], is_active: false });
  await addPast(house.db, [
    { monitorId: shop, days: 9, failEvery: 50 },
    { monitorId: blog.id, days: 2, failEvery: 1_000_000 },
  ]);
  const send = async (method: string, path: string, json: unknown) => {
    const { status } = await house.call(method, `/api/v1/${path}`, { token: alice.token, json });
    expect([path, status]).toEqual([path, expect.toBeOneOf([200, 201, 202])]);
  };
  await send("POST", "sensors", [
    { sensor_id: "one", value: 21.5, unit: "°C" },
    { sensor_id: "two", value: 11.5, unit: "°C" },
  ]);
  await send("PATCH", "sensors/one", { location: "attic" });
  await send("PATCH", "sensors/two", { location: "cellar" });
  await send("POST", "heartbeat", { device_id: "pump", battery_level: 80, signal_strength: -60 });
});
afterAll(() => house.stop());

const get = (path: string, token: string | undefined = alice.token) => house.call("GET", `/api/v1/${path}`, { token });
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
type Named = { name: string };

describe("GET /api/v1/analytics/{of}", () => {
  describe("works", () => {
    test("latencies of a week by monitor, with the week before", async () => {
      const { status, body } = await get(`analytics/latency?from=${daysAgo(4)}&by=monitor&compare=true`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ of: "latency", by: "monitor", bucket: "hour", unit: "ms", groups_in_all: 2 });
      expect(body.groups.map(({ name }: Named) => name)).toEqual(["shop", "blog"]);
      const [first] = body.groups;
      expect(first).toMatchObject({ id: shop, min: 101, max: 249, uptime_ratio: expect.closeTo(0.98, 2) });
      expect(first.previous.count).toBeGreaterThan(500);
      expect(body.groups[1].previous.count).toBe(0);
      expect(body.total.anomalies).toBeGreaterThan(0);
      expect(Date.parse(body.previous.to)).toBe(Date.parse(body.from));
    });

    test("of one tag, of one monitor, in wider steps and in none", async () => {
      const prod = await get(`analytics/latency?from=${daysAgo(3)}&tag=prod&by=tag&bucket=day`);
      expect(prod.body.groups.map(({ name }: Named) => name)).toEqual(["eu", "prod"]);
      expect(prod.body.total.count).toBe(prod.body.groups[1].count);
      expect(prod.body.total.buckets.length).toBeLessThanOrEqual(4);
      const one = await get(`analytics/latency?from=${daysAgo(3)}&id=${shop}&bucket=none`);
      expect(one.body.total).toMatchObject({ count: prod.body.total.count, buckets: [] });
    });

    test("readings by location, batteries and signals", async () => {
      const readings = await get("analytics/readings?by=location");
      expect(readings.body).toMatchObject({ unit: "°C", total: { count: 2, avg: 16.5 } });
      expect(readings.body.groups.map(({ name }: Named) => name)).toEqual(["attic", "cellar"]);
      expect((await get("analytics/readings?location=attic")).body.total).toMatchObject({ count: 1, avg: 21.5 });
      expect((await get("analytics/battery?by=device")).body.groups).toMatchObject([{ name: "pump", avg: 80 }]);
      expect((await get("analytics/signal")).body).toMatchObject({ unit: "dBm", total: { avg: -60 } });
    });

    test("with a viewer's key", async () => {
      expect((await get("analytics/latency", await house.createKey(alice, "VIEWER"))).status).toBe(200);
    });
  });

  test("400 for what cannot be asked for, by its name", async () => {
    const fieldsOf = async (path: string) => {
      const { status, body } = await get(`analytics/${path}`);
      return [status, ...(body.errors ?? []).map(({ field }: { field: string }) => field)];
    };
    expect(await fieldsOf("latency?by=device")).toEqual([400, "by"]);
    expect(await fieldsOf("battery?by=monitor")).toEqual([400, "by"]);
    expect(await fieldsOf("latency?location=attic")).toEqual([400, "location"]);
    expect(await fieldsOf("latency?bucket=minute")).toEqual([400, "bucket"]);
    expect(await fieldsOf("latency?limit=0")).toEqual([400, "limit"]);
    expect(await fieldsOf(`latency?from=${daysAgo(90)}&bucket=hour`)).toEqual([400, "bucket"]);
    expect(await fieldsOf(`latency?from=${daysAgo(1_000)}`)).toEqual([200]);
    expect(await fieldsOf(`latency?from=${daysAgo(1_200)}`)).toEqual([400, "from"]);
    expect(await fieldsOf(`latency?from=${daysAgo(150)}&to=${daysAgo(149)}&bucket=hour`)).toEqual([400, "bucket"]);
    expect(await fieldsOf(`latency?from=${daysAgo(1)}&to=${daysAgo(2)}`)).toEqual([400, "from"]);
    expect(await fieldsOf("latency?planet=mars")).toEqual([400, "planet"]);
  });

  test("401 without a credential", async () => {
    expect((await house.call("GET", "/api/v1/analytics/latency")).status).toBe(401);
  });

  test("403 for a key that only reports", async () => {
    expect((await get("analytics/latency", await house.createKey(alice, "INGEST"))).status).toBe(403);
  });

  test("404 for what is not there, and for what is somebody else's", async () => {
    expect((await get("analytics/latency?id=00000000-0000-4000-8000-000000000000")).status).toBe(404);
    expect((await get("analytics/battery?id=toaster")).status).toBe(404);
    expect((await get(`analytics/latency?id=${shop}`, charlie.token)).status).toBe(404);
    expect((await get("analytics/readings?id=one", charlie.token)).status).toBe(404);
  });

  test("a stranger's figures hold nothing of alice's", async () => {
    for (const of of ["latency", "readings", "battery", "signal"])
      expect((await get(`analytics/${of}?by=tag`, charlie.token)).body).toMatchObject({
        total: { count: 0, avg: null },
        groups: [],
      });
  });
});

describe("GET /api/v1/reports/uptime", () => {
  test("works: by monitor and by tag, the least available first", async () => {
    const each = await get(`reports/uptime?from=${daysAgo(5)}`);
    expect(each.body.rows.map(({ name }: Named) => name)).toEqual(["shop", "blog"]);
    expect(each.body.rows[0]).toMatchObject({ id: shop, uptime_ratio: expect.closeTo(0.98, 2), incidents: 0 });
    const tags = await get(`reports/uptime?from=${daysAgo(5)}&by=tag`);
    expect(tags.body.rows.map(({ name }: Named) => name)).toEqual(["prod", "eu"]);
    expect((await get("reports/uptime?tag=prod")).body.rows).toHaveLength(1);
  });

  test("400, 401 and 403; a stranger's report is empty", async () => {
    expect((await get("reports/uptime?by=device")).status).toBe(400);
    expect((await house.call("GET", "/api/v1/reports/uptime")).status).toBe(401);
    expect((await get("reports/uptime", await house.createKey(alice, "INGEST"))).status).toBe(403);
    expect((await get("reports/uptime", charlie.token)).body.rows).toEqual([]);
  });
});
