import { createServer } from "node:net";
import { checkSchema, type CheckView } from "@pulsecheck/shared/check";
import { statsSchema } from "@pulsecheck/shared/uptime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { listen, openTarget, type Target } from "../../../../tests/harness/target.ts";

let house: House;
let target: Target;
let alice: Person;
let charlie: Person;
let refusing: string;
beforeAll(async () => {
  [house, target] = await Promise.all([openHouse(), openTarget()]);
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  const closed = createServer();
  refusing = `http://127.0.0.1:${await listen(closed)}/`;
  closed.close();
});
afterAll(async () => {
  await house.stop();
  await target.stop();
});

const add = (fields: Record<string, unknown> = {}) =>
  house.addMonitor(alice, { url: target.url, is_active: false, interval: 3_600, ...fields });
const get = (path: string, token = alice.token) => house.call("GET", `/api/v1/monitors/${path}`, { token });

describe("a check by hand", () => {
  test("200 with the check of a good target, told whole", async () => {
    const { id } = await add();
    const { status, body } = await house.call("POST", `/api/v1/monitors/${id}/check`, { token: alice.token });
    expect(status).toBe(200);
    expect(checkSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      monitor_id: id,
      kind: "manual",
      ok: true,
      reason: null,
      detail: null,
      http_status: 200,
    });
    expect(body).toMatchObject({ resolved_address: "127.0.0.1", tls_expires_at: null, latency_ms: expect.any(Number) });
    expect(body.phases_ms).toMatchObject({
      tls: null,
      connect: expect.any(Number),
      first_byte: expect.any(Number),
      total: body.latency_ms,
    });
  });

  test("200 as well for a target that refuses: the answer says why", async () => {
    const { id } = await add({ url: refusing });
    const { status, body } = await house.call("POST", `/api/v1/monitors/${id}/check`, { token: alice.token });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: false,
      reason: "connect",
      http_status: null,
      latency_ms: null,
      detail: expect.stringMatching(/refused/i),
    });
  });

  test("it counts like any other: it moves an active monitor, and leaves its next regular check alone", async () => {
    const { id } = await house.addMonitor(alice, { url: refusing, interval: 3_600, failure_threshold: 2 });
    for (;;) {
      const check = await house.checkNow(alice, id);
      if (check.status === "DOWN") break;
    }
    const { body } = await get(id);
    expect(body).toMatchObject({ status: "DOWN", last_reason: "connect" });
    const { next_check_at } = body;
    await house.checkNow(alice, id);
    expect((await get(id)).body.next_check_at).toBe(next_check_at);
    expect((await get(`${id}/incidents`)).body.items).toHaveLength(1);
  });

  test("on a paused monitor it is kept, and moves nothing", async () => {
    const { id } = await add({ url: refusing, failure_threshold: 1 });
    expect(await house.checkNow(alice, id)).toMatchObject({ ok: false, status: "UNKNOWN" });
    expect((await get(id)).body).toMatchObject({ status: "UNKNOWN", is_active: false, next_check_at: null });
    expect((await get(`${id}/checks`)).body.items).toHaveLength(1);
    expect((await get(`${id}/incidents`)).body.items).toEqual([]);
  });

  test("401, 403 for a viewer and a reporting key, 404 for a stranger: and nobody asked the target", async () => {
    const { id } = await add();
    const asked = target.journal.length;
    const path = `/api/v1/monitors/${id}/check`;
    expect((await house.call("POST", path)).status).toBe(401);
    for (const role of ["VIEWER", "INGEST"] as const) {
      expect((await house.call("POST", path, { token: await house.createKey(alice, role) })).status).toBe(403);
    }
    expect((await house.call("POST", path, { token: charlie.token })).status).toBe(404);
    expect(target.journal).toHaveLength(asked);
  });
});

describe("the list of checks", () => {
  let id: string;
  let made: CheckView[];
  beforeAll(async () => {
    ({ id } = await add());
    made = [];
    for (let i = 0; i < 7; i += 1) {
      if (i % 3 === 0) target.breakIt();
      else target.mend();
      made.unshift(await house.checkNow(alice, id));
    }
    target.mend();
  });
  const idsOf = (items: readonly CheckView[]) => items.map((one) => one.id);

  test("shows each as it was told, the latest first", async () => {
    const { body } = await get(`${id}/checks`);
    expect(idsOf(body.items)).toEqual(idsOf(made));
    const round = ({ checked_at, latency_ms: _latency, phases_ms: _phases, ...rest }: CheckView) => ({
      ...rest,
      checked_at,
    });
    expect(body.items.map(round)).toEqual(made.map(round));
    expect(body.next_cursor).toBeNull();
  });

  test("by cursor: each exactly once", async () => {
    const seen: string[] = [];
    let query = "limit=2";
    for (;;) {
      const { body } = await get(`${id}/checks?${query}`);
      seen.push(...idsOf(body.items));
      if (body.next_cursor === null) break;
      query = `limit=2&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(idsOf(made));
  });

  test("by result and by time", async () => {
    const failed = made.filter(({ ok }) => !ok);
    expect(failed).toHaveLength(3);
    expect(idsOf((await get(`${id}/checks?ok=false`)).body.items)).toEqual(idsOf(failed));
    expect(idsOf((await get(`${id}/checks?ok=true`)).body.items)).toEqual(idsOf(made.filter(({ ok }) => ok)));
    const [from, to] = [made[4]?.checked_at, made[1]?.checked_at];
    expect(idsOf((await get(`${id}/checks?from=${from}&to=${to}`)).body.items)).toEqual(idsOf(made.slice(2, 5)));
    expect((await get(`${id}/checks?to=2020-01-01T00:00:00Z`)).body).toEqual({ items: [], next_cursor: null });
  });

  test("by whether their latency was unusual", async () => {
    await house.db.pool.query(
      `UPDATE checks SET is_anomaly = true FROM monitors m
       WHERE m.id = monitor_id AND m.public_id = $1 AND scheduled_at = (SELECT max(scheduled_at) FROM checks c WHERE c.monitor_id = m.id)`,
      [id],
    );
    const { items } = (await get(`${id}/checks?anomaly=true`)).body;
    expect(items).toMatchObject([{ id: made[0]?.id, is_anomaly: true }]);
    expect(idsOf((await get(`${id}/checks?anomaly=false`)).body.items)).toEqual(idsOf(made.slice(1)));
  });

  test("stats count them, whole and by range, and never say more than was measured", async () => {
    const { body } = await get(`${id}/stats`);
    expect(statsSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      checks: 7,
      failures: 3,
      inconclusive: 0,
      uptime_ratio: 4 / 7,
      incidents: 0,
      downtime_ms: 0,
    });
    expect(body.phases_ms).toMatchObject({ connect: expect.any(Number), tls: null, first_byte: expect.any(Number) });
    const { min, p50, p95, p99, max, avg } = body.latency_ms;
    expect([min, p50, p95, p99, max]).toEqual([min, p50, p95, p99, max].toSorted((a, b) => a - b));
    expect(avg).toBeGreaterThanOrEqual(min);
    expect(body.buckets.reduce((sum: number, bucket: { checks: number }) => sum + bucket.checks, 0)).toBe(7);
    const part = await get(`${id}/stats?from=${made[4]?.checked_at}&to=${made[1]?.checked_at}`);
    expect(part.body).toMatchObject({ checks: 3, failures: 1 });
    for (const days of [7, 30, 90]) {
      const from = new Date(Date.now() - days * 86_400_000).toISOString();
      expect((await get(`${id}/stats?from=${from}`)).body).toMatchObject({ checks: 7, failures: 3 });
    }
  });
});

test("stats of what was never measured are null, not 100 %", async () => {
  const { id } = await add();
  const nothing = {
    uptime_ratio: null,
    checks: 0,
    failures: 0,
    inconclusive: 0,
    incidents: 0,
    downtime_ms: 0,
    buckets: [],
  };
  expect((await get(`${id}/stats`)).body).toMatchObject(nothing);
  expect((await get(`${id}/stats`)).body.latency_ms).toEqual({
    avg: null,
    min: null,
    max: null,
    p50: null,
    p95: null,
    p99: null,
  });
  await house.checkNow(alice, id);
  const past = await get(`${id}/stats?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`);
  expect(past.body).toMatchObject(nothing);
});

test("404: a stranger sees neither checks nor stats", async () => {
  const { id } = await add();
  for (const path of ["checks", "stats", "incidents"])
    expect((await get(`${id}/${path}`, charlie.token)).status).toBe(404);
});
