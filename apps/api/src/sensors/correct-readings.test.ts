import { WARM_UP_READINGS } from "@pulsecheck/shared/anomaly";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
});
afterAll(() => house.stop());

const call = (method: string, path: string, json?: unknown) =>
  house.call(method, `/api/v1/sensors${path}`, { token: alice.token, ...(json === undefined ? {} : { json }) });
const get = async (sensorId: string) => (await call("GET", `/${sensorId}`)).body;
const incidents = async (sensorId: string): Promise<{ kind: string; ended_at: string | null }[]> =>
  (await call("GET", `/${sensorId}/incidents`)).body.items;
const openIncidents = async (sensorId: string) =>
  (await incidents(sensorId)).filter(({ ended_at: endedAt }) => endedAt === null).length;

/** Reports, and waits until the worker has judged it. */
async function report(sensorId: string, values: readonly number[]): Promise<number[]> {
  const before = (await get(sensorId)).readings ?? 0;
  const { body } = await call(
    "POST",
    "",
    values.map((value) => ({ sensor_id: sensorId, value })),
  );
  await expect.poll(async () => (await get(sensorId)).readings).toBe(before + values.length);
  return body.map(({ id }: { id: number }) => id);
}

/** A sensor whose last value has opened an incident. @returns the ids of its readings */
async function crossBound(sensorId: string, values: readonly number[]): Promise<number[]> {
  const first = await report(sensorId, values.slice(0, 1));
  await call("PATCH", `/${sensorId}`, { above: 30, hysteresis: 5 });
  const more = values.length > 1 ? await report(sensorId, values.slice(1)) : [];
  await expect.poll(() => openIncidents(sensorId), { timeout: 10_000 }).toBe(1);
  return [...first, ...more];
}

test("a wrong value is corrected: its incident ends, though no further reading comes", async () => {
  const [, wrong] = await crossBound("typo", [20, 9_999]);
  expect((await call("PATCH", `/typo/readings/${wrong}`, { value: 20 })).status).toBe(200);
  expect(await get("typo")).toMatchObject({ last_value: 20, breach: null, breach_since: null });
  await expect.poll(() => openIncidents("typo"), { timeout: 10_000 }).toBe(0);
  expect(await incidents("typo")).toHaveLength(1);
});

test("what is back inside, but not by the hysteresis, is judged as if the wrong value had never come", async () => {
  const [, wrong] = await crossBound("zone", [20, 9_999, 27]);
  expect(await get("zone")).toMatchObject({ last_value: 27, breach: "above" });
  await call("DELETE", `/zone/readings/${wrong}`);
  await expect.poll(() => openIncidents("zone"), { timeout: 10_000 }).toBe(0);

  const [, , alsoWrong] = await crossBound("kept", [20, 31, 9_999, 27]);
  await call("DELETE", `/kept/readings/${alsoWrong}`);
  expect(await get("kept")).toMatchObject({ breach: "above", has_open_incident: true });
});

test("the only reading is deleted: its incident ends, and the next reading is judged anew", async () => {
  const [only] = await crossBound("single", [9_999]);
  expect((await call("DELETE", `/single/readings/${only}`)).status).toBe(204);
  expect(await get("single")).toMatchObject({ last_value: null, last_reading_at: null, breach: null });
  await expect.poll(() => openIncidents("single"), { timeout: 10_000 }).toBe(0);
  await report("single", [9_998]);
  await expect.poll(() => openIncidents("single"), { timeout: 10_000 }).toBe(1);
  expect(await incidents("single")).toHaveLength(2);
});

test("an incident of unusual values ends with the last of the readings", async () => {
  await report("odd", [20]);
  await call("PATCH", "/odd", { alerts_on_anomaly: true });
  await report("odd", [...Array.from({ length: WARM_UP_READINGS }, (_, i) => 20 + (i % 5) / 10), 500, 510]);
  await expect.poll(() => openIncidents("odd"), { timeout: 10_000 }).toBe(1);
  const [last] = (await call("GET", "/odd/readings")).body.items;
  await house.db.pool.query("DELETE FROM readings WHERE value <> $1", [last.value]);
  expect((await call("DELETE", `/odd/readings/${last.id}`)).status).toBe(204);
  await expect.poll(() => openIncidents("odd"), { timeout: 10_000 }).toBe(0);
});

test("a value that is corrected to one beyond the bound opens an incident", async () => {
  const [id] = await report("raised", [20]);
  await call("PATCH", "/raised", { above: 30 });
  await call("PATCH", `/raised/readings/${id}`, { value: 31 });
  await expect.poll(() => openIncidents("raised"), { timeout: 10_000 }).toBe(1);
});
