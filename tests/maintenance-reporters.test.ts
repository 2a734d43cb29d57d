import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { joinLive, type LiveClient } from "./harness/live-client.ts";

const OFFLINE_AFTER_S = 3;
const GRACE_S = 1;
let house: House;
let alice: Person;
let dashboard: LiveClient;
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
  dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
});
afterAll(() => house.stop());

const call = async (method: string, path: string, json?: unknown) =>
  (await house.call(method, path, { token: alice.token, ...(json === undefined ? {} : { json }) })).body;

test("a silent device, a late job and a value out of bounds are incidents only after maintenance", async () => {
  const [starts_at, ends_at] = [Date.now() - 1_000, Date.now() + 600_000].map((ms) => new Date(ms).toISOString());
  const window = await call("POST", "/api/v1/maintenance-windows", {
    name: "moving house",
    targets: { everything: true },
    schedule: { kind: "once", starts_at, ends_at },
  });
  const job = await house.addMonitor(alice, { kind: "cron", name: "backup", interval: 2, grace_s: GRACE_S });
  await call("POST", "/api/v1/sensors", { sensor_id: "oven", value: 1 });
  await call("PATCH", "/api/v1/sensors/oven", { above: 10 });
  await house.call("GET", job.url);
  // What is new joins within a second: once the device has, what was there before it has too.
  await call("POST", "/api/v1/heartbeat", { device_id: "till" });
  await call("PATCH", "/api/v1/devices/till", { at_risk_after_s: 1, offline_after_s: OFFLINE_AFTER_S, tags: ["shop"] });
  const joined = async () => (await call("GET", "/api/v1/devices/till")).in_maintenance_until;
  await expect.poll(joined).toBe(window.active_until);
  await call("POST", "/api/v1/sensors", { sensor_id: "oven", value: 20 });
  await dashboard.frame(({ type, data }) => type === "device.status" && data.status === "OFFLINE");
  const breached = async () => (await call("GET", "/api/v1/sensors/oven")).breach;
  await expect.poll(breached).toBe("above");
  const deadline = async () => Date.parse((await call("GET", `/api/v1/monitors/${job.id}`)).next_check_at);
  await expect.poll(deadline, { timeout: 10_000 }).toBeGreaterThan(Date.parse(window.active_until));
  expect((await call("GET", "/api/v1/incidents")).items).toEqual([]);

  const ended = await call("POST", `/api/v1/maintenance-windows/${window.id}/end`);
  const endedAt = Date.parse(ended.last_occurrence.ends_at);
  const openedOf = async (type: string) => {
    const isOfIt = (frame: (typeof dashboard.frames)[number]) =>
      frame.type === "incident.opened" && frame.data.subject.type === type;
    const { data } = await dashboard.frame(isOfIt);
    return { startedMs: Date.parse(data.started_at) - endedAt, confirmedMs: Date.parse(data.confirmed_at) - endedAt };
  };
  const [device, monitor, sensor] = [await openedOf("device"), await openedOf("monitor"), await openedOf("sensor")];
  expect(device.startedMs).toBe(0);
  expect(device.confirmedMs).toBeGreaterThanOrEqual(OFFLINE_AFTER_S * 1_000);
  expect(monitor.confirmedMs).toBeGreaterThanOrEqual(GRACE_S * 1_000);
  expect(sensor.confirmedMs).toBeGreaterThan(-1_500);
}, 60_000);

test("a job is late as ever before maintenance that begins soon: it may be called off", async () => {
  const job = await house.addMonitor(alice, { kind: "cron", name: "mirror", interval: 2, grace_s: GRACE_S });
  // Within the minute that a claim looks ahead.
  const [starts_at, ends_at] = [Date.now() + 50_000, Date.now() + 600_000].map((ms) => new Date(ms).toISOString());
  const schedule = { kind: "once", starts_at, ends_at };
  await call("POST", "/api/v1/maintenance-windows", { name: "soon", targets: { everything: true }, schedule });
  await house.call("GET", job.url);
  const isItsOwn = ({ type, data }: (typeof dashboard.frames)[number]) =>
    type === "incident.opened" && data.subject.id === job.id;
  expect((await dashboard.frame(isItsOwn)).data.reason).toBe("late");
}, 60_000);
