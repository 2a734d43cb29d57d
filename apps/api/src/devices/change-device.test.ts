import { sweepDevices } from "@pulsecheck/db/device-sweep";
import { signListening } from "@pulsecheck/db/listening";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";
import { keyOf, openQuietHouse, report } from "./test-devices.ts";

let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openQuietHouse();
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  await signListening(house.db, randomUUID(), { host: "elsewhere", pid: 1 });
  await house.db.pool.query("UPDATE listening SET since = now() - interval '1 day'");
});
afterAll(() => house.stop());

const call = (method: string, id: string, json?: unknown, token: string | undefined = alice.token) =>
  house.call(method, `/api/v1/devices/${id}`, { token, ...(json === undefined ? {} : { json }) });
const watch = () => joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
const sweep = () => sweepDevices(house.db, 1_000);
const statusOf = async (id: string) => (await call("GET", id)).body.status;

/** As if it had not been heard for so long, and the sweep had looked at it in time. */
async function silence(id: string, seconds: number): Promise<void> {
  const key = await keyOf(house, alice, id);
  await house.db.pool.query(
    "UPDATE device_states SET last_heard_at = now() - $2 * interval '1 second', look_at = now() WHERE device_key = $1",
    [key, seconds],
  );
  await sweep();
}

describe("PATCH works", () => {
  test.each([
    { name: "renamed" },
    { location: "Hall 2" },
    { tags: ["a", "b"] },
    { notes: "a note" },
    { at_risk_after_s: 30 },
    { offline_after_s: 121 },
    { battery_low: 5 },
    { alerts_on_offline: false },
  ])("a change of one field changes that field only: %j", async (change) => {
    await report(house, alice, { device_id: "one", battery_level: 50 });
    const before = (await call("GET", "one")).body;
    const { status, body } = await call("PATCH", "one", change);
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, ...change, updated_at: body.updated_at });
    expect((await call("GET", "one")).body).toEqual(body);
    await call("DELETE", "one");
  });

  test("null is the workspace's again, an empty change is none, and dashboards are told", async () => {
    await report(house, alice, { device_id: "told" });
    const dashboard = await watch();
    const { body } = await call("PATCH", "told", { at_risk_after_s: 10, offline_after_s: 20, battery_low: 1 });
    expect((await dashboard.ofType("device.updated")).data).toEqual(body);
    const cleared = { at_risk_after_s: null, offline_after_s: null, battery_low: null };
    expect((await call("PATCH", "told", cleared)).body).toMatchObject(cleared);
    expect((await call("PATCH", "told", {})).body).toMatchObject(cleared);
    dashboard.close();
  });

  test("who is named here is no longer named by its heartbeats", async () => {
    const heartbeat = { device_id: "named", name: "its own", location: "its place" };
    await report(house, alice, heartbeat);
    await report(house, alice, { ...heartbeat, name: "its newer" });
    expect((await call("PATCH", "named", { name: "its newer", notes: "n" })).body.name).toBe("its newer");
    await report(house, alice, { ...heartbeat, name: "its newest" });
    expect((await call("GET", "named")).body.name).toBe("its newest");
    await call("PATCH", "named", { name: "ours", location: "our place" });
    await report(house, alice, heartbeat);
    expect((await call("GET", "named")).body).toMatchObject({ name: "ours", location: "our place" });
  });

  test("name and location each count by themselves, and null gives them back to the heartbeats", async () => {
    const say = (name: string, location: string) => report(house, alice, { device_id: "placed", name, location });
    const shown = async () => {
      const { name, location } = (await call("GET", "placed")).body;
      return [name, location];
    };
    await say("till", "hall");
    await call("PATCH", "placed", { location: "cellar" });
    await say("till 2", "hall 2");
    expect(await shown()).toEqual(["till 2", "cellar"]);
    const { body } = await call("PATCH", "placed", { name: "ours", location: null });
    expect(body).toMatchObject({ name: "ours", location: "cellar" });
    await say("till 3", "hall 3");
    expect(await shown()).toEqual(["ours", "hall 3"]);
    await call("PATCH", "placed", { name: null });
    await say("till 4", "hall 4");
    expect(await shown()).toEqual(["till 4", "hall 4"]);
  });

  test("new limits of silence are judged by at once, in both directions", async () => {
    await report(house, alice, { device_id: "silent" });
    await silence("silent", 60);
    expect(await statusOf("silent")).toBe("ONLINE");
    await call("PATCH", "silent", { at_risk_after_s: 30 });
    await sweep();
    expect(await statusOf("silent")).toBe("AT_RISK");
    await call("PATCH", "silent", { offline_after_s: 40 });
    await sweep();
    expect(await statusOf("silent")).toBe("OFFLINE");
    const open = (await call("GET", "silent/incidents")).body.items;
    expect(open).toMatchObject([{ reason: "silent", ended_at: null, subject: { type: "device", id: "silent" } }]);
    await call("PATCH", "silent", { at_risk_after_s: null, offline_after_s: null });
    await sweep();
    expect(await statusOf("silent")).toBe("ONLINE");
    expect((await call("GET", "silent/incidents")).body.items).toMatchObject([{ ended_at: expect.any(String) }]);
  });

  test("so is a new limit of the battery", async () => {
    await report(house, alice, { device_id: "battery", battery_level: 22 });
    await call("PATCH", "battery", { battery_low: 25 });
    await sweep();
    expect(await statusOf("battery")).toBe("AT_RISK");
    await call("PATCH", "battery", { battery_low: 21 });
    await sweep();
    expect(await statusOf("battery")).toBe("ONLINE");
  });

  test("the workspace's limits hold for those that have none of their own", async () => {
    await report(
      house,
      alice,
      { device_id: "follows", battery_level: 50 },
      { device_id: "differs", battery_level: 50 },
    );
    await report(house, charlie, { device_id: "follows", battery_level: 50 });
    await call("PATCH", "differs", { battery_low: 10 });
    const settle = (json: unknown) => house.call("PATCH", "/api/v1/workspace", { token: alice.token, json });
    expect((await settle({ device_battery_low: 60 })).status).toBe(200);
    await sweep();
    expect([await statusOf("follows"), await statusOf("differs")]).toEqual(["AT_RISK", "ONLINE"]);
    expect((await call("GET", "follows", undefined, charlie.token)).body.status).toBe("ONLINE");
    await settle({ device_battery_low: 20 });
    await sweep();
    expect(await statusOf("follows")).toBe("ONLINE");
  });
});

describe("DELETE works", () => {
  test("it is gone with its incidents, dashboards are told, and a heartbeat makes it anew", async () => {
    await report(house, alice, { device_id: "gone", battery_level: 50 });
    await silence("gone", 3_600);
    const key = await keyOf(house, alice, "gone");
    await house.db.pool.query("INSERT INTO series_rollups VALUES ('b', $1, 1, now(), 1, 1, 1, 1, 0)", [key]);
    expect((await call("GET", "gone/incidents")).body.items).toHaveLength(1);
    const dashboard = await watch();
    expect((await call("DELETE", "gone")).status).toBe(204);
    expect((await dashboard.ofType("device.deleted")).data).toEqual({ device_id: "gone" });
    dashboard.close();
    for (const path of ["gone", "gone/events", "gone/history", "gone/incidents"])
      expect([path, (await call("GET", path)).status]).toEqual([path, 404]);
    expect((await call("DELETE", "gone")).status).toBe(404);
    const incidents = await house.call("GET", "/api/v1/incidents?limit=100", { token: alice.token });
    expect(incidents.body.items.filter((one: { subject: { id: string } }) => one.subject.id === "gone")).toEqual([]);
    const { rowCount } = await house.db.pool.query("SELECT 1 FROM series_rollups WHERE key = $1", [key]);
    expect(rowCount).toBe(0);

    await report(house, alice, { device_id: "gone", battery_level: 60 });
    expect((await call("GET", "gone")).body).toMatchObject({ status: "ONLINE", heartbeats: 1, battery_level: 60 });
    expect((await call("GET", "gone/history")).body.buckets).toHaveLength(1);
  });
});

describe("400", () => {
  test.each([
    ["name", { name: " " }],
    ["name", { name: 5 }],
    ["location", { location: "x".repeat(201) }],
    ["tags", { tags: null }],
    ["tags", { tags: Array.from({ length: 21 }, String) }],
    ["at_risk_after_s", { at_risk_after_s: 0 }],
    ["at_risk_after_s", { at_risk_after_s: 300 }],
    ["offline_after_s", { offline_after_s: 120 }],
    ["offline_after_s", { at_risk_after_s: 500, offline_after_s: 500 }],
    ["offline_after_s", { offline_after_s: 604_801 }],
    ["battery_low", { battery_low: 100.5 }],
    ["alerts_on_offline", { alerts_on_offline: "no" }],
    ["status", { status: "ONLINE" }],
    ["device_id", { device_id: "another" }],
  ])("names %s in %j", async (field, json) => {
    await report(house, alice, { device_id: "bad" });
    const { status, body } = await call("PATCH", "bad", json);
    expect([status, body.errors?.[0]?.field.split(".")[0]]).toEqual([400, field]);
  });
});

test("401, 403 for a viewer and for a key that reports, 404 for a stranger: and nothing has changed", async () => {
  await report(house, alice, { device_id: "kept" });
  const [viewer, ingest] = [await house.createKey(alice, "VIEWER"), await house.createKey(alice, "INGEST")];
  const before = (await call("GET", "kept")).body;
  for (const [method, json] of [
    ["PATCH", { name: "taken over" }],
    ["DELETE", undefined],
  ] as const) {
    expect((await house.call(method, "/api/v1/devices/kept", json ? { json } : {})).status).toBe(401);
    for (const key of [viewer, ingest]) expect((await call(method, "kept", json, key)).status).toBe(403);
    expect((await call(method, "kept", json, charlie.token)).status).toBe(404);
  }
  expect((await call("GET", "kept")).body).toEqual(before);
});
