import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { invite, workspaceOf } from "./test-workspace.ts";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
let inAlices: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { EMAIL_DEBOUNCE_MINUTES: "45" } });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  inAlices = await invite(house, alice, bob, "USER");
});
afterAll(() => house.stop());

const path = "/api/v1/workspace";
const get = (token: string, headers = {}) => house.call("GET", path, { token, headers });
const patch = (json: unknown, token = alice.token, headers = {}) => house.call("PATCH", path, { token, json, headers });

describe("GET /api/v1/workspace", () => {
  test("works: everybody sees the settings, and the own role", async () => {
    const { publicId } = await workspaceOf(house, alice);
    const settings = {
      id: publicId,
      name: "alice's workspace",
      alert_audience: "creator",
      debounce_minutes: null,
      default_debounce_minutes: 45,
      device_at_risk_after_s: 120,
      device_offline_after_s: 300,
      device_battery_low: 20,
      device_alerts: true,
    };
    expect((await get(alice.token)).body).toEqual({ ...settings, role: "ADMIN" });
    expect((await get(bob.token, inAlices)).body).toEqual({ ...settings, role: "USER" });
    expect((await get(await house.createKey(alice, "VIEWER"))).body).toEqual({ ...settings, role: "VIEWER" });
    expect((await get(bob.token)).body).toMatchObject({ name: "bob's workspace", role: "ADMIN" });
  });
});

describe("PATCH /api/v1/workspace", () => {
  test("works: what is named is changed, the rest stays, and nobody else's changes", async () => {
    const before = (await get(charlie.token)).body;
    const { status, body } = await patch({ name: "  The shop ", alert_audience: "members", debounce_minutes: 5 });
    expect([status, body.name, body.alert_audience, body.debounce_minutes]).toEqual([200, "The shop", "members", 5]);
    expect((await patch({ debounce_minutes: null })).body).toEqual({ ...body, debounce_minutes: null });
    expect((await patch({ debounce_minutes: 0 })).body).toEqual({ ...body, debounce_minutes: 0 });
    expect((await patch({})).body).toEqual({ ...body, debounce_minutes: 0 });
    expect((await get(alice.token)).body).toEqual({ ...body, debounce_minutes: 0 });
    expect((await get(charlie.token)).body).toEqual(before);
  });

  test("works: what holds for devices that have no setting of their own", async () => {
    const change = { device_at_risk_after_s: 600, device_offline_after_s: 900, device_battery_low: 0 };
    expect((await patch(change)).body).toMatchObject({ ...change, device_alerts: true });
    expect((await patch({ device_alerts: false })).body).toMatchObject({ ...change, device_alerts: false });
    // Each alone is judged with the other one as it is.
    for (const [field, value] of [
      ["device_at_risk_after_s", 900],
      ["device_offline_after_s", 600],
    ] as const) {
      const { status, body } = await patch({ [field]: value });
      expect([status, body.errors[0].field]).toEqual([400, field]);
    }
    expect((await get(alice.token)).body).toMatchObject(change);
  });

  test.each([
    ["device_at_risk_after_s", { device_at_risk_after_s: 0 }],
    ["device_at_risk_after_s", { device_at_risk_after_s: null }],
    ["device_offline_after_s", { device_offline_after_s: 604_801 }],
    ["device_offline_after_s", { device_at_risk_after_s: 50, device_offline_after_s: 50 }],
    ["device_battery_low", { device_battery_low: 101 }],
    ["device_alerts", { device_alerts: "yes" }],
    ["name", { name: " " }],
    ["name", { name: "n".repeat(101) }],
    ["name", { name: null }],
    ["alert_audience", { alert_audience: "everybody" }],
    ["alert_audience", { alert_audience: null }],
    ["debounce_minutes", { debounce_minutes: -1 }],
    ["debounce_minutes", { debounce_minutes: 1_441 }],
    ["debounce_minutes", { debounce_minutes: 1.5 }],
    ["debounce_minutes", { debounce_minutes: "5" }],
    ["role", { role: "ADMIN" }],
    ["default_debounce_minutes", { default_debounce_minutes: 1 }],
    ["id", { id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff" }],
  ])("400 names %s in %j", async (field, json) => {
    const { status, body } = await patch(json);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("401 without a session", async () => {
    expect((await house.call("PATCH", path, { json: { name: "x" } })).status).toBe(401);
  });

  test("403 for a member who is no admin, and for a key that may only write", async () => {
    expect((await patch({ name: "bob's" }, bob.token, inAlices)).status).toBe(403);
    expect((await patch({ name: "a key's" }, await house.createKey(alice, "USER"))).status).toBe(403);
  });

  test("404 for a stranger", async () => {
    expect((await patch({ name: "charlie's" }, charlie.token, inAlices)).status).toBe(404);
    expect((await get(alice.token)).body.name).toBe("The shop");
  });
});
