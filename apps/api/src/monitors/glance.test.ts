import { maintainPartitions } from "@pulsecheck/db/partitions";
import { rollUp } from "@pulsecheck/db/rollups";
import { glanceSchema, type Glance } from "@pulsecheck/shared/glance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.now();
const today = Math.floor(now / DAY) * DAY;
const hour = Math.floor(now / HOUR) * HOUR;

let house: House;
let alice: Person;
let bob: Person;
let shop: string;
let blog: string;
let idle: string;
let bobs: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob] = [await house.register("alice"), await house.register("bob")];
  const add = async (person: Person) => (await house.addMonitor(person, { url: "https://example.com/" })).id;
  [shop, blog, idle, bobs] = [await add(alice), await add(alice), await add(alice), await add(bob)];
  for (let day = today - 5 * DAY; day <= now; day += DAY) await maintainPartitions(house.db, new Date(day), 30);
  await store(shop, 5, 20);
  await store(blog, 5, 40);
  await store(bobs, 5, 60);
  await house.db.pool.query(
    `INSERT INTO incidents (workspace_id, monitor_id, started_at, confirmed_at, ended_at, reason, detail)
     SELECT workspace_id, id, $2, $2, $3, 1, '' FROM monitors WHERE public_id = $1`,
    [shop, new Date(today - 3 * DAY - HOUR), new Date(today - 2 * DAY + HOUR)],
  );
});
afterAll(() => house.stop());

/** A check every ten minutes for so many days until now: each takes `latencyMs`, every fourth fails after ten times as long. */
async function store(id: string, days: number, latencyMs: number): Promise<void> {
  await house.db.pool.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status, http_status)
     SELECT id, at, 0, CASE WHEN n % 4 = 0 THEN $4 * 10 ELSE $4 END, 's', CASE WHEN n % 4 = 0 THEN 'f' ELSE 'o' END::"char", 'U', 200
     FROM monitors, generate_series($2::timestamptz, $3::timestamptz, interval '10 minutes') WITH ORDINALITY AS g(at, n)
     WHERE public_id = $1`,
    [id, new Date(today - days * DAY), new Date(now), latencyMs],
  );
}

const get = (query: string, token = alice.token) => house.call("GET", `/api/v1/monitors/glance?${query}`, { token });
async function read(query: string): Promise<Glance[]> {
  const { status, body } = await get(query);
  expect(status).toBe(200);
  expect(body.items.map((item: unknown) => glanceSchema.parse(item))).toEqual(body.items);
  return body.items;
}

describe("works", () => {
  test("the same from raw checks, from hours, and from days with what is not rolled up yet", async () => {
    const fromRaw = await read(`ids=${shop},${blog}&days=30`);
    await rollUp(house.db, new Date(hour - 5 * HOUR));
    expect(await read(`ids=${shop},${blog}&days=30`)).toEqual(fromRaw);
    await rollUp(house.db, new Date(now));
    expect(await read(`ids=${shop},${blog}&days=30`)).toEqual(fromRaw);
    await house.db.pool.query("UPDATE rollup_progress SET rolled_until = $1 WHERE period_hours = 24", [
      new Date(today - 2 * DAY),
    ]);
    expect(await read(`ids=${shop},${blog}&days=30`)).toEqual(fromRaw);
    const [first] = fromRaw;
    expect(first?.days.map(({ checks }) => checks).slice(-7, -1)).toEqual([0, 144, 144, 144, 144, 144]);
    expect(first?.days.at(-2)).toMatchObject({ failures: 36, uptime_ratio: 0.75 });
    expect(first?.days.at(-1)?.checks).toBe(Math.floor((now - today) / 600_000) + 1);
    expect(first?.uptime_ratio).toBeCloseTo(0.75, 2);
    expect(first?.latency.slice(0, -1).map(({ avg_ms }) => avg_ms)).toEqual(Array.from({ length: 23 }, () => 20));
    expect(first?.latency.at(-1)?.at).toBe(new Date(hour).toISOString());
  });

  test("downtime by the day, of each monitor its own", async () => {
    const [first, second] = await read(`ids=${shop},${blog}&days=90`);
    expect(first?.days.slice(-5).map(({ downtime_ms }) => downtime_ms)).toEqual([HOUR, DAY, HOUR, 0, 0]);
    expect(second?.days.every(({ downtime_ms }) => downtime_ms === 0)).toBe(true);
    expect(second?.latency[0]?.avg_ms).toBe(40);
  });

  test("never measured: 90 empty days, null and not 100 %", async () => {
    const [glance] = await read(`ids=${idle}&days=90`);
    expect([glance?.days.length, glance?.latency.length, glance?.uptime_ratio]).toEqual([90, 24, null]);
    expect(glance?.days.every(({ checks, uptime_ratio }) => checks === 0 && uptime_ratio === null)).toBe(true);
  });

  test("in the order of the ids, each once, without what is unknown or another's", async () => {
    const nobody = "8d3941aa-17cd-44cf-baba-c78a0c574815";
    const items = await read(`ids=${blog.toUpperCase()},${nobody},${bobs},${shop},${blog}`);
    expect(items.map(({ monitor_id }) => monitor_id)).toEqual([blog, shop]);
    expect((await get(`ids=${shop},${blog}`, bob.token)).body).toEqual({ items: [] });
    expect((await get(`ids=${shop}`, await house.createKey(alice, "VIEWER"))).body.items).toHaveLength(1);
  });
});

test.each([
  ["ids", ""],
  ["ids", "ids="],
  ["ids", "ids=ID,"],
  ["ids", "ids=1"],
  ["ids", "ids=ID&ids=ID"],
  ["ids", `ids=${Array.from({ length: 51 }, () => "ID").join(",")}`],
  ["days", "ids=ID&days=7"],
  ["days", "ids=ID&days="],
  ["limit", "ids=ID&limit=5"],
])("400 that names %s: %s", async (field, query) => {
  const { status, body } = await get(query.replaceAll("ID", shop));
  expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
});

test("401 without a credential, 403 for a key that may only report", async () => {
  expect((await house.call("GET", `/api/v1/monitors/glance?ids=${shop}`)).status).toBe(401);
  expect((await get(`ids=${shop}`, await house.createKey(alice, "INGEST"))).status).toBe(403);
});
