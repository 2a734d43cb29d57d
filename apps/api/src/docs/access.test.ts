import { maintainPartitions } from "@pulsecheck/db/partitions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const NIGHTLY = { kind: "daily", time: "02:00", duration_s: 3_600 };

/** A good body for each operation that takes one: a new route without its row fails the test. */
const BODIES: Record<string, unknown> = {
  "PATCH /users/me": { first_name: "Alice" },
  "POST /api/v1/api-keys": { name: "a key", role: "VIEWER" },
  "PATCH /api/v1/workspace": { name: "a workspace" },
  "POST /users/me/workspaces": { name: "a workspace" },
  "POST /users/me/invitations/accept": { token: "worthless" },
  "POST /api/v1/invitations": { email: "taken@example.com", role: "ADMIN" },
  "PATCH /api/v1/members/{user_id}": { role: "VIEWER" },
  "POST /api/v1/alert-addresses": { email: "taken@example.com" },
  "POST /api/v1/channels": { kind: "slack", name: "a channel", config: { url: "https://example.com/hook" } },
  "PATCH /api/v1/channels/{id}": { name: "taken over" },
  "POST /api/v1/monitors": { url: "https://example.com/", name: "a monitor" },
  "PATCH /api/v1/monitors/{id}": { name: "taken over" },
  "POST /api/v1/heartbeat": { device_id: "a-device" },
  "PATCH /api/v1/devices/{device_id}": { name: "taken over" },
  "POST /api/v1/sensors": { sensor_id: "a-sensor", value: 1 },
  "PATCH /api/v1/sensors/{sensor_id}": { name: "taken over" },
  "PATCH /api/v1/sensors/{sensor_id}/readings/{id}": { value: 2 },
  "POST /api/v1/status-pages": { slug: "taken", title: "a page" },
  "PATCH /api/v1/status-pages/{id}": { title: "taken over" },
  "POST /api/v1/maintenance-windows": { name: "a window", targets: { everything: true }, schedule: NIGHTLY },
  "POST /api/v1/maintenance-windows/preview": { schedule: NIGHTLY },
  "PATCH /api/v1/maintenance-windows/{id}": { name: "taken over" },
};

type Route = { name: string; method: string; path: string; caller: string; takesBody: boolean };
type Row = { id: string };

let house: House;
let alice: Person;
let charlie: Person;
let keys: Record<"VIEWER" | "INGEST", string>;
let routes: Route[];
/** Alice's own things, by the path that names one of them. */
let ids: Record<string, string>;
/** A good query for each operation that needs one, with alice's ids. */
let queries: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  keys = { VIEWER: await house.createKey(alice, "VIEWER"), INGEST: await house.createKey(alice, "INGEST") };
  const monitor = await house.addMonitor(alice, { url: "https://example.com/", is_active: false });
  const inner = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitor.id } });
  const at = new Date();
  await house.db.prisma.incident.create({
    data: {
      workspaceId: inner.workspaceId,
      monitorId: inner.id,
      startedAt: at,
      confirmedAt: at,
      reason: 1,
      detail: "",
    },
  });
  const page = { slug: "alices-page", title: "alice's page" };
  await house.call("POST", "/api/v1/status-pages", { token: alice.token, json: page });
  await house.call("POST", "/api/v1/alert-addresses", { token: alice.token, json: { email: "alices@example.com" } });
  const channel = { kind: "slack", name: "alice's channel", config: { url: "https://example.com/hook" } };
  await house.call("POST", "/api/v1/channels", { token: alice.token, json: channel });
  const window = { name: "a window", targets: { everything: true }, schedule: NIGHTLY };
  await house.call("POST", "/api/v1/maintenance-windows", { token: alice.token, json: window });
  const invitation = { email: "invited@example.com", role: "USER" };
  await house.call("POST", "/api/v1/invitations", { token: alice.token, json: invitation });
  await maintainPartitions(house.db, at, 30);
  const report = (path: string, json: unknown) => house.call("POST", path, { token: alice.token, json });
  await report("/api/v1/heartbeat", { device_id: "alices-device" });
  await report("/api/v1/sensors", { sensor_id: "4815162342", value: 1 });
  const first = async (path: string) => (await house.call("GET", path, { token: alice.token })).body.items[0] as Row;
  ids = {
    "/api/v1/monitors/": monitor.id,
    "/api/v1/devices/": "alices-device",
    // A number: it stands in the place of a reading's id as well.
    "/api/v1/sensors/": "4815162342",
    "/api/v1/status-pages/": (await first("/api/v1/status-pages")).id,
    "/api/v1/maintenance-windows/": (await first("/api/v1/maintenance-windows")).id,
    "/api/v1/alert-addresses/": (await first("/api/v1/alert-addresses")).id,
    "/api/v1/channels/": (await first("/api/v1/channels")).id,
    "/api/v1/invitations/": (await first("/api/v1/invitations")).id,
    "/api/v1/members/": alice.id,
    "/api/v1/api-keys/": (await first("/api/v1/api-keys")).id,
    "/users/me/sessions/": (await first("/users/me/sessions")).id,
  };
  queries = {
    "GET /api/v1/monitors/glance": `?ids=${monitor.id}`,
    "GET /api/v1/schedules/next": "?schedule=@daily",
  };
  const { body } = await house.call("GET", "/openapi.json");
  routes = Object.entries<Record<string, { "x-caller": string; requestBody?: unknown }>>(body.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        caller: operation["x-caller"],
        takesBody: operation.requestBody !== undefined,
      })),
  );
});
afterAll(() => house.stop());

const guarded = () => routes.filter(({ caller }) => caller !== "public");
/** Does the path name one of alice's things? A status is nobody's. */
const namesThing = ({ path }: Pick<Route, "path">) => /\{\w*id\}/.test(path);

/** Calls a route with alice's ids and a good body. */
async function callRoute({ name, method, path, takesBody }: Route, token?: string) {
  const prefix = path.slice(0, path.indexOf("{"));
  const filled = path.replace("{status}", "online").replaceAll(/\{\w+\}/g, ids[prefix] ?? "");
  const { status } = await house.call(method, filled + (queries[name] ?? ""), {
    token,
    ...(takesBody ? { json: BODIES[name] } : {}),
  });
  return `${name}: ${status}`;
}
async function expectAll(chosen: readonly Route[], status: number, token?: string) {
  expect(chosen.length).toBeGreaterThan(0);
  for (const route of chosen) expect(await callRoute(route, token)).toBe(`${route.name}: ${status}`);
}
const countAll = async () => {
  const { prisma } = house.db;
  return Promise.all([
    prisma.monitor.count(),
    prisma.apiKey.count({ where: { revokedAt: null } }),
    prisma.session.count(),
    prisma.alertAddress.count(),
    prisma.alertChannel.count(),
    prisma.invitation.count(),
    prisma.membership.count({ where: { role: "ADMIN" } }),
    prisma.incident.count(),
    prisma.statusPage.count(),
    prisma.maintenanceWindow.count(),
  ]);
};

test("every guarded route that takes a body has a good one in the table, and every {id} an owner's id", () => {
  const needed = guarded()
    .filter(({ takesBody }) => takesBody)
    .map(({ name }) => name);
  expect(needed.toSorted()).toEqual(Object.keys(BODIES).toSorted());
  const prefixes = guarded()
    .filter(namesThing)
    .map(({ path }) => path.slice(0, path.indexOf("{")));
  expect([...new Set(prefixes)].toSorted()).toEqual(Object.keys(ids).toSorted());
});

describe("whatever the route", () => {
  test("401 without a credential, and with a wrong one", async () => {
    await expectAll(guarded(), 401);
    await expectAll(guarded(), 401, "pc_wrong");
  });

  test("404 for a stranger with alice's ids, and nothing of hers has changed", async () => {
    const before = await countAll();
    await expectAll(guarded().filter(namesThing), 404, charlie.token);
    expect(await countAll()).toEqual(before);
    const { body } = await house.call("GET", `/api/v1/monitors/${ids["/api/v1/monitors/"]}`, { token: alice.token });
    expect(body.name).toBe("a monitor");
  });

  test("a stranger's lists and metrics hold nothing of alice's", async () => {
    const lists = guarded().filter(({ method, path }) => method === "GET" && !path.includes("{"));
    expect(lists.map(({ path }) => path)).toContain("/api/v1/incidents");
    const hers = [...Object.values(ids), alice.id, alice.email];
    for (const { path, name } of lists) {
      const { status, body } = await house.call("GET", path + (queries[name] ?? ""), { token: charlie.token });
      expect([name, status]).toEqual([name, 200]);
      const shown = JSON.stringify(body);
      expect([name, hers.filter((one) => shown.includes(one))]).toEqual([name, []]);
    }
    for (const path of [
      "/api/v1/monitors",
      "/api/v1/incidents",
      "/api/v1/api-keys",
      "/api/v1/alert-addresses",
      "/api/v1/channels",
      "/api/v1/status-pages",
    ])
      expect((await house.call("GET", path, { token: charlie.token })).body).toEqual({ items: [], next_cursor: null });
  });

  test("a stranger who names alice's workspace gets 404 everywhere behind it", async () => {
    const { publicId } = await house.db.prisma.workspace.findFirstOrThrow({
      where: { memberships: { some: { userId: alice.id } } },
    });
    for (const { method, path, name } of guarded().filter((route) => !route.path.includes("{"))) {
      const { status } = await house.call(method, path, {
        token: charlie.token,
        headers: { "X-Workspace-Id": publicId },
      });
      expect([name, status]).toEqual([name, 404]);
    }
  });

  test("403 for a viewer's key on all that writes, administers, or needs a person", async () => {
    await expectAll(
      guarded().filter(({ caller }) => caller !== "read"),
      403,
      keys.VIEWER,
    );
  });

  test("403 for a reporting key on all that is no report", async () => {
    await expectAll(
      guarded().filter(({ caller }) => caller !== "report"),
      403,
      keys.INGEST,
    );
  });

  test("works for a viewer's key on all that reads", async () => {
    for (const route of guarded().filter(({ caller, method }) => caller === "read" && method === "GET"))
      expect(await callRoute(route, keys.VIEWER)).toBe(`${route.name}: 200`);
  });
});

test("what is nowhere is 404 with a credential and 401 without, as a problem document", async () => {
  const path = "/api/v1/nothing-here";
  expect((await house.call("GET", path)).status).toBe(401);
  const { status, body, headers } = await house.call("GET", path, { token: alice.token });
  expect([status, headers.get("content-type"), body.title]).toEqual([404, "application/problem+json", "Not found"]);
  expect((await house.call("PUT", "/api/v1/monitors", { token: alice.token })).status).toBe(404);
});
