import { DEVICE_SORTS, type DeviceView } from "@pulsecheck/shared/device";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { openQuietHouse, report } from "./test-devices.ts";

const COUNT = 60;
let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openQuietHouse();
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  const heartbeats = Array.from({ length: COUNT }, (_, i) => ({
    device_id: `dev-${String(i).padStart(2, "0")}`,
    name: i % 10 === 0 ? "店".repeat(200) : `meter "${i % 7}"\\`,
    location: `Hall ${i % 3}`,
    ...(i % 4 === 0 ? {} : { battery_level: 30 + (i % 5) * 0.1, signal_strength: -(i % 6) * 10.1 }),
  }));
  await report(house, alice, ...heartbeats);
  await house.db.pool.query(
    `UPDATE device_states SET status = (ARRAY['ONLINE', 'AT_RISK', 'OFFLINE']::device_status[])[device_key % 3 + 1]`,
  );
  await house.db.pool.query("UPDATE devices SET tags = ARRAY['all', 't' || id % 2]");
  await report(house, charlie, { device_id: "dev-00", name: "charlie's", location: "Hall 0" });
});
afterAll(() => house.stop());

const get = (path: string, token = alice.token) => house.call("GET", `/api/v1/devices${path}`, { token });
const ids = (items: readonly DeviceView[]) => items.map((one) => one.device_id);

async function readAll(path: string): Promise<DeviceView[]> {
  const items: DeviceView[] = [];
  for (let cursor = ""; ;) {
    const { status, body } = await get(`${path}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    items.push(...body.items);
    if (body.next_cursor === null) return items;
    cursor = body.next_cursor;
  }
}

describe("works", () => {
  test("a device as it reported, and nothing of anybody else's device with the same id", async () => {
    const { status, body } = await get("/dev-01");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      device_id: "dev-01",
      name: 'meter "1"\\',
      location: "Hall 1",
      battery_level: 30.1,
      signal_strength: -10.1,
      is_connected: false,
      connected_since: null,
      heartbeats: 1,
      at_risk_after_s: null,
      alerts_on_offline: null,
    });
    expect((await get("/dev-00", charlie.token)).body.name).toBe("charlie's");
    expect((await get("/dev-00")).body.name).toBe("店".repeat(200));
    expect(ids((await get("", charlie.token)).body.items)).toEqual(["dev-00"]);
  });

  test.each(DEVICE_SORTS.flatMap((sort) => [sort, `-${sort}`]))("pages by %s hold everything once", async (sort) => {
    const items = await readAll(`?sort=${sort}&limit=17`);
    expect(new Set(ids(items)).size).toBe(COUNT);
    expect(items).toHaveLength(COUNT);
    const other = await readAll(`?sort=${sort.startsWith("-") ? sort.slice(1) : `-${sort}`}&limit=100`);
    expect(ids(other)).toEqual(ids(items).toReversed());
  });

  test("by battery: what is unknown first, then the lowest", async () => {
    const levels = (await readAll("?sort=battery_level&limit=13")).map((one) => one.battery_level ?? -1);
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect([levels[0], levels.at(-1)]).toEqual([-1, 30.4]);
  });

  test("pages stay what they are while devices come and go", async () => {
    const first = await get("?sort=device_id&limit=20");
    await report(house, alice, { device_id: "dev-000" }, { device_id: "zz" });
    const second = await get(`?sort=device_id&limit=20&cursor=${first.body.next_cursor}`);
    expect([first.body.items.at(-1).device_id, second.body.items[0].device_id]).toEqual(["dev-19", "dev-20"]);
    for (const id of ["dev-000", "zz"])
      expect((await house.call("DELETE", `/api/v1/devices/${id}`, { token: alice.token })).status).toBe(204);
  });

  test.each<[string, (one: DeviceView) => boolean]>([
    ["?status=OFFLINE", (one) => one.status === "OFFLINE"],
    ["/status/offline?", (one) => one.status === "OFFLINE"],
    ["/status/At_Risk?", (one) => one.status === "AT_RISK"],
    ["/status/ONLINE?location=Hall%201", (one) => one.status === "ONLINE" && one.location === "Hall 1"],
    ["?tag=t1&location=Hall%202", (one) => one.tags.includes("t1") && one.location === "Hall 2"],
    ["?location=Hall", () => false],
    ["?q=DEV-1", (one) => one.device_id.startsWith("dev-1")],
    ["?q=hall%202", (one) => one.location === "Hall 2"],
    ["?q=%221%22%5C", (one) => one.name.includes('"1"\\')],
    ["?q=%25", () => false],
  ])("GET /api/v1/devices%s", async (path, fits) => {
    const all = await readAll("?limit=100");
    const found = await readAll(`${path}&limit=9`);
    expect(ids(found).toSorted()).toEqual(ids(all.filter(fits)).toSorted());
  });
});

describe("400", () => {
  test.each([
    ["limit", "?limit=0"],
    ["sort", "?sort=notes"],
    ["status", "?status=offline"],
    ["status", "/status/down"],
    ["status", "/status/OFFLINE?status=ONLINE"],
    ["tag", "?tag="],
    ["cursor", "?cursor=x"],
    ["is_active", "?is_active=true"],
  ])("names %s in %s", async (field, path) => {
    const { status, body } = await get(path);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("an id that none can have", async () => {
    for (const id of ["status", "a%20b", "x".repeat(129)]) {
      const { status, body } = await get(`/${id}`);
      expect([id, status, body.errors[0].field]).toEqual([id, 400, "device_id"]);
    }
  });
});

const PATHS = ["", "/status/online", "/analytics", "/dev-05", "/dev-05/events", "/dev-05/history", "/dev-05/incidents"];

test("401 without a session, 403 for a key that only reports, and a viewer may read", async () => {
  const ingest = await house.createKey(alice, "INGEST");
  const viewer = await house.createKey(alice, "VIEWER");
  for (const path of PATHS) {
    expect([path, (await house.call("GET", `/api/v1/devices${path}`)).status]).toEqual([path, 401]);
    expect([path, (await get(path, ingest)).status]).toEqual([path, 403]);
    expect([path, (await get(path, viewer)).status]).toEqual([path, 200]);
  }
});

test("404 for a stranger", async () => {
  for (const path of [...PATHS.filter((one) => one.startsWith("/dev")), "/analytics?device_id=dev-05"])
    expect([path, (await get(path, charlie.token)).status]).toEqual([path, 404]);
});
