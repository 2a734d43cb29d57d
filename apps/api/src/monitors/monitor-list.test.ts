import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MONITOR_SORTS, type MonitorView } from "@pulsecheck/shared/monitor";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const COUNT = 120;
let house: House;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob] = [await house.register("alice"), await house.register("bob")];
  for (let i = 0; i < COUNT; i += 1) {
    // Many share a name, some have the longest there may be, in three bytes a character.
    const name = i % 10 === 0 ? "店".repeat(200) : `monitor "${i % 7}"\\`;
    await house.addMonitor(alice, {
      url: `https://example.com/${i}`,
      name,
      is_active: i % 3 !== 0,
      tags: [`t${i % 4}`, "all"],
    });
  }
  // As if some had been checked; many share a status, a time and a latency, and some have none.
  await house.db.pool.query(`
    UPDATE monitor_states SET status = (ARRAY['UP', 'DOWN', 'UNKNOWN']::monitor_status[])[monitor_id % 3 + 1],
      last_checked_at = CASE WHEN monitor_id % 5 > 0 THEN timestamptz '2026-01-01T00:00:00.123Z' + monitor_id % 5 * interval '1 hour' END,
      last_latency_ms = CASE WHEN monitor_id % 4 > 0 THEN monitor_id % 4 * 10.1 END`);
  await house.addMonitor(bob, { url: "https://example.com/bob", name: "bob's", tags: ["all"] });
});
afterAll(() => house.stop());

const get = (query: string, token = alice.token) => house.call("GET", `/api/v1/monitors?${query}`, { token });

/** Follows the cursors to the end; `between` runs before each further page. */
async function readAll(query: string, between: () => Promise<unknown> = async () => undefined): Promise<MonitorView[]> {
  const items: MonitorView[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { status, body } = await get(`${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.next_cursor;
    if (cursor !== null) await between();
  }
  return items;
}
const ids = (items: readonly MonitorView[]) => items.map(({ id }) => id);

describe("pages cover everything exactly once", () => {
  test.each(MONITOR_SORTS.flatMap((sort) => [sort, `-${sort}`]))("sorted by %s", async (sort) => {
    const items = await readAll(`sort=${sort}&limit=17`);
    expect(new Set(ids(items)).size).toBe(items.length);
    expect(items).toHaveLength(COUNT);
    const field = sort.replace("-", "") as (typeof MONITOR_SORTS)[number];
    const values = items.map((item) => item[field]);
    if (field === "name") expect(Map.groupBy(values, (value) => value).size).toBe(runs(values));
    else expect(values).toEqual(values.toSorted((a, b) => (sort.startsWith("-") ? -1 : 1) * compare(a, b)));
    const other = await readAll(`sort=${sort.startsWith("-") ? field : `-${sort}`}&limit=100`);
    expect(ids(other)).toEqual(ids(items).toReversed());
  });

  test.each(["name", "-created_at", "last_latency_ms"])(
    "also while others are added and removed, by %s",
    async (sort) => {
      const before = ids(await readAll("limit=100"));
      const added: string[] = [];
      const items = await readAll(`sort=${sort}&limit=30`, async () => {
        for (const name of ["", "店"])
          added.push((await house.addMonitor(alice, { url: "https://example.com/", name: `${name}new` })).id);
      });
      const seen = ids(items).filter((id) => !added.includes(id));
      expect(seen.toSorted()).toEqual(before.toSorted());
      expect(new Set(ids(items)).size).toBe(items.length);
      for (const id of added) await house.call("DELETE", `/api/v1/monitors/${id}`, { token: alice.token });
    },
  );

  test("sorted by several columns at once", async () => {
    const items = await readAll("sort=status,-last_latency_ms,name&limit=13");
    expect(items).toHaveLength(COUNT);
    const sorted = items.toSorted(
      (a, b) => compare(a.status, b.status) || compare(b.last_latency_ms, a.last_latency_ms),
    );
    expect(ids(items)).toEqual(ids(sorted));
    const fro = await readAll("sort=-status,last_latency_ms,-name&limit=100");
    expect(ids(fro)).toEqual(ids(items).toReversed());
  });

  test("all are counted where that is asked for, by the same filters", async () => {
    expect((await get("limit=1&total=true")).body.total).toBe(COUNT);
    expect((await get("limit=1&total=true&tag=t2")).body.total).toBe(30);
    expect((await get("limit=1")).body).not.toHaveProperty("total");
  });

  test("a page is as long as asked, the last one has no next, and 50 is the default", async () => {
    expect((await get("")).body.items).toHaveLength(50);
    const whole = await get("tag=t1&limit=30");
    expect([whole.body.items.length, whole.body.next_cursor]).toEqual([30, null]);
  });
});

describe("filters", () => {
  test.each([
    ["status=DOWN", 40, (one: MonitorView) => one.status === "DOWN"],
    ["tag=t2", 30, (one: MonitorView) => one.tags.includes("t2")],
    ["is_active=false", 40, (one: MonitorView) => !one.is_active],
    ["is_active=true&status=UP", 0, (one: MonitorView) => one.is_active && one.status === "UP"],
    ["q=/11", 11, (one: MonitorView) => one.url.includes("/11")],
    ["q=MONITOR%20%220%22", 0, (one: MonitorView) => one.name.includes('monitor "0"')],
  ] as const)("%s", async (query, count, fits) => {
    const all = await readAll("limit=100");
    const found = await readAll(`${query}&limit=9`);
    expect(ids(found).toSorted()).toEqual(ids(all.filter(fits)).toSorted());
    if (count > 0) expect(found).toHaveLength(count);
  });

  test("percent sign, underscore and backslash stand for themselves", async () => {
    const names = ["50% off", "snake_case", "back\\slash"];
    for (const name of names) await house.addMonitor(bob, { url: "https://example.com/", name });
    const find = async (q: string) =>
      (await get(`q=${encodeURIComponent(q)}`, bob.token)).body.items.map((one: MonitorView) => one.name);
    expect(await find("%")).toEqual(["50% off"]);
    expect(await find("_")).toEqual(["snake_case"]);
    expect(await find("\\")).toEqual(["back\\slash"]);
    expect(await find("k\\s")).toEqual(["back\\slash"]);
    expect(await find("0%o")).toEqual([]);
    expect(await find("'; DROP TABLE monitors; --")).toEqual([]);
  });

  test("nobody sees another's monitors, whatever the filter or the cursor", async () => {
    const { body } = await get("limit=5");
    const names = (await get(`limit=100&cursor=${body.next_cursor}`, bob.token)).body.items.map(
      (one: MonitorView) => one.user_id,
    );
    expect(new Set(names)).toEqual(new Set(names.length > 0 ? [bob.id] : []));
    const shared = (await get("tag=all&limit=100", bob.token)).body.items;
    expect(shared.map((one: MonitorView) => one.name)).toEqual(["bob's"]);
    expect((await get("q=monitor", bob.token)).body).toEqual({ items: [], next_cursor: null });
  });
});

/** What is missing comes before everything. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : Number(a > b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Number(a !== null) - Number(b !== null);
}

/** How many times the value changes from one row to the next, counting the first. */
function runs(values: readonly unknown[]): number {
  return values.filter((value, i) => i === 0 || value !== values[i - 1]).length;
}
