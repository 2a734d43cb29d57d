import type { Role } from "@pulsecheck/shared/role";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { CALLERS } from "./test-callers.ts";
import { openEveryRoute, type EveryRoute, type Route } from "./test-every-route.ts";

/** What each role may call, said once more and by hand: the code must agree. */
const MAY: Record<Role, readonly string[]> = {
  ADMIN: ["credential", "read", "write", "admin", "report"],
  USER: ["credential", "read", "write", "report"],
  VIEWER: ["credential", "read"],
  INGEST: ["credential", "report"],
};
const ROLES = Object.keys(MAY) as Role[];

/** All that whoever may only read sends: it changes nothing. */
const SENT_BY_READERS = ["POST /api/v1/maintenance-windows/preview"];

/**
 * What a person does in a workspace whatever their role, VIEWERs too: it is about their own membership. All else that
 * needs a person is about their account.
 */
const OF_ONES_OWN_MEMBERSHIP = [
  "GET /api/v1/reports/monthly-mail",
  // Who gets the mail is who asks for it.
  "PUT /api/v1/reports/monthly-mail",
  "POST /api/v1/workspace/leave",
];

/** Asked of a worker, which this house has not; their own tests call them. */
const OF_WORKERS = ["POST /api/v1/monitors/{id}/check", "POST /api/v1/channels/{id}/test"];

/** What leaves no entry in the audit log: it changes nothing that anybody set, or a worker does later, or nothing waits for it. */
const UNRECORDED = [
  "POST /api/v1/maintenance-windows/preview",
  "POST /api/v1/imports",
  "POST /api/v1/operator/queues/{queue}/retry",
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

describe("the table of who may call what", () => {
  test("is what the routes say of themselves, row for row", () => {
    expect(Object.fromEntries(town.routes.map(({ name, caller }) => [name, caller]))).toEqual(CALLERS);
  });

  test("lets readers send nothing that changes anything", () => {
    const sent = chosen(({ caller, method }) => caller === "read" && method !== "GET");
    expect(sent.map(({ name }) => name).toSorted()).toEqual(SENT_BY_READERS);
  });

  test("asks for a role wherever a workspace's things are, but for one's own membership", () => {
    const ofWorkspaces = chosen(({ caller, path }) => caller === "person" && path.startsWith("/api/"));
    expect(ofWorkspaces.map(({ name }) => name).toSorted()).toEqual(OF_ONES_OWN_MEMBERSHIP.toSorted());
  });
});

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

describe("all that is for reading is read", () => {
  const forReading = () => chosen(({ caller, method }) => caller === "read" && method === "GET");

  test.each(["ADMIN", "USER", "VIEWER"] as const)("by a key of role %s", async (role) => {
    for (const route of forReading()) expect(await town.callRoute(route, town.keys[role])).toBe(`${route.name}: 200`);
  });

  test.each(["USER", "VIEWER"] as const)("by a member with the role %s", async (role) => {
    for (const route of forReading())
      expect(await town.callRoute(route, people[role].token, workspace)).toBe(`${route.name}: 200`);
  });
});

test("what reports, a reporting key does; what any credential may, it may", async () => {
  for (const route of chosen(({ caller }) => MAY.INGEST.includes(caller)))
    expect(await town.callRoute(route, town.keys.INGEST)).toMatch(/: 20[12]$/);
});

test("a VIEWER does all that is for a person, which changes nothing of the workspace but their own membership", async () => {
  const vera = people.VIEWER;
  const where = { workspace: { publicId: workspace["X-Workspace-Id"] } };
  const before = await town.house.db.prisma.auditEntry.count({ where });
  // Afterwards they are no member, and logged in no more.
  const last = ["POST /api/v1/workspace/leave", "POST /auth/logout"];
  // Worthless, and alice's.
  const refused = ["POST /users/me/invitations/accept: 400", "DELETE /users/me/sessions/{id}: 404"];
  for (const route of chosen(({ caller }) => caller === "person").toSorted(
    (a, b) => last.indexOf(a.name) - last.indexOf(b.name),
  )) {
    const answer = await town.callRoute(route, vera.token, route.path.startsWith("/api/") ? workspace : {});
    if (!refused.includes(answer)) expect(answer).toMatch(/: 20\d$/);
  }
  const entries = await town.house.db.prisma.auditEntry.findMany({ where, orderBy: { id: "asc" }, skip: before });
  expect(entries.map(({ action, subjectId }) => [action, subjectId])).toEqual([
    ["member.updated", vera.id],
    ["member.left", vera.id],
  ]);
});

/** What is deleted comes last, parts before the whole. */
const inOrder = (a: Route, b: Route) => rank(a) - rank(b) || b.path.length - a.path.length;
const rank = ({ method }: Route) => (method === "DELETE" ? 1 : 0);

/** Entries of the log of what operators do, or of workspaces' own. */
async function countEntries(ofOperators: boolean): Promise<number> {
  return town.house.db.prisma.auditEntry.count({ where: { workspaceId: ofOperators ? null : { not: null } } });
}

test.each([
  ["write", "a USER's key", () => town.keys.USER],
  ["admin", "an ADMIN's key", () => town.keys.ADMIN],
  ["superuser", "an operator", () => town.alice.token],
])("what is for %s, %s does, and each change is written down once", async (caller, _, token) => {
  const changes = chosen(({ name, method, ...route }) => {
    return route.caller === caller && method !== "GET" && !OF_WORKERS.includes(name);
  });
  for (const route of changes.toSorted(inOrder)) {
    const before = await countEntries(caller === "superuser");
    const answer = await town.callRoute(route, token());
    expect(answer).not.toMatch(/: 40[013]$/);
    const isChanged = / 20\d$/.test(answer) && !UNRECORDED.includes(route.name);
    expect([answer, (await countEntries(caller === "superuser")) - before]).toEqual([answer, isChanged ? 1 : 0]);
  }
});
