import { WORKSPACES_AT_MOST } from "@pulsecheck/shared/workspace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { workspaceOf } from "../workspace/test-workspace.ts";
import { addWorkspace, bringIn, sendInvitation } from "./test-invitations.ts";

type Headers = Record<string, string>;

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
});
afterAll(() => house.stop());

const path = "/api/v1/members";
const NOBODYS = "8d3941aa-17cd-44cf-baba-c78a0c574815";
const list = async (person: Person, headers: Headers) =>
  (await house.call("GET", path, { token: person.token, headers })).body.items;
const change = (headers: Headers, who: string, json: object, { token } = alice) =>
  house.call("PATCH", `${path}/${who}`, { token, headers, json });
const remove = (headers: Headers, who: string, { token } = alice) =>
  house.call("DELETE", `${path}/${who}`, { token, headers });
const leave = (headers: Headers, { token }: Person) =>
  house.call("POST", "/api/v1/workspace/leave", { token, headers });
const look = async (headers: Headers, { token }: Pick<Person, "token">) =>
  (await house.call("GET", "/api/v1/workspace", { token, headers })).status;
const rolesIn = async (headers: Headers) =>
  (await house.db.prisma.membership.findMany({ where: { workspace: { publicId: headers["X-Workspace-Id"] ?? "" } } }))
    .map(({ role }) => role)
    .toSorted();

/** A new workspace of alice's with bob in it. */
async function openTeam(role: "ADMIN" | "USER" | "VIEWER" = "USER"): Promise<Headers> {
  const headers = await addWorkspace(house, alice);
  const workspace = { connect: { publicId: headers["X-Workspace-Id"] ?? "" } };
  await house.db.prisma.membership.create({ data: { workspace, user: { connect: { id: bob.id } }, role } });
  return headers;
}

describe("GET /api/v1/members", () => {
  test("works for a VIEWER too: who, as what, since when; sorted, page by page", async () => {
    const team = await openTeam("VIEWER");
    const items = await list(bob, team);
    expect(items[0]).toEqual({
      user_id: alice.id,
      email: alice.email,
      first_name: "alice",
      last_name: "Example",
      role: "ADMIN",
      is_owner: false,
      is_active: true,
      joined_at: expect.any(String),
    });
    expect(items.map((one: { email: string }) => one.email)).toEqual([alice.email, bob.email]);
    const page = async (query: string) => house.call("GET", `${path}${query}`, { token: bob.token, headers: team });
    const first = (await page("?sort=-name&limit=1")).body;
    const second = (await page(`?sort=-name&limit=1&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...second.items].map((one) => one.email)).toEqual([bob.email, alice.email]);
    expect(second.next_cursor).toBeNull();
    expect((await page("?sort=password_hash")).status).toBe(400);
  });

  test("404 for a stranger, 401 for nobody", async () => {
    const team = await openTeam();
    expect((await house.call("GET", path, { token: charlie.token, headers: team })).status).toBe(404);
    expect((await house.call("GET", path, { headers: team })).status).toBe(401);
  });
});

describe("PATCH /api/v1/members/{user_id}", () => {
  test("works: the new role counts from the next request on", async () => {
    const team = await openTeam();
    const { status, body } = await change(team, bob.id, { role: "VIEWER" });
    expect([status, body.role]).toEqual([200, "VIEWER"]);
    const json = { name: "x", url: "https://example.com/" };
    const write = () => house.call("POST", "/api/v1/monitors", { token: bob.token, headers: team, json });
    expect((await write()).status).toBe(403);
    await change(team, bob.id, { role: "USER" });
    expect((await write()).status).toBe(201);
  });

  test("a key that the new role does not cover has ended for good", async () => {
    const team = await openTeam("ADMIN");
    const make = async (role: string) =>
      (await house.call("POST", "/api/v1/api-keys", { token: bob.token, headers: team, json: { name: role, role } }))
        .body.key;
    const [writer, reader] = [await make("USER"), await make("VIEWER")];
    await change(team, bob.id, { role: "VIEWER" });
    await change(team, bob.id, { role: "ADMIN" });
    expect([await look({}, { token: writer }), await look({}, { token: reader })]).toEqual([401, 200]);
  });

  test.each([
    [{}, "role"],
    [{ role: "INGEST" }, "role"],
    [{ role: "ADMIN", user_id: NOBODYS }, "user_id"],
    [{ role: "ADMIN", is_owner: true }, "is_owner"],
  ])("400 for %j names %s", async (json, field) => {
    const { status, body } = await change(await openTeam(), bob.id, json);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("401 without a session, 403 for who is no admin, also of themselves", async () => {
    const team = await openTeam();
    expect((await house.call("PATCH", `${path}/${bob.id}`, { headers: team, json: { role: "ADMIN" } })).status).toBe(
      401,
    );
    expect((await change(team, bob.id, { role: "ADMIN" }, bob)).status).toBe(403);
    expect((await change(team, alice.id, { role: "VIEWER" }, bob)).status).toBe(403);
  });

  test("404 for who is no member, and for a stranger", async () => {
    const team = await openTeam();
    for (const who of [NOBODYS, charlie.id]) expect((await change(team, who, { role: "USER" })).status).toBe(404);
    expect((await change(team, bob.id, { role: "USER" }, charlie)).status).toBe(404);
  });

  test("409 for the last admin, whom an inactive one does not replace", async () => {
    const team = await openTeam("ADMIN");
    const setActive = (isActive: boolean) => house.db.prisma.user.update({ where: { id: bob.id }, data: { isActive } });
    await setActive(false);
    expect((await change(team, alice.id, { role: "USER" })).status).toBe(409);
    await setActive(true);
    expect((await change(team, alice.id, { role: "USER" })).status).toBe(200);
    expect((await change(team, bob.id, { role: "USER" }, bob)).status).toBe(409);
  });

  test("409 for the owner of a personal workspace, whoever asks", async () => {
    const { publicId } = await workspaceOf(house, alice);
    const hers = { "X-Workspace-Id": publicId };
    const dora = await house.register("dora");
    await bringIn(house, alice, dora, { role: "ADMIN", headers: hers });
    expect((await change(hers, alice.id, { role: "VIEWER" }, dora)).status).toBe(409);
    expect((await remove(hers, alice.id, dora)).status).toBe(409);
    expect((await leave({}, alice)).status).toBe(409);
    expect((await leave(hers, dora)).status).toBe(204);
  });

  test("of two admins who take each other's rights at once one stays, however often", async () => {
    const works = [
      (team: Headers, who: Person, by: Person) => change(team, who.id, { role: "USER" }, by),
      (team: Headers, who: Person, by: Person) => remove(team, who.id, by),
      (team: Headers, _: Person, by: Person) => leave(team, by),
    ];
    for (const work of [...works, ...works]) {
      const team = await openTeam("ADMIN");
      const answers = await Promise.all([work(team, bob, alice), work(team, alice, bob)]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
      expect((await rolesIn(team)).filter((role) => role === "ADMIN")).toHaveLength(1);
    }
  });
});

describe("DELETE /api/v1/members/{user_id}", () => {
  test("works: everything of theirs here has ended, and being invited again revives none of it", async () => {
    const team = await openTeam("ADMIN");
    const make = { token: bob.token, headers: team, json: { name: "a key", role: "ADMIN" } };
    const { key } = (await house.call("POST", "/api/v1/api-keys", make)).body;
    const ticket = async () =>
      (await house.call("POST", "/api/v1/ws/ticket", { token: bob.token, headers: team })).body.token as string;
    await ticket();
    expect([await look(team, bob), await look({}, { token: key })]).toEqual([200, 200]);
    expect((await remove(team, bob.id)).status).toBe(204);
    expect([await look(team, bob), await look({}, bob), await look({}, { token: key })]).toEqual([404, 200, 401]);
    expect(await house.db.prisma.wsTicket.count()).toBe(0);
    await bringIn(house, alice, bob, { role: "ADMIN", headers: team });
    expect([await look(team, bob), await look({}, { token: key })]).toEqual([200, 401]);
  });

  test("no key is left behind by who is removed while making one", async () => {
    const team = await openTeam("ADMIN");
    const make = { token: bob.token, headers: team, json: { name: "a key", role: "ADMIN" } };
    const makeMany = Array.from({ length: 6 }, () => house.call("POST", "/api/v1/api-keys", make));
    await Promise.all([...makeMany, remove(team, bob.id), ...makeMany]);
    const where = { createdById: bob.id, revokedAt: null, workspace: { publicId: team["X-Workspace-Id"] ?? "" } };
    expect(await house.db.prisma.apiKey.count({ where })).toBe(0);
  });

  test("400, 401, 403, 404, and 409 for the last admin", async () => {
    const team = await openTeam();
    expect((await remove(team, "me")).status).toBe(400);
    expect((await house.call("DELETE", `${path}/${bob.id}`, { headers: team })).status).toBe(401);
    expect((await remove(team, bob.id, bob)).status).toBe(403);
    expect((await remove(team, charlie.id)).status).toBe(404);
    expect((await remove(team, bob.id, charlie)).status).toBe(404);
    expect((await remove(team, alice.id)).status).toBe(409);
    expect(await list(alice, team)).toHaveLength(2);
  });
});

describe("POST /api/v1/workspace/leave", () => {
  test("works for a VIEWER too, who goes on in their personal workspace", async () => {
    const team = await openTeam("VIEWER");
    expect((await leave(team, bob)).status).toBe(204);
    expect([await look(team, bob), await look({}, bob)]).toEqual([404, 200]);
    expect((await leave(team, bob)).status).toBe(404);
  });

  test("401, 403 for a key, 404 for a stranger, 409 for the last admin", async () => {
    const team = await openTeam();
    const key = await house.createKey(alice, "ADMIN");
    expect((await house.call("POST", "/api/v1/workspace/leave", { headers: team })).status).toBe(401);
    expect((await leave({}, { ...alice, token: key })).status).toBe(403);
    expect((await leave(team, charlie)).status).toBe(404);
    expect((await leave(team, alice)).status).toBe(409);
  });
});

describe("/users/me/workspaces", () => {
  const mine = async ({ token }: Person) => (await house.call("GET", "/users/me/workspaces", { token })).body.items;
  const create = (json: object, token?: string) => house.call("POST", "/users/me/workspaces", { token, json });

  test("works: a new one has its maker as its ADMIN, and nobody else", async () => {
    const erin = await house.register("erin");
    const { status, body } = await create({ name: " the ops team " }, erin.token);
    const common = { id: expect.any(String), role: "ADMIN", members: 1, joined_at: expect.any(String) };
    const made = { ...common, name: "the ops team", is_personal: false };
    expect([status, body]).toEqual([201, made]);
    const personal = { ...common, name: "erin's workspace", is_personal: true };
    expect(await mine(erin)).toEqual([personal, body]);
    expect((await mine(charlie)).map((one: { id: string }) => one.id)).not.toContain(body.id);
  });

  test("400 for no name, and for what nobody may set", async () => {
    for (const [json, field] of [
      [{}, "name"],
      [{ name: " " }, "name"],
      [{ name: "x", role: "ADMIN" }, "role"],
      [{ name: "x", id: NOBODYS }, "id"],
      [{ name: "x", user_id: alice.id }, "user_id"],
    ] as const) {
      const { status, body } = await create(json, charlie.token);
      expect([status, body.errors[0].field]).toEqual([400, field]);
    }
  });

  test("401 without a session, 403 for a key", async () => {
    expect((await create({ name: "x" })).status).toBe(401);
    expect((await create({ name: "x" }, await house.createKey(charlie, "ADMIN"))).status).toBe(403);
  });

  test("409 for more than one person may have, also of several at once", async () => {
    const frank = await house.register("frank");
    for (let i = 1; i < WORKSPACES_AT_MOST; i += 1)
      await house.db.prisma.workspace.create({
        data: { name: `${i}`, memberships: { create: { userId: frank.id, role: "ADMIN" } } },
      });
    const answers = await Promise.all([1, 2, 3].map(() => create({ name: "x" }, frank.token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  });
});

test("who did what to whom is written down", async () => {
  const team = await addWorkspace(house, alice);
  await bringIn(house, alice, bob, { role: "ADMIN", headers: team });
  const make = (role: string) =>
    house.call("POST", "/api/v1/api-keys", { token: bob.token, headers: team, json: { name: `for ${role}`, role } });
  await make("ADMIN");
  await make("VIEWER");
  await sendInvitation(house, bob, { email: "dora@example.com", headers: team });
  await change(team, bob.id, { role: "USER" });
  await remove(team, bob.id);
  const { body } = await house.call("GET", "/api/v1/audit", { token: alice.token, headers: team });
  type Entry = { action: string; user: { email: string }; subject: { name: string } };
  expect(body.items.map(({ action, user, subject }: Entry) => [action, user.email, subject.name])).toEqual([
    ["member.removed", alice.email, bob.email],
    ["api_key.revoked", alice.email, "for VIEWER"],
    ["member.updated", alice.email, bob.email],
    ["invitation.revoked", alice.email, "dora@example.com"],
    ["api_key.revoked", alice.email, "for ADMIN"],
    ["invitation.created", bob.email, "dora@example.com"],
    ["api_key.created", bob.email, "for VIEWER"],
    ["api_key.created", bob.email, "for ADMIN"],
    ["member.joined", bob.email, bob.email],
    ["invitation.created", alice.email, bob.email],
    ["workspace.created", alice.email, "a team"],
  ]);
});
