import { afterAll, beforeAll, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let keys: Record<"VIEWER" | "INGEST", string>;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  const alice = await house.register("alice");
  keys = { VIEWER: await house.createKey(alice, "VIEWER"), INGEST: await house.createKey(alice, "INGEST") };
});
afterAll(() => house.stop());

const ask = (query: Record<string, string>, token?: string) =>
  house.call("GET", `/api/v1/schedules/next?${new URLSearchParams(query).toString()}`, { token });

test("works: the next three runs, by the clock of the time zone", async () => {
  const { status, body } = await ask({ schedule: " 30  2 * * * ", time_zone: "Asia/Kolkata" }, keys.VIEWER);
  expect([status, body.schedule, body.time_zone]).toEqual([200, "30 2 * * *", "Asia/Kolkata"]);
  const [first, ...rest] = body.next_runs.map(Date.parse);
  expect(first).toBeGreaterThan(Date.now());
  expect(rest.map((at: number) => at - first)).toEqual([86_400_000, 2 * 86_400_000]);
  expect(body.next_runs[0]).toMatch(/T21:00:00\.000Z$/);
});

test.each<[Record<string, string>, string]>([
  [{}, "schedule"],
  [{ schedule: "0 2 * *" }, "schedule"],
  [{ schedule: "0 0 30 2 *" }, "schedule"],
  [{ schedule: "@daily", time_zone: "Nowhere/Else" }, "time_zone"],
  [{ schedule: "@daily", count: "5" }, "count"],
])("400: %j", async (query, field) => {
  const { status, body } = await ask(query, keys.VIEWER);
  expect([status, body.errors[0].field]).toEqual([400, field]);
});

test("401 without a credential, 403 for a reporting key", async () => {
  expect((await ask({ schedule: "@daily" })).status).toBe(401);
  expect((await ask({ schedule: "@daily" }, keys.INGEST)).status).toBe(403);
});
