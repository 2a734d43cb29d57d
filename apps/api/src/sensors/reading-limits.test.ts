import { maintainPartitions } from "@pulsecheck/db/partitions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApp, type TestApp } from "../auth/test-app.ts";
import { join } from "../auth/test-people.ts";
import { LIMITS } from "../http/limits.ts";

const limits = {
  ...LIMITS,
  readings: { sensor: { points: 3, windowS: 600 }, workspace: { points: 10, windowS: 600 } },
};

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({}, limits);
  await maintainPartitions(app.db, new Date(), 30);
});
afterAll(() => app.close());

/** Somebody in a workspace of their own, who reports these sensors, one reading each. */
async function openReporter() {
  const { token } = await join(app, "alice", "192.0.2.1");
  return async (ids: readonly string[], from?: string) => {
    const json = ids.map((sensor_id) => ({ sensor_id, value: 1 }));
    return app.call("POST", "/api/v1/sensors", { token, json, ...(from === undefined ? {} : { from }) });
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);

test("429 with Retry-After for one request of a sensor too many; nothing of it is stored", async () => {
  const report = await openReporter();
  for (let i = 0; i < 3; i += 1) expect((await report(["hot", "hot"])).status).toBe(201);
  const count = async () => (await app.db.pool.query("SELECT 1 FROM readings")).rowCount;
  const before = await count();
  const { status, headers, body } = await report(["cold", "hot"]);
  expect([status, body.title]).toEqual([429, "Too many requests"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await count()).toBe(before);
});

test("429 for one reading of a workspace too many, and another workspace goes on", async () => {
  const report = await openReporter();
  expect((await report(ids(10))).status).toBe(201);
  expect((await report(["other"])).status).toBe(429);
  expect((await (await openReporter())(["s1"])).status).toBe(201);
});

test("what is refused costs neither the workspace nor the other sensors anything", async () => {
  const report = await openReporter();
  for (let i = 0; i < 3; i += 1) expect((await report(["hot"])).status).toBe(201);
  for (let i = 0; i < 5; i += 1) expect((await report(["cold", "mild", "hot"])).status).toBe(429);
  for (let i = 0; i < 3; i += 1) expect((await report(["cold", "mild"])).status).toBe(201);
  expect((await report(["last"])).status).toBe(201);
  expect((await report(["beyond"])).status).toBe(429);
});

test("a request with more readings than a minute has is refused, and the rest of the budget stays", async () => {
  const report = await openReporter();
  expect((await report(ids(11))).status).toBe(429);
  expect((await report(ids(10))).status).toBe(201);
});
