import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";
import { LIMITS } from "../http/limits.ts";
import { limitReports } from "../http/rate-limit.ts";

/** Somewhere else: our own machine may more. */
const AWAY = { "X-Forwarded-For": "203.0.113.5" };
const { points } = LIMITS.reports.device;

let house: House;
let key: string;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { TRUST_PROXY: "true" } });
  key = await house.createKey(await house.register("alice"), "INGEST");
});
afterAll(() => house.stop());

const report = (json: unknown) => house.call("POST", "/api/v1/heartbeat", { token: key, json, headers: AWAY });
const heartbeatsOf = async (deviceId: string) =>
  Number((await house.db.prisma.deviceState.findFirst({ where: { device: { deviceId } } }))?.heartbeats ?? 0);

/** A device has reported as often as it may. */
async function wear(deviceId: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: points }, () => report({ device_id: deviceId })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
}

describe("429", () => {
  test("for one request of a device too many, with Retry-After; nothing of it is written", async () => {
    await wear("hot");
    for (const json of [{ device_id: "hot" }, [{ device_id: "hot" }, { device_id: "hot" }]]) {
      const { status, headers, body } = await report(json);
      expect([status, body.title]).toEqual([429, "Too many requests"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(await heartbeatsOf("hot")).toBe(points);
  });

  test("in a batch is the result of each item of that device alone", async () => {
    await wear("warm");
    const { status, body } = await report([
      { device_id: "warm" },
      { device_id: "cold", battery_level: 5 },
      { device_id: "cold", battery_level: 101 },
      { device_id: "warm", battery_level: 50 },
    ]);
    expect(status).toBe(202);
    const often = { device_id: "warm", result: "refused", status: null, detail: expect.stringContaining("Too many") };
    expect(body).toMatchObject([often, { result: "accepted" }, { result: "refused" }, often]);
    expect([await heartbeatsOf("warm"), await heartbeatsOf("cold")]).toEqual([points, 1]);
  });
});

test("a device's socket shares the limit: what is too many is answered, and other devices go on", async () => {
  const socket = await joinLive(`${house.url}/api/v1/ws/device`, { ...AWAY, Authorization: `Bearer ${key}` });
  socket.send({ device_id: "chatty", event_type: "connected" });
  for (let i = 0; i < points; i += 1) socket.send({ device_id: "chatty", event_type: "heartbeat", battery_level: 50 });
  expect((await socket.ofType("error")).detail).toContain("Too many");
  expect((await report({ device_id: "chatty" })).status).toBe(429);
  socket.send({ device_id: "calm", event_type: "heartbeat" });
  await expect.poll(() => heartbeatsOf("calm")).toBe(1);
  expect(await heartbeatsOf("chatty")).toBe(points - 1);
  expect(socket.frames).toHaveLength(1);
  socket.close();
});

describe("the limit of a workspace", () => {
  const open = () =>
    limitReports(house, {
      ...LIMITS,
      reports: { device: { points: 3, windowS: 600 }, workspace: { points: 10, windowS: 600 } },
    });
  const count = async (limit: ReturnType<typeof limitReports>, reports: Record<string, number>, workspace = 1) => [
    ...(await limit(workspace, new Map(Object.entries(reports)), "203.0.113.5")).keys(),
  ];

  test("refuses the devices that would pass it, and takes the others; another workspace goes on", async () => {
    const limit = open();
    expect(await count(limit, { a: 4, b: 7, c: 6 })).toEqual(["b"]);
    expect(await count(limit, { d: 1 })).toEqual(["d"]);
    expect(await count(limit, { d: 1 }, 2)).toEqual([]);
  });

  test("is not spent by a device beyond its own, nor a device's by what its workspace refuses", async () => {
    const limit = open();
    for (let i = 0; i < 3; i += 1) expect(await count(limit, { hot: 1 })).toEqual([]);
    for (let i = 0; i < 9; i += 1) expect(await count(limit, { hot: 5 })).toEqual(["hot"]);
    for (let i = 0; i < 9; i += 1) expect(await count(limit, { cold: 8 })).toEqual(["cold"]);
    expect(await count(limit, { cold: 7 })).toEqual([]);
  });
});
