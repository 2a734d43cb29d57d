import { settleMaintenance } from "@pulsecheck/db/maintenance-spans";
import { MAINTENANCE_WINDOWS, maintenanceWindowSchema } from "@pulsecheck/shared/maintenance-window";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";

const PATH = "/api/v1/maintenance-windows";
const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const HOUR = 3_600_000;

let house: House;
let alice: Person;
let charlie: Person;
let viewer: string;
let shop: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  viewer = await house.createKey(alice, "VIEWER");
  shop = (await house.addMonitor(alice, { url: "https://example.com/", name: "shop", tags: ["web"] })).id;
});
afterAll(() => house.stop());
beforeEach(() => house.db.pool.query("DELETE FROM maintenance_windows"));

const instant = (inMs: number) => new Date(Date.now() + inMs).toISOString();
const once = (fromMs: number, toMs: number) => ({
  kind: "once",
  starts_at: instant(fromMs),
  ends_at: instant(toMs),
});
const nightly = { kind: "daily", time: "02:00", duration_s: 3_600, time_zone: "Europe/Berlin" };
const GOOD = { name: "new disks", targets: { tags: ["web"] }, schedule: nightly };
const create = (json: object = {}, token: string = alice.token) =>
  house.call("POST", PATH, { token, json: { ...GOOD, ...json } });
const change = (id: string, json: unknown, token = alice.token) =>
  house.call("PATCH", `${PATH}/${id}`, { token, json });
const read = async (path: string) => (await house.call("GET", path, { token: alice.token })).body;
const until = async () => (await read(`/api/v1/monitors/${shop}`)).in_maintenance_until;
async function given(json: object = {}) {
  const { status, body } = await create(json);
  expect(body).toEqual(maintenanceWindowSchema.parse(body));
  expect(status).toBe(201);
  return maintenanceWindowSchema.parse(body);
}

describe("works", () => {
  test("a nightly window is told with its next occurrences, by the clocks of its time zone", async () => {
    const window = await given();
    expect(window).toMatchObject({ name: "new disks", state: "upcoming", active_until: null, last_occurrence: null });
    expect(window.schedule).toEqual({ ...nightly, from: null, until: null });
    expect(window.next_occurrences).toHaveLength(5);
    const [first] = window.next_occurrences;
    const berlin = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/Berlin" });
    expect(berlin.format(new Date(first?.starts_at ?? 0))).toBe("02:00");
    expect(await read(`${PATH}/${window.id}`)).toEqual(window);
    expect(await until()).toBeNull();
  });

  test("lists are by state, and name each window once", async () => {
    const [on, coming] = [await given({ schedule: once(-HOUR, HOUR) }), await given({ name: "later" })];
    const over = await given({ schedule: once(-HOUR, 2 * HOUR), targets: { everything: true } });
    await house.call("POST", `${PATH}/${over.id}/end`, { token: alice.token });
    const idsOf = async (query: string) =>
      (await read(`${PATH}?${query}`)).items.map(({ id }: { id: string }) => id) as string[];
    expect(await idsOf("state=active")).toEqual([on.id]);
    expect(await idsOf("state=upcoming")).toEqual([coming.id]);
    expect(await idsOf("state=past")).toEqual([over.id]);
    expect(await idsOf("q=LATE")).toEqual([coming.id]);
    const page = await read(`${PATH}?limit=2`);
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual([over.id, coming.id]);
    expect((await read(`${PATH}?limit=2&cursor=${page.next_cursor}`)).items).toMatchObject([{ id: on.id }]);
  });

  test("what is in two windows leaves maintenance with the later one; both ends are told", async () => {
    const live = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await live.ofType("snapshot");
    const short = await given({ schedule: once(-HOUR, HOUR) });
    const long = await given({ schedule: once(-HOUR, 2 * HOUR), targets: { monitor_ids: [shop] } });
    expect(await until()).toBe(long.active_until);
    await house.call("POST", `${PATH}/${long.id}/end`, { token: alice.token });
    expect(await until()).toBe(short.active_until);
    await house.call("DELETE", `${PATH}/${short.id}`, { token: alice.token });
    expect(await until()).toBeNull();
    const told = () => live.frames.filter(({ type }) => type === "maintenance.changed").map(({ data }) => data.until);
    await expect.poll(told).toEqual([short.active_until, long.active_until, short.active_until, null]);
    live.close();
  });

  test("a change of a window that is on holds at once, and leaves the past alone", async () => {
    const window = await given({ schedule: once(-HOUR, HOUR) });
    const ends_at = instant(3 * HOUR);
    const longer = await change(window.id, { schedule: { ...window.schedule, ends_at } });
    expect(longer.body).toMatchObject({ state: "active", active_until: ends_at });
    expect(await until()).toBe(ends_at);
    const moved = await change(window.id, { schedule: once(HOUR, 2 * HOUR) });
    expect(moved.body).toMatchObject({ state: "upcoming", active_until: null });
    expect(moved.body.last_occurrence).not.toBeNull();
    expect(await until()).toBeNull();
    const elsewhere = await change(window.id, { schedule: once(-HOUR, HOUR), targets: { tags: ["none"] } });
    expect(elsewhere.body.state).toBe("active");
    expect(await until()).toBeNull();
  });

  test("a tag counts from when it is carried until it is not", async () => {
    await given({ schedule: once(-HOUR, HOUR), targets: { tags: ["moving"] } });
    const tag = async (tags: string[]) => {
      await house.call("PATCH", `/api/v1/monitors/${shop}`, { token: alice.token, json: { tags } });
      await settleMaintenance(house.db);
    };
    expect(await until()).toBeNull();
    await tag(["web", "moving"]);
    expect(await until()).not.toBeNull();
    await tag(["web"]);
    expect(await until()).toBeNull();
    const { rows } = await house.db.pool.query(
      "SELECT * FROM maintenance_spans p JOIN monitors m ON m.id = p.monitor_id WHERE m.public_id = $1 AND NOT is_over",
      [shop],
    );
    expect(rows).toEqual([]);
  });

  test("a preview tells when it would be on, and stores nothing", async () => {
    const json = { schedule: { kind: "cron", expression: "@hourly", duration_s: 600 } };
    const { status, body } = await house.call("POST", `${PATH}/preview`, { token: viewer, json });
    expect([status, body.occurrences.length]).toEqual([200, 5]);
    expect((await read(PATH)).items).toEqual([]);
  });

  test("who did what is written down", async () => {
    const { id } = await given();
    await change(id, { name: "newer disks" });
    await house.call("DELETE", `${PATH}/${id}`, { token: alice.token });
    const entries = await read(`/api/v1/audit-log?subject_id=${id}`).catch(() => null);
    const { rows } = await house.db.pool.query<{ action: string }>(
      "SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY id",
      [id],
    );
    expect(entries).not.toBeNull();
    expect(rows.map(({ action }) => action)).toEqual(
      ["created", "updated", "deleted"].map((what) => `maintenance_window.${what}`),
    );
  });
});

describe("400", () => {
  test.each<[object, string]>([
    [{ name: " " }, "name"],
    [{ colour: "red" }, "colour"],
    [{ targets: {} }, "targets"],
    [{ targets: { monitor_ids: [UNKNOWN] } }, "targets.monitor_ids.0"],
    [{ targets: { device_ids: ["nobody"] } }, "targets.device_ids.0"],
    [{ schedule: { kind: "yearly" } }, "schedule.kind"],
    [{ schedule: { ...nightly, time: "25:00" } }, "schedule.time"],
    [{ schedule: { ...nightly, duration_s: 90_000 } }, "schedule.duration_s"],
    [{ schedule: { ...nightly, until: "2020-01-01T00:00:00Z" } }, "schedule.until"],
    [{ schedule: { kind: "cron", expression: "0 0 30 2 *", duration_s: 60 } }, "schedule.expression"],
    [
      { schedule: { kind: "once", starts_at: "2020-01-01T00:00:00Z", ends_at: "2020-01-01T01:00:00Z" } },
      "schedule.ends_at",
    ],
  ])("%j names %s", async (json, field) => {
    const { status, body } = await create(json);
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
  });

  test("a monitor of somebody else is none of this workspace", async () => {
    const foreign = await house.addMonitor(charlie, { url: "https://example.com/", name: "charlie's" });
    const { status, body } = await create({ targets: { monitor_ids: [foreign.id] } });
    expect([status, body.errors[0].field]).toEqual([400, "targets.monitor_ids.0"]);
  });
});

test("401 without a credential, 403 for a viewer, who may read", async () => {
  const { id } = await given();
  expect((await house.call("GET", PATH)).status).toBe(401);
  expect((await create({}, viewer)).status).toBe(403);
  expect((await change(id, { name: "x" }, viewer)).status).toBe(403);
  expect((await house.call("POST", `${PATH}/${id}/end`, { token: viewer })).status).toBe(403);
  expect((await house.call("GET", PATH, { token: viewer })).status).toBe(200);
});

test("404 for a stranger, and for what is not there", async () => {
  const { id } = await given({ schedule: once(-HOUR, HOUR) });
  for (const [method, path] of [
    ["GET", id],
    ["DELETE", id],
    ["POST", `${id}/end`],
  ] as const)
    expect((await house.call(method, `${PATH}/${path}`, { token: charlie.token })).status).toBe(404);
  expect((await change(id, { name: "x" }, charlie.token)).status).toBe(404);
  expect((await change(UNKNOWN, { name: "x" })).status).toBe(404);
  expect(await until()).not.toBeNull();
});

describe("409", () => {
  test("for the end of what is not on", async () => {
    const { id } = await given();
    expect((await house.call("POST", `${PATH}/${id}/end`, { token: alice.token })).status).toBe(409);
  });

  test("for one window too many", async () => {
    await given();
    await house.db.pool.query(
      `INSERT INTO maintenance_windows (workspace_id, name, schedule, monitor_keys, device_keys, tags)
       SELECT workspace_id, name, schedule, '{}', '{}', '{}' FROM maintenance_windows, generate_series(2, $1)`,
      [MAINTENANCE_WINDOWS.perWorkspace],
    );
    expect((await create()).status).toBe(409);
  });
});
