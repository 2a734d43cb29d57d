import type { Role } from "@pulsecheck/shared/role";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openEveryRoute, type EveryRoute, type Route } from "./test-every-route.ts";

/** What each role may call, said once more and by hand: the code must agree. */
const MAY: Record<Role, readonly string[]> = {
  ADMIN: ["read", "write", "admin", "report"],
  USER: ["read", "write", "report"],
  VIEWER: ["read"],
  INGEST: ["report"],
};
const ROLES = Object.keys(MAY) as Role[];

/** Asked of a worker, which this house has not; their own tests call them. */
const OF_WORKERS = ["POST /api/v1/monitors/{id}/check", "POST /api/v1/channels/{id}/test"];

/** What leaves no entry in the audit log: it changes nothing that anybody set, or a worker does later. */
const UNRECORDED = [
  "POST /api/v1/maintenance-windows/preview",
  "POST /api/v1/alert-addresses/{id}/resend",
  "POST /api/v1/imports",
];

let town: EveryRoute;
let workspace: { "X-Workspace-Id": string };
let people: Record<"USER" | "VIEWER", Person>;
beforeAll(async () => {
  town = await openEveryRoute();
  const { house, alice } = town;
  const { prisma } = house.db;
  const { workspaceId, workspace: own } = await prisma.membership.findFirstOrThrow({
    where: { userId: alice.id },
    include: { workspace: true },
  });
  workspace = { "X-Workspace-Id": own.publicId };
  people = { USER: await house.register("bob"), VIEWER: await house.register("vera") };
  for (const role of ["USER", "VIEWER"] as const)
    await prisma.membership.create({ data: { workspaceId, userId: people[role].id, role } });
});
afterAll(() => town.house.stop());

const chosen = (choose: (route: Route) => boolean) => {
  const routes = town.guarded.filter(choose);
  expect(routes.length).toBeGreaterThan(0);
  return routes;
};

describe("403, and nothing else, for what a role may not", () => {
  test.each(ROLES)("a key of role %s", async (role) => {
    for (const route of chosen(({ caller }) => !MAY[role].includes(caller)))
      expect(await town.callRoute(route, town.keys[role])).toBe(`${route.name}: 403`);
  });

  test.each(["USER", "VIEWER"] as const)("a member with the role %s", async (role) => {
    for (const route of chosen(({ caller }) => caller !== "person" && !MAY[role].includes(caller)))
      expect(await town.callRoute(route, people[role].token, workspace)).toBe(`${route.name}: 403`);
  });
});

test.each(["ADMIN", "USER", "VIEWER"] as const)("%s reads all that is for reading", async (role) => {
  for (const route of chosen(({ caller, method }) => caller === "read" && method === "GET"))
    expect(await town.callRoute(route, town.keys[role])).toBe(`${route.name}: 200`);
});

/** What is deleted comes last, parts before the whole. */
const inOrder = (a: Route, b: Route) => rank(a) - rank(b) || b.path.length - a.path.length;
const rank = ({ method }: Route) => (method === "DELETE" ? 1 : 0);

/** Entries of the audit log. */
async function countEntries(): Promise<number> {
  return town.house.db.prisma.auditEntry.count();
}

test.each([
  ["write", "USER"],
  ["admin", "ADMIN"],
] as const)("what is for %s, %s does, and each change is written down once", async (caller, role) => {
  const changes = chosen(({ name, method, ...route }) => {
    return route.caller === caller && method !== "GET" && !OF_WORKERS.includes(name);
  });
  for (const route of changes.toSorted(inOrder)) {
    const before = await countEntries();
    const answer = await town.callRoute(route, town.keys[role]);
    expect(answer).not.toMatch(/: 40[013]$/);
    const isChanged = / 20\d$/.test(answer) && !UNRECORDED.includes(route.name);
    expect([answer, (await countEntries()) - before]).toEqual([answer, isChanged ? 1 : 0]);
  }
});
