import { monitorOnBoardSchema, type MonitorOnBoard } from "@pulsecheck/shared/board";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const COUNT = 45;
let house: House;
let alice: Person;
let bob: Person;
let added: string[];
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob] = [await house.register("alice"), await house.register("bob")];
  added = [];
  for (let i = 0; i < COUNT; i += 1) {
    const fields = { url: `https://example.com/${i}`, name: `monitor ${i % 7}`, is_active: i % 5 > 0, tags: ["all"] };
    added.push((await house.addMonitor(alice, fields)).id);
  }
  await house.addMonitor(bob, { url: "https://example.com/bob", name: "bob's" });
  // As if some had been checked, and some were under way.
  await house.db.pool.query(`
    UPDATE monitor_states SET status = (ARRAY['UP', 'DOWN', 'UNKNOWN']::monitor_status[])[monitor_id % 3 + 1],
      status_since = now(), last_checked_at = CASE WHEN monitor_id % 5 > 0 THEN now() END,
      last_latency_ms = CASE WHEN monitor_id % 4 > 0 THEN monitor_id % 4 * 10.1 END, last_reason = nullif(monitor_id % 3, 0),
      scheduled_at = CASE WHEN monitor_id % 2 = 0 THEN now() END`);
});
afterAll(() => house.stop());

const get = (query: string, token = alice.token) => house.call("GET", `/api/v1/board${query}`, { token });
const idsOf = (items: readonly MonitorOnBoard[]) => items.map(({ id }) => id);

async function readAll(query: string, between: () => Promise<unknown> = async () => undefined) {
  const items: MonitorOnBoard[] = [];
  for (let cursor: string | null = ""; cursor !== null; await between()) {
    const { status, body } = await get(`?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.next_cursor;
  }
  return items;
}

describe("works", () => {
  test("all of them at once, the oldest first, each as the monitor itself says", async () => {
    const { body } = await get("");
    expect(body.next_cursor).toBeNull();
    expect(idsOf(body.items)).toEqual(added);
    for (const item of body.items as MonitorOnBoard[]) {
      const whole = await house.call("GET", `/api/v1/monitors/${item.id}`, { token: alice.token });
      expect(item).toEqual(monitorOnBoardSchema.parse(whole.body));
    }
  });

  test("pages skip and double nothing while every status changes between them", async () => {
    const turn = () =>
      house.db.pool.query(`UPDATE monitor_states SET last_checked_at = now(),
        status = (CASE status WHEN 'UP' THEN 'DOWN' WHEN 'DOWN' THEN 'UNKNOWN' ELSE 'UP' END)::monitor_status`);
    expect(idsOf(await readAll("limit=7", turn))).toEqual(added);
    expect((await get(`?limit=${COUNT}`)).body.next_cursor).toBeNull();
  });

  test("of one status, page by page", async () => {
    const all = await readAll("");
    for (const status of ["UP", "DOWN", "UNKNOWN"]) {
      const fitting = all.filter((one) => one.status === status);
      expect(fitting.length).toBeGreaterThan(0);
      expect(await readAll(`limit=4&status=${status}`)).toEqual(fitting);
    }
  });

  test("nobody sees another's monitors, with whatever cursor", async () => {
    const { next_cursor } = (await get("?limit=5")).body;
    expect((await get("", bob.token)).body.items).toMatchObject([{ name: "bob's" }]);
    expect((await get(`?cursor=${next_cursor}`, bob.token)).body.items).toMatchObject([{ name: "bob's" }]);
    expect((await get("?status=UP", (await house.register("charlie")).token)).body.items).toEqual([]);
  });
});

test.each([
  ["limit", "?limit=0"],
  ["limit", "?limit=1001"],
  ["limit", "?limit=1.5"],
  ["status", "?status=up"],
  ["status", "?status=UP&status=DOWN"],
  ["sort", "?sort=name"],
  ["cursor", "?cursor=x"],
])("400 that names %s: %s", async (field, query) => {
  const { status, body } = await get(query);
  expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
});

test("401 without a credential, 403 for a key that may only report", async () => {
  expect((await house.call("GET", "/api/v1/board")).status).toBe(401);
  expect((await get("", await house.createKey(alice, "INGEST"))).status).toBe(403);
});
