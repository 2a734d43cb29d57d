import { maintainPartitions } from "@pulsecheck/db/partitions";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const RID = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";
const NOBODY = "00000000-0000-4000-8000-000000000000";
let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  await maintainPartitions(house.db, new Date(), 30);
  alice = await house.register("alice");
  charlie = await house.register("charlie");
});
afterAll(() => house.stop());

const addJob = (fields: Record<string, unknown> = {}) =>
  house.addMonitor(alice, { kind: "cron", name: "backup", interval: 3_600, ...fields });
const post = (json: object) => house.call("POST", "/api/v1/monitors", { token: alice.token, json });
const pingsOf = async (job: MonitorView, query = "") =>
  (await house.call("GET", `/api/v1/monitors/${job.id}/pings${query}`, { token: alice.token })).body;
const read = async (job: MonitorView) =>
  (await house.call("GET", `/api/v1/monitors/${job.id}`, { token: alice.token })).body;

describe("a ping", () => {
  const kinds: [string, string, number | null][] = [
    ["", "success", null],
    ["/start", "start", null],
    ["/fail", "fail", null],
    ["/log", "log", null],
    ["/0", "success", 0],
    ["/255", "fail", 255],
  ];
  test.each(["GET", "HEAD", "POST"])("works: %s, with all that may follow the id, by both paths", async (method) => {
    const job = await addJob();
    for (const prefix of ["/ping", ""]) {
      for (const [path] of kinds) {
        const answer = await house.call(method, `${prefix}/${job.ping_id}${path}?rid=${RID}`);
        expect([path, answer.status, answer.body]).toEqual([path, 200, method === "HEAD" ? null : "OK"]);
      }
    }
    const { items } = await pingsOf(job);
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(
      [...kinds, ...kinds].map(([, kind]) => kind).toReversed(),
    );
    expect(items[0]).toMatchObject({ method, rid: RID, exit_code: 255, address: "127.0.0.1", body: null });
  });

  test("works: any body, of which the first 10 kB are kept", async () => {
    const job = await addJob();
    const raw = new Uint8Array(300_000).fill(120);
    const headers = { "Content-Type": "application/json" };
    expect((await house.call("POST", `${job.url}/fail`, { raw, headers })).status).toBe(200);
    expect((await pingsOf(job)).items[0].body).toBe("x".repeat(10_000));
  });

  test("works: at once, each is kept, and each run is a check of its own", async () => {
    const job = await addJob();
    await Promise.all(Array.from({ length: 20 }, () => house.call("GET", job.url)));
    expect((await pingsOf(job)).items).toHaveLength(20);
    const checks = await house.call("GET", `/api/v1/monitors/${job.id}/checks`, { token: alice.token });
    expect(checks.body.items).toHaveLength(20);
    expect(checks.body.items[0]).toMatchObject({ kind: "ping", ok: true, status: "UP", latency_ms: null });
    const first = await pingsOf(job, "?limit=15");
    const rest = await pingsOf(job, `?limit=15&cursor=${first.next_cursor}`);
    expect(new Set([...first.items, ...rest.items].map(({ id }: { id: number }) => id)).size).toBe(20);
  });

  test("works: a run with an id has a duration, and the figures hold", async () => {
    const job = await addJob();
    await house.call("GET", `${job.url}/start?rid=${RID}`);
    await house.call("GET", `${job.url}?rid=${RID}`);
    await house.call("GET", job.url);
    const stats = await house.call("GET", `/api/v1/monitors/${job.id}/stats`, { token: alice.token });
    const [, second] = (await pingsOf(job)).items;
    expect(stats.body).toMatchObject({ checks: 2, uptime_ratio: 1 });
    expect(stats.body.latency_ms.avg).toBeCloseTo(second.duration_ms, 0);
    const { next_check_at: deadline, last_ping_at: at } = await read(job);
    expect(Date.parse(deadline) - Date.parse(at)).toBe(2 * 3_600_000);
  });

  test("works: a paused job's is kept and moves nothing; pausing closes its incident", async () => {
    const job = await addJob();
    await house.call("GET", `${job.url}/fail`);
    expect((await read(job)).status).toBe("DOWN");
    const path = `/api/v1/monitors/${job.id}`;
    await house.call("PATCH", path, { token: alice.token, json: { is_active: false } });
    await house.call("GET", job.url);
    expect(await read(job)).toMatchObject({ status: "UNKNOWN", next_check_at: null });
    expect((await pingsOf(job)).items).toHaveLength(2);
    await house.call("PATCH", path, { token: alice.token, json: { is_active: true } });
    expect(await read(job)).toMatchObject({ status: "UNKNOWN", next_check_at: null });
  });

  test.each([
    ["/256", 400, "invalid exit code"],
    ["?rid=1", 400, "invalid rid"],
    ["/finish", 404, "not found"],
  ])("%s: %i", async (path, status, body) => {
    const job = await addJob();
    expect(await house.call("GET", job.url + path)).toMatchObject({ status, body });
  });

  test.each([`/ping/${NOBODY}`, `/${NOBODY}`, "/ping/nobody"])("404: %s", async (path) => {
    expect(await house.call("GET", path)).toMatchObject({ status: 404, body: "not found" });
  });

  test("429: one job too often", async () => {
    const job = await addJob();
    const answers = await Promise.all(Array.from({ length: 121 }, () => house.call("GET", `${job.url}/log`)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe("a cron job", () => {
  test("works: it is a monitor, and shows what is its own", async () => {
    const job = await addJob({ schedule: "0  2 * * *", time_zone: "Europe/Berlin", grace_s: 600, ping_id: RID });
    expect(job).toMatchObject({ kind: "cron", ping_id: RID, url: `/ping/${RID}`, schedule: "0 2 * * *", grace_s: 600 });
    const list = await house.call("GET", "/api/v1/monitors?kind=http", { token: alice.token });
    expect(list.body.items).toEqual([]);
    expect((await post({ kind: "cron", name: "twin", ping_id: RID })).status).toBe(409);
  });

  test.each<[object, string]>([
    [{ url: "https://a.example/" }, "url"],
    [{ timeout_ms: 1_000 }, "timeout_ms"],
    [{ schedule: "* * * * * *" }, "schedule"],
    [{ schedule: "0 0 30 2 *" }, "schedule"],
    [{ time_zone: "Nowhere/Else" }, "time_zone"],
    [{ grace_s: 0 }, "grace_s"],
  ])("400: %j", async (fields, field) => {
    const { status, body } = await post({ kind: "cron", name: "x", ...fields });
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("400: what is of the other kind", async () => {
    const { body } = await post({ name: "x", url: "https://192.0.2.1/", grace_s: 60 });
    expect(body.errors).toEqual([{ field: "grace_s", detail: "is not a known field" }]);
    const job = await addJob();
    const json = { keyword: "x" };
    const patch = await house.call("PATCH", `/api/v1/monitors/${job.id}`, { token: alice.token, json });
    expect([patch.status, patch.body.errors[0].field]).toEqual([400, "keyword"]);
  });

  test("404 for a stranger, 409 for a check by hand", async () => {
    const job = await addJob();
    const path = `/api/v1/monitors/${job.id}`;
    expect((await house.call("GET", `${path}/pings`, { token: charlie.token })).status).toBe(404);
    expect((await house.call("POST", `${path}/check`, { token: alice.token })).status).toBe(409);
  });
});
