import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { BODIES, openEveryRoute, type EveryRoute } from "./test-every-route.ts";
import { findIds, FOREIGN_IDS, NO_FOREIGN_IDS, type Named } from "./test-foreign-ids.ts";

let town: EveryRoute;
let house: House;
let alice: Person;
let charlie: Person;
let hers: Record<Named, string>;
let own: Record<Exclude<Named, "ping">, string>;
/** Charlie's, by the path of the list in which they are. */
let ownByPath: Record<string, string>;
beforeAll(async () => {
  town = await openEveryRoute();
  ({ house, alice, charlie } = town);
  hers = {
    monitor: town.ids["/api/v1/monitors/"] ?? "",
    device: town.ids["/api/v1/devices/"] ?? "",
    sensor: town.ids["/api/v1/sensors/"] ?? "",
    person: alice.id,
    key: town.ids["/api/v1/api-keys/"] ?? "",
    ping: (await addJob(alice)).ping_id ?? "",
  };
  const key = (await post("/api/v1/api-keys", { name: "charlie's", role: "VIEWER" })).body.id;
  own = { monitor: (await addJob(charlie)).id, device: "charlies-device", sensor: "23", person: charlie.id, key };
  await post("/api/v1/heartbeat", { device_id: own.device });
  await post("/api/v1/sensors", { sensor_id: own.sensor, value: 1 });
  ownByPath = {
    "/api/v1/monitors": own.monitor,
    "/api/v1/status-pages": (await post("/api/v1/status-pages", { slug: "charlies", title: "charlie's" })).body.id,
    "/api/v1/maintenance-windows": (
      await post("/api/v1/maintenance-windows", BODIES["POST /api/v1/maintenance-windows"])
    ).body.id,
  };
});
afterAll(() => house.stop());

const addJob = (owner: Person) =>
  house.addMonitor(owner, { kind: "cron", interval: undefined, schedule: "@daily", is_active: false });
const post = (path: string, json: unknown) => house.call("POST", path, { token: charlie.token, json });

test("each id in a query or a body has its row in the table, or says why it needs none", async () => {
  const { body } = await house.call("GET", "/openapi.json");
  expect(findIds(body)).toEqual(Object.keys({ ...FOREIGN_IDS, ...NO_FOREIGN_IDS }).toSorted());
});

describe("a stranger who names alice's", () => {
  test.each(Object.entries(FOREIGN_IDS))("%s", async (name, { of, status, ask, isList = false }) => {
    const [method = "", path = ""] = name.split(" ");
    const address = path.replace(/\/\{\w+\}$/, (_, at: number) => `/${ownByPath[path.slice(0, at)]}`);
    async function call(...ids: string[]) {
      const request = ask(ids);
      const { query, json } = { query: "", json: undefined, ...request };
      return house.call(method, address + query, { token: charlie.token, json });
    }
    // A job's address in our API is new, or its own already: nobody else's.
    const mine = of === "ping" ? randomUUID() : own[of];
    expect((await call(mine)).status).toBeLessThan(300);
    for (const ids of isList ? [[hers[of]], [mine, hers[of]]] : [[hers[of]]]) {
      const answer = await call(...ids);
      expect([ids, answer.status]).toEqual([ids, status]);
      expect(JSON.stringify(answer.body)).not.toContain(hers[of]);
    }
  });

  test("and reports under the same id has another thing", async () => {
    for (const [path, json] of [
      ["/api/v1/heartbeat", [{ device_id: hers.device, name: "charlie's" }]],
      ["/api/v1/sensors", [{ sensor_id: hers.sensor, value: 666 }]],
    ] as const)
      expect((await post(path, json)).status).toBeLessThan(300);
    const { body: device } = await house.call("GET", `/api/v1/devices/${hers.device}`, { token: alice.token });
    expect(device.name).not.toBe("charlie's");
    const { body } = await house.call("GET", `/api/v1/sensors/${hers.sensor}/readings`, { token: alice.token });
    expect(body.items.map(({ value }: { value: number }) => value)).not.toContain(666);
  });
});

/** What it takes is a file, whose rows a worker judges. */
const FILES = ["POST /api/v1/imports"];

test.each(["id", "user_id", "workspace_id", "created_by_id", "role", "is_superuser"])(
  "no body sets %s where it is not its to set",
  async (field) => {
    for (const [name, body] of Object.entries(BODIES)) {
      const route = town.guarded.find((one) => one.name === name);
      if (route === undefined || FILES.includes(name) || field in (body as object)) continue;
      const json = { ...(body as object), [field]: alice.id };
      const answer = await house.call(route.method, town.addressOf(route), { token: alice.token, json });
      expect([name, field, answer.status]).toEqual([name, field, 400]);
      expect([name, JSON.stringify(answer.body.errors)]).toEqual([name, expect.stringContaining(field)]);
    }
  },
);
