import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
let id: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  ({ id } = await house.addMonitor(alice, { url: "https://example.com/" }));
});
afterAll(async () => {
  // Nothing that was refused has done anything.
  expect(await house.db.prisma.monitor.count()).toBe(1);
  await house.stop();
});

const get = (path: string) => house.call("GET", `/api/v1/monitors${path}`, { token: alice.token });

test.each([
  "not-an-id",
  "1",
  "%00",
  "%ff",
  "..%2f..",
  "00000000-0000-0000-0000-00000000000g",
  "'; DROP TABLE monitors; --",
])("the id %j is no id: 400 that names it", async (bad) => {
  for (const [method, suffix] of [
    ["GET", ""],
    ["PATCH", ""],
    ["DELETE", ""],
    ["POST", "/check"],
    ["GET", "/checks"],
    ["GET", "/incidents"],
    ["GET", "/stats"],
  ]) {
    const json = method === "PATCH" ? { json: { name: "x" } } : {};
    const { status, body } = await house.call(
      method ?? "",
      `/api/v1/monitors/${encodeURI(bad).replaceAll("%25", "%")}${suffix}`,
      { token: alice.token, ...json },
    );
    expect([method, suffix, status, body.errors?.[0].field]).toEqual([method, suffix, 400, "id"]);
  }
});

test("an id that nobody has: 404", async () => {
  for (const suffix of ["", "/checks", "/incidents", "/stats"])
    expect((await get(`/8d3941aa-17cd-44cf-baba-c78a0c574815${suffix}`)).status).toBe(404);
});

test.each([
  ["limit", "?limit=0"],
  ["limit", "?limit=101"],
  ["limit", "?limit=-1"],
  ["limit", "?limit=1.5"],
  ["limit", "?limit=x"],
  ["limit", "?limit="],
  ["limit", "?limit=5&limit=6"],
  ["sort", "?sort=url"],
  ["sort", "?sort=--name"],
  ["sort", "?sort=name;"],
  ["status", "?status=up"],
  ["status", "?status=UP&status=DOWN"],
  ["tag", "?tag="],
  ["tag", `?tag=${"t".repeat(51)}`],
  ["is_active", "?is_active=2"],
  ["q", "?q="],
  ["q", "?q=a%00b"],
  ["tag", "?tag=%00"],
  ["q", "?q=%ff"],
  ["q", "?q=%ed%a0%80"],
  ["q", "?q=%"],
  ["q", `?q=${"q".repeat(201)}`],
  ["unknown", "?unknown=1"],
  ["workspace_id", "?workspace_id=1"],
  ["Status", "?Status=UP"],
  ["name", "/ID?name=x"],
  ["dry_run", "/ID/stats?dry_run=true"],
  ["sort", "/ID/checks?sort=name"],
  ["ok", "/ID/checks?ok=maybe"],
  ["from", "/ID/stats?from=yesterday"],
  ["from", "/ID/stats?from=2026-01-01"],
  ["from", "/ID/stats?from=2026-01-01T00:00:00"],
  ["to", "/ID/checks?to=2026-02-30T00:00:00Z"],
  ["to", "/ID/incidents?to=1"],
  ["from", "/ID/stats?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"],
  ["from", "/ID/stats?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"],
  ["from", "/ID/stats?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"],
  ["from", "/ID/stats?from=9999-01-01T00:00:00Z"],
])("%s is named: %s", async (field, query) => {
  const { status, body } = await get(query.replace("ID", id));
  expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
});

test("a query that a write does not know is refused too, before anything is done", async () => {
  const answer = await house.call("DELETE", `/api/v1/monitors/${id}?dry_run=true`, { token: alice.token });
  expect([answer.status, answer.body.errors]).toEqual([400, [{ field: "dry_run", detail: "is not a known field" }]]);
});

test("times at the edges of the calendar are times", async () => {
  for (const path of ["checks", "incidents"])
    expect((await get(`/${id}/${path}?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z`)).status).toBe(200);
});
