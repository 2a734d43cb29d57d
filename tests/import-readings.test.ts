import { inTransaction } from "@pulsecheck/db/client";
import { openReadings, stageReadings } from "@pulsecheck/db/reading-imports";
import { rollUp } from "@pulsecheck/db/rollups";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { countsOf, csv, importFile, placesOf, remarksOf } from "./harness/imports.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ env: { RETENTION_DAYS: "400" } });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

const HEADER = "sensor_id,value,unit,timestamp,metadata,id";
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const load = (rows: readonly string[], query = "", header = HEADER) =>
  importFile(house, alice, "readings_csv", csv(header, ...rows), query);
const call = async (method: string, path: string, json?: unknown) =>
  (await house.call(method, `/api/v1/sensors${path}`, { token: alice.token, ...(json === undefined ? {} : { json }) }))
    .body;
const judged = (sensorId: string, readings: number) =>
  expect.poll(async () => (await call("GET", `/${sensorId}`)).readings, { timeout: 20_000 }).toBe(readings);
const valuesOf = async (sensorId: string) =>
  (await call("GET", `/${sensorId}/readings?limit=100`)).items.map(({ value }: { value: number }) => value);

describe("a reading is known by its sensor and its time", () => {
  test("a corrected value corrects it, with an entry of who did it; what a row says nothing of stays", async () => {
    const [first, second] = [ago(2), ago(1)];
    await load([`boiler,20,°C,${first},"{""door"":1}",`, `boiler,9999,,${second},,`]);
    await judged("boiler", 2);
    await call("PATCH", "/boiler", { above: 30 });
    await expect.poll(async () => (await call("GET", "/boiler")).has_open_incident, { timeout: 10_000 }).toBe(true);

    const rows = [`boiler,20,,${first},,`, `boiler,21,,${second},"{""by"":""hand""}",`];
    expect(countsOf(await load(rows, "&dry_run=true"))).toBe("DONE +0 ~1 =1 -0 !0");
    expect((await call("GET", "/boiler")).last_value).toBe(9_999);
    expect(countsOf(await load(rows))).toBe("DONE +0 ~1 =1 -0 !0");
    expect(countsOf(await load(rows))).toBe("DONE +0 ~0 =2 -0 !0");
    expect((await call("GET", "/boiler/readings")).items).toMatchObject([
      { value: 21, metadata: { by: "hand" }, corrected_at: expect.any(String) },
      { value: 20, metadata: { door: 1 }, corrected_at: null },
    ]);
    expect(await call("GET", "/boiler")).toMatchObject({ last_value: 21, breach: null, readings: 2 });
    await expect.poll(async () => (await call("GET", "/boiler")).has_open_incident, { timeout: 10_000 }).toBe(false);
    expect((await call("GET", "/boiler/corrections")).items).toMatchObject([
      { action: "reading.corrected", user_id: alice.id, before: { value: 9_999 }, after: { value: 21 } },
    ]);
  });

  test("the same reading twice in a file is an error, unless an id tells them apart", async () => {
    const at = ago(1);
    const twice = [`twin,1,,${at},,`, `twin,1,,${at},,`];
    const failed = await load([...twice, `twin,2,,${at},,7`, `twin,3,,${at},,7`]);
    expect(remarksOf(failed)).toEqual(["3 timestamp: is in row 2 already", "5 id: is in row 4 already"]);
    expect(countsOf(await load([`twin,1,,${at},,1`, `twin,1,,${at},,2`, `twin,2,,${at},,3`]))).toBe(
      "DONE +3 ~0 =0 -0 !0",
    );
    expect(countsOf(await load([`twin,2,,${at},,1`, `twin,1,,${at},,2`]))).toBe("DONE +0 ~0 =2 -0 !0");
    expect(countsOf(await load([`twin,1,,${at},,1`, `twin,5,,${at},,2`, `twin,2,,${at},,3`]))).toBe(
      "DONE +0 ~1 =2 -0 !0",
    );
    expect((await valuesOf("twin")).toSorted()).toEqual([1, 2, 5]);
  });

  test("an export of readings that came at the same time is found unchanged", async () => {
    await call(
      "POST",
      "",
      [1, 1, 2].map((value) => ({ sensor_id: "burst", value })),
    );
    const { body } = await house.call("GET", "/api/v1/exports/readings?sensor_id=burst", { token: alice.token });
    expect(countsOf(await importFile(house, alice, "readings_csv", body))).toBe("DONE +0 ~0 =3 -0 !0");
  });

  test("rows without a time are readings of now, each of them", async () => {
    const rows = Array.from({ length: 600 }, () => "now,7");
    expect(countsOf(await load(rows, "", "sensor_id,value"))).toBe("DONE +600 ~0 =0 -0 !0");
    await judged("now", 600);
  });
});

describe("as far back as readings are kept", () => {
  const daily = async (sensorId: string) => {
    const { rows } = await house.db.pool.query<{ period_hours: number; readings: number; max: number }>(
      `SELECT period_hours, sum(readings)::int AS readings, max(max) AS max
       FROM series_rollups r JOIN sensors s ON s.id = r.key AND r.series = 'v'
       WHERE s.sensor_id = $1 AND period_hours > 1 GROUP BY 1 ORDER BY 1`,
      [sensorId],
    );
    return rows;
  };

  test("readings of days that nobody measured are added, and figures follow", async () => {
    await rollUp(house.db, new Date());
    const done = await load([`old,4,,${ago(20)},,`, `old,6,,${ago(20)},,2`, `old,8,,${ago(1)},,`]);
    expect(countsOf(done)).toBe("DONE +3 ~0 =0 -0 !0");
    await judged("old", 3);
    const { count, avg, max } = await call("GET", `/old/stats?from=${ago(25)}`);
    expect([count, avg, max]).toEqual([3, 6, 8]);
    expect(countsOf(await load([`old,7,,${ago(20.1)},,`]))).toBe("DONE +1 ~0 =0 -0 !0");
    await judged("old", 4);
    expect((await call("GET", "/old")).last_value).toBe(8);
  });

  test("a day whose hours are not kept any more is made from all of them", async () => {
    const noon = `${ago(200).slice(0, 10)}T12:00:00.000Z`;
    await load([`ancient,1,,${noon},,`]);
    await judged("ancient", 1);
    await house.db.pool.query("DELETE FROM series_rollups WHERE period_hours = 1");
    await load([`ancient,3,,${noon.replace("T12", "T15")},,`]);
    await judged("ancient", 2);
    expect(await daily("ancient")).toEqual([
      { period_hours: 24, readings: 2, max: 3 },
      { period_hours: 168, readings: 2, max: 3 },
    ]);
  });

  test("what is older than that is refused, row by row", async () => {
    const failed = await load([`past,1,,${ago(400.1)},,`, `past,1,,${ago(-1)},,`, `past,1,,${ago(399.9)},,`]);
    expect(placesOf(failed)).toEqual(["2 timestamp", "3 timestamp"]);
    expect(remarksOf(failed)[0]).toContain("must be within the last 400 days");
    expect((await house.call("GET", "/api/v1/sensors/past", { token: alice.token })).status).toBe(404);
  });
});

describe("nobody waits for an import", () => {
  test("until its last statements it locks nothing that others use", async () => {
    const input = { sensor_id: "unborn", value: 1, unit: "bar" };
    const locked = await inTransaction(house.db.pool, async (client) => {
      await openReadings(client);
      await stageReadings(client, [{ input, at: new Date() }]);
      const { rows } = await client.query<{ relation: string }>(
        `SELECT coalesce(relation::regclass::text, locktype) AS relation FROM pg_locks
         WHERE pid = pg_backend_pid() AND (locktype = 'advisory' OR relation::regclass::text IN ('workspaces', 'sensors', 'readings'))`,
      );
      return rows;
    });
    expect(locked).toEqual([]);
  });

  test("a rehearsal makes neither sensor nor reading, though it judges the quota and the units", async () => {
    const next = async () =>
      (await house.db.pool.query("SELECT last_value FROM pg_sequences WHERE sequencename = 'readings_id_seq'")).rows;
    const before = await next();
    expect(countsOf(await load([`dry,1,K,${ago(1)},,`, `dry,2,K,${ago(2)},,`], "&dry_run=true"))).toBe(
      "DONE +2 ~0 =0 -0 !0",
    );
    expect(await next()).toEqual(before);
    expect((await house.call("GET", "/api/v1/sensors/dry", { token: alice.token })).status).toBe(404);
    const failed = await load([`dry,1,K,${ago(1)},,`, `dry,2,bar,${ago(2)},,`], "&dry_run=true");
    expect(placesOf(failed)).toEqual(["3 unit"]);
    const many = Array.from({ length: 1_001 }, (_, i) => `many-${i},1,,${ago(1)},,`);
    for (const query of ["&dry_run=true", ""])
      expect(remarksOf(await load(many, query))).toEqual([
        "null sensor_id: A workspace may have 1000 sensors; delete some that are no longer needed.",
      ]);
  });
});
