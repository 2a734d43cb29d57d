import { incidentSchema, type IncidentView } from "@pulsecheck/shared/incident";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
let charlie: Person;
let shop: string;
let blog: string;
const at = (day: number) => `2026-01-${String(day).padStart(2, "0")}T00:00:00.000Z`;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  shop = (await house.addMonitor(alice, { url: "https://example.com/", name: "shop" })).id;
  blog = (await house.addMonitor(alice, { url: "https://example.com/", name: "blog" })).id;
  // One a day, two with the same start, each lasting a day; the blog's last one is still on.
  for (let day = 1; day <= 20; day += 1)
    for (const id of day < 15 ? [shop, blog] : [shop]) await addIncident(id, at(day), at(day + 1));
  await addIncident(blog, at(15), null);
});
afterAll(() => house.stop());

async function addIncident(publicId: string, startedAt: string, endedAt: string | null) {
  const { id, workspaceId } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId } });
  await house.db.prisma.incident.create({
    data: {
      workspaceId,
      monitorId: id,
      startedAt,
      confirmedAt: startedAt,
      endedAt,
      reason: 5,
      detail: "answered with status 500",
    },
  });
}

const get = (path: string, token = alice.token) => house.call("GET", `/api/v1/${path}`, { token });
async function readAll(path: string): Promise<IncidentView[]> {
  const items: IncidentView[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { status, body } = await get(
      `${path}${path.includes("?") ? "&" : "?"}limit=7${cursor && `&cursor=${cursor}`}`,
    );
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.next_cursor;
  }
  return items;
}

describe("works", () => {
  test("the open one first, then the latest, each exactly once across pages", async () => {
    const items = await readAll("incidents");
    expect(items).toHaveLength(35);
    expect(new Set(items.map(({ id }) => id)).size).toBe(35);
    expect(items[0]).toMatchObject({ monitor_id: blog, monitor_name: "blog", started_at: at(15), ended_at: null });
    const starts = items.slice(1).map(({ started_at }) => started_at);
    expect(starts).toEqual(starts.toSorted().toReversed());
    expect(items.slice(1).every(({ ended_at }) => ended_at !== null)).toBe(true);
  });

  test("an incident as the contract says; an open one lasts until now", async () => {
    const [open, ended] = (await get("incidents?limit=2")).body.items;
    expect(incidentSchema.parse(open)).toEqual(open);
    expect(open.duration_ms).toBeGreaterThan(Date.now() - Date.parse(at(15)) - 60_000);
    expect(ended).toMatchObject({
      duration_ms: 86_400_000,
      reason: "http_status",
      detail: "answered with status 500",
      alerts: [],
    });
  });

  test("of one monitor", async () => {
    const items = await readAll(`monitors/${shop}/incidents`);
    expect(items).toHaveLength(20);
    expect(new Set(items.map(({ monitor_id }) => monitor_id))).toEqual(new Set([shop]));
  });

  test("only open or only ended ones", async () => {
    expect((await readAll("incidents?open=true")).map(({ ended_at }) => ended_at)).toEqual([null]);
    expect(await readAll("incidents?open=false")).toHaveLength(34);
  });

  test("by status, kind, subject, and text in the name, the reason or the detail", async () => {
    const count = async (query: string) => (await readAll(`incidents?${query}`)).length;
    expect([await count("status=open"), await count("status=closed")]).toEqual([1, 34]);
    expect([await count("kind=outage"), await count("kind=threshold")]).toEqual([35, 0]);
    expect([await count("subject_type=monitor"), await count("subject_type=device")]).toEqual([35, 0]);
    expect([await count("q=SHOP"), await count("q=blog&status=open"), await count("q=nothing")]).toEqual([20, 1, 0]);
    for (const reason of ["http_status", "http%20status", "status%20500"]) expect(await count(`q=${reason}`)).toBe(35);
    expect(await count("q=timeout")).toBe(0);
    expect(await count("status=open&open=false")).toBe(0);
  });

  test("sorted otherwise", async () => {
    const items = await readAll("incidents?sort=name,started_at");
    const names = items.map(({ subject, started_at }) => `${subject.name} ${started_at}`);
    expect(names).toEqual(names.toSorted());
  });

  test("a range holds what was on in it, however early that began", async () => {
    const items = await readAll(`incidents?from=${at(10)}&to=${at(12)}`);
    expect(items.map(({ started_at }) => started_at).toSorted()).toEqual([
      at(9),
      at(9),
      at(10),
      at(10),
      at(11),
      at(11),
    ]);
    expect(await readAll(`incidents?from=${at(28)}`)).toHaveLength(1);
    expect(await readAll(`incidents?to=${at(1)}`)).toEqual([]);
  });

  test("one that ends between two pages is not lost", async () => {
    const first = (await get("incidents?limit=1")).body;
    expect(first.items[0].ended_at).toBeNull();
    await house.db.prisma.incident.updateMany({ where: { endedAt: null }, data: { endedAt: at(20) } });
    const rest = await get(`incidents?limit=100&cursor=${first.next_cursor}`);
    const seen = new Set([...first.items, ...rest.body.items].map(({ id }: IncidentView) => id));
    expect(seen.size).toBe(35);
    await house.db.prisma.incident.updateMany({ where: { id: first.items[0].id }, data: { endedAt: null } });
  });

  test("a viewer reads them, a reporting key does not (403), nobody is 401", async () => {
    expect((await get("incidents", await house.createKey(alice, "VIEWER"))).status).toBe(200);
    expect((await get("incidents", await house.createKey(alice, "INGEST"))).status).toBe(403);
    expect((await house.call("GET", "/api/v1/incidents")).status).toBe(401);
  });
});

test("stats tell how long it was down in a range, also by an outage that is still on", async () => {
  const range = `from=${at(14)}&to=${at(16)}`;
  for (const id of [shop, blog]) {
    const { body } = await get(`monitors/${id}/stats?${range}`);
    expect(body).toMatchObject({ incidents: 2, downtime_ms: 2 * 86_400_000, checks: 0, uptime_ratio: null });
  }
});

test("a stranger sees none: an empty list, and 404 for a monitor's", async () => {
  expect((await get("incidents", charlie.token)).body).toEqual({ items: [], next_cursor: null });
  const { next_cursor } = (await get("incidents?limit=1")).body;
  expect((await get(`incidents?cursor=${next_cursor}`, charlie.token)).body.items).toEqual([]);
  expect((await get(`monitors/${shop}/incidents`, charlie.token)).status).toBe(404);
});
