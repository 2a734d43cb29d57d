import { maintainPartitions } from "@pulsecheck/db/partitions";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";

let house: House;
let alice: Person;
let charlie: Person;
let keys: Record<"USER" | "VIEWER" | "INGEST", string>;
let job: MonitorView;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  await maintainPartitions(house.db, new Date(), 30);
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  keys = {
    USER: await house.createKey(alice, "USER"),
    VIEWER: await house.createKey(alice, "VIEWER"),
    INGEST: await house.createKey(alice, "INGEST"),
  };
  job = await house.addMonitor(alice, { kind: "cron", name: "backup", interval: 3_600 });
});
afterAll(() => house.stop());

const get = (path: string, token?: string) => house.call("GET", path, { token });
const secretOf = ({ ping_id: id }: MonitorView): string => id ?? "none";

describe("the ping URL", () => {
  test("works: who may write is shown it, one by one and in the list", async () => {
    for (const token of [alice.token, keys.USER]) {
      expect((await get(`/api/v1/monitors/${job.id}`, token)).body).toMatchObject({
        url: job.url,
        ping_id: job.ping_id,
      });
      expect((await get("/api/v1/monitors", token)).body.items[0].ping_id).toBe(job.ping_id);
    }
  });

  test("is hidden from a viewer, in every answer and frame, and cannot be searched for", async () => {
    const masked = { url: "/ping/********", ping_id: null };
    expect((await get(`/api/v1/monitors/${job.id}`, keys.VIEWER)).body).toMatchObject(masked);
    expect((await get("/api/v1/monitors", keys.VIEWER)).body.items[0]).toMatchObject(masked);
    const { body } = await get("/api/v1/board", keys.VIEWER);
    expect([body.items[0].name, JSON.stringify(body).includes(secretOf(job))]).toEqual(["backup", false]);
    expect((await get(`/api/v1/monitors?q=${secretOf(job).slice(0, 8)}`, keys.VIEWER)).body.items).toEqual([]);

    const headers = { Authorization: `Bearer ${keys.VIEWER}` };
    const own = await joinLive(`${house.url}/api/v1/ws/${job.id}`, headers);
    expect((await own.ofType("snapshot")).data).toMatchObject(masked);
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, headers);
    await dashboard.ofType("snapshot");
    const other = await house.addMonitor(alice, { kind: "cron", name: "other", interval: 3_600 });
    expect((await dashboard.ofType("monitor.created")).data).toMatchObject({ name: "other", ...masked });
    const changed = { token: alice.token, json: { name: "another" } };
    expect((await house.call("PATCH", `/api/v1/monitors/${other.id}`, changed)).body.ping_id).toBe(other.ping_id);
    expect((await dashboard.ofType("monitor.updated")).data).toMatchObject({ name: "another", ...masked });
  });
});

describe("the pings of a job", () => {
  const path = () => `/api/v1/monitors/${job.id}/pings`;
  test("works: the latest first, page by page, in a range, for a viewer too and without the URL", async () => {
    for (const action of ["/start", "/log", ""]) await house.call("POST", job.url + action, { raw: `said ${action}` });
    const first = await get(`${path()}?limit=2`, keys.VIEWER);
    expect(first.body.items.map(({ kind }: { kind: string }) => kind)).toEqual(["success", "log"]);
    expect(JSON.stringify(first.body)).not.toContain(job.ping_id);
    const rest = await get(`${path()}?limit=2&cursor=${first.body.next_cursor}`, keys.VIEWER);
    expect(rest.body).toMatchObject({ items: [{ kind: "start", body: "said /start" }], next_cursor: null });
    expect((await get(`${path()}?from=2100-01-01T00:00:00Z`, alice.token)).body.items).toEqual([]);
  });

  test.each(["?limit=0", "?cursor=x", "?from=yesterday", "?kind=nothing"])("400: %s", async (query) => {
    expect((await get(path() + query, alice.token)).status).toBe(400);
  });

  test("401, 403 for a reporting key, 404 for a stranger and for what is no monitor", async () => {
    expect((await get(path())).status).toBe(401);
    expect((await get(path(), keys.INGEST)).status).toBe(403);
    expect((await get(path(), charlie.token)).status).toBe(404);
    expect((await get(path().replace(job.id, "00000000-0000-4000-8000-000000000000"), alice.token)).status).toBe(404);
  });

  test("each is told at once to who watches the job, and to nobody else", async () => {
    const join = (token: string, at: string) =>
      joinLive(`${house.url}/api/v1/ws/${at}`, { Authorization: `Bearer ${token}` });
    const [own, board] = [await join(keys.VIEWER, job.id), await join(alice.token, "dashboard")];
    await Promise.all([own.ofType("snapshot"), board.ofType("snapshot")]);
    await house.call("GET", `${job.url}/start`);
    expect((await own.ofType("monitor.pinged")).data).toMatchObject({ monitor_id: job.id, kind: "start" });
    await house.addMonitor(alice, { kind: "cron", name: "later", interval: 3_600 });
    await board.frame(({ type, data }) => type === "monitor.created" && data.name === "later");
    expect(board.frames.filter(({ type }) => type === "monitor.pinged")).toEqual([]);
  });
});
