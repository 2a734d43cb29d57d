import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { BODIES, namesThing, openEveryRoute, type EveryRoute, type Route } from "./test-every-route.ts";

let town: EveryRoute;
let house: House;
let alice: Person;
let charlie: Person;
let keys: EveryRoute["keys"];
let ids: Record<string, string>;
beforeAll(async () => {
  town = await openEveryRoute();
  ({ house, alice, charlie, ids, keys } = town);
});
afterAll(() => house.stop());

const guarded = () => town.guarded;
/** Those that a workspace's own people may call. */
const ofWorkspaces = () => guarded().filter(({ caller }) => caller !== "superuser");

async function expectAll(chosen: readonly Route[], status: number, token?: string) {
  expect(chosen.length).toBeGreaterThan(0);
  for (const route of chosen) expect(await town.callRoute(route, token)).toBe(`${route.name}: ${status}`);
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
    prisma.import.count(),
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
    await expectAll(ofWorkspaces().filter(namesThing), 404, charlie.token);
    expect(await countAll()).toEqual(before);
    const { body } = await house.call("GET", `/api/v1/monitors/${ids["/api/v1/monitors/"]}`, { token: alice.token });
    expect(body.name).toBe("a monitor");
  });

  test("a stranger's lists and metrics hold nothing of alice's", async () => {
    const lists = ofWorkspaces().filter(({ method, path }) => method === "GET" && !path.includes("{"));
    expect(lists.map(({ path }) => path)).toContain("/api/v1/incidents");
    const hers = [...Object.values(ids), alice.id, alice.email];
    for (const { path, name } of lists) {
      const { status, body } = await house.call("GET", path + (town.queries[name] ?? ""), { token: charlie.token });
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

  test("403 for whoever is no operator on all that operates the instance, and for an operator's key", async () => {
    const operating = guarded().filter(({ caller }) => caller === "superuser");
    await expectAll(operating, 403, charlie.token);
    await expectAll(operating, 403, keys.ADMIN);
    for (const route of operating.filter(({ method }) => method === "GET"))
      expect(await town.callRoute(route, alice.token)).toBe(`${route.name}: 200`);
  });

  test("403 for a viewer's key on all that writes, administers, or needs a person", async () => {
    await expectAll(
      guarded().filter(({ caller }) => !["read", "credential"].includes(caller)),
      403,
      keys.VIEWER,
    );
  });

  test("403 for a reporting key on all that is no report", async () => {
    await expectAll(
      guarded().filter(({ caller }) => !["report", "credential"].includes(caller)),
      403,
      keys.INGEST,
    );
  });

  test("works for a viewer's key on all that reads", async () => {
    for (const route of guarded().filter(({ caller, method }) => caller === "read" && method === "GET"))
      expect(await town.callRoute(route, keys.VIEWER)).toBe(`${route.name}: 200`);
  });
});

test("what is nowhere is 404 with a credential and 401 without, as a problem document", async () => {
  const path = "/api/v1/nothing-here";
  expect((await house.call("GET", path)).status).toBe(401);
  const { status, body, headers } = await house.call("GET", path, { token: alice.token });
  expect([status, headers.get("content-type"), body.title]).toEqual([404, "application/problem+json", "Not found"]);
  expect((await house.call("PUT", "/api/v1/monitors", { token: alice.token })).status).toBe(404);
});
