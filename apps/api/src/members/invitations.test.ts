import { INVITATION_LIFETIME_MS, INVITATIONS_AT_MOST } from "@pulsecheck/shared/invitation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { acceptInvitation, addWorkspace, bringIn, mailedInvitations, sendInvitation } from "./test-invitations.ts";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
/** Names the workspace that alice and bob share; bob is a USER. */
let team: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  team = await addWorkspace(house, alice);
  await bringIn(house, alice, bob, { role: "USER", headers: team });
});
afterAll(() => house.stop());

const path = "/api/v1/invitations";
const NOBODYS = "8d3941aa-17cd-44cf-baba-c78a0c574815";
let count = 0;
const newEmail = () => `guest${(count += 1)}@example.com`;

const add = (json: object, { token } = alice, headers = team) => house.call("POST", path, { token, json, headers });
const resend = (id: string, { token } = alice, headers = team) =>
  house.call("POST", `${path}/${id}/resend`, { token, headers });
const revoke = (id: string, { token } = alice, headers = team) =>
  house.call("DELETE", `${path}/${id}`, { token, headers });
const list = async ({ token } = alice, headers = team) =>
  (await house.call("GET", path, { token, headers })).body.items;
const read = (token: string) => house.call("POST", "/auth/invitation", { json: { token } });
const accept = ({ token }: Pick<Person, "token">, invitation: string) => acceptInvitation(house, { token }, invitation);
const invited = (email = newEmail(), headers = team) => sendInvitation(house, alice, { email, headers });
const guest = async () => {
  const name = `guest${(count += 1)}`;
  return house.register(name);
};
const tooOld = (id: string) =>
  house.db.prisma.invitation.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
const membersOf = async ({ "X-Workspace-Id": publicId = "" } = team) =>
  house.db.prisma.membership.count({ where: { workspace: { publicId } } });

describe("POST /api/v1/invitations", () => {
  test("works: it waits, a mail is on its way, good for 7 days; by a key as well", async () => {
    const email = newEmail();
    const { status, body } = await add({ email: ` ${email.toUpperCase()} `, role: "VIEWER" });
    const view = {
      id: expect.any(String),
      email,
      role: "VIEWER",
      invited_by: "alice Example",
      expires_at: expect.any(String),
      created_at: expect.any(String),
    };
    expect([status, body]).toEqual([201, view]);
    expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(INVITATION_LIFETIME_MS);
    expect((await list())[0]).toEqual(body);
    expect(await mailedInvitations(house, email)).toHaveLength(1);
    const key = await house.createKey(alice, "ADMIN");
    expect((await add({ email: newEmail(), role: "ADMIN" }, { ...alice, token: key }, {})).status).toBe(201);
  });

  test.each([
    [{}, "email"],
    [{ email: "ops", role: "USER" }, "email"],
    [{ email: "a@example.com" }, "role"],
    [{ email: "a@example.com", role: "INGEST" }, "role"],
    [{ email: "a@example.com", role: "OWNER" }, "role"],
    [{ email: "a@example.com", role: "USER", invited_by: "the boss" }, "invited_by"],
    [{ email: "a@example.com", role: "USER", workspace_id: NOBODYS }, "workspace_id"],
    [{ email: "a@example.com", role: "USER", expires_at: "2100-01-01T00:00:00Z" }, "expires_at"],
  ])("400 for %j names %s", async (json, field) => {
    const { status, body } = await add(json);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  test("401 without a session", async () => {
    expect((await house.call("POST", path, { json: { email: newEmail(), role: "USER" } })).status).toBe(401);
  });

  test("403 for a member who is no admin, 404 for a stranger: nobody is mailed, nobody sees who is invited", async () => {
    const email = newEmail();
    expect((await add({ email, role: "USER" }, bob)).status).toBe(403);
    expect((await add({ email, role: "USER" }, charlie)).status).toBe(404);
    expect(await mailedInvitations(house, email)).toEqual([]);
    for (const [{ token }, expected] of [[bob, 403] as const, [charlie, 404] as const])
      expect((await house.call("GET", path, { token, headers: team })).status).toBe(expected);
  });

  test("409 for a member, and for a double, also of several at once; another workspace may invite them too", async () => {
    expect((await add({ email: bob.email, role: "ADMIN" })).body.errors[0].field).toBe("email");
    const email = newEmail();
    const answers = await Promise.all(["USER", "ADMIN", "VIEWER"].map((role) => add({ email, role })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(await mailedInvitations(house, email)).toHaveLength(1);
    expect((await add({ email, role: "USER" }, charlie, {})).status).toBe(201);
  });

  test("a new one takes the place of one that is too old", async () => {
    const { id, email, token } = await invited();
    await tooOld(id);
    const again = await invited(email);
    expect((await list()).filter((one: { email: string }) => one.email === email)).toHaveLength(1);
    expect([(await read(token)).status, (await read(again.token)).status]).toEqual([400, 200]);
  });

  test("409 for more than may wait", async () => {
    const headers = await addWorkspace(house, charlie);
    const publicId = headers["X-Workspace-Id"] ?? "";
    const { id: workspaceId } = await house.db.prisma.workspace.findUniqueOrThrow({ where: { publicId } });
    const data = Array.from({ length: INVITATIONS_AT_MOST - 1 }, (_, i) => ({
      workspaceId,
      email: `waiting${i}@example.com`,
      role: "USER" as const,
      invitedById: charlie.id,
      tokenId: crypto.randomUUID(),
      expiresAt: new Date(Date.now() + 60_000),
    }));
    await house.db.prisma.invitation.createMany({ data });
    const answers = await Promise.all([1, 2, 3].map(() => add({ email: newEmail(), role: "USER" }, charlie, headers)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  });

  test("429 for one recipient, whoever asks, together with mails that ask for a confirmation", async () => {
    const { id, email } = await invited();
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await resend(id)).status);
    const addresses = { token: charlie.token, json: { email } };
    statuses.push((await house.call("POST", "/api/v1/alert-addresses", addresses)).status);
    statuses.push((await add({ email, role: "USER" }, charlie, {})).status);
    expect(statuses).toEqual([202, 202, 202, 202, 201, 429]);
  });
});

describe("POST /auth/invitation", () => {
  test("works for whoever holds the token, as often as they look", async () => {
    const { email, token } = await invited();
    const { status, body } = await read(token);
    expect([status, body]).toEqual([
      200,
      { email, role: "USER", invited_by: "alice Example", workspace_name: "a team", expires_at: expect.any(String) },
    ]);
    expect((await read(token)).status).toBe(200);
  });

  test("400 for what is forged, of another kind, replaced, revoked, too old, and of somebody who may not invite any more", async () => {
    const expectWorthless = async (token: string) => {
      const { status, body } = await read(token);
      expect([status, body.errors[0].field]).toEqual([400, "token"]);
    };
    const { id, token, email } = await invited();
    for (const worthless of ["", NOBODYS, `${NOBODYS}.abc`, token.slice(0, -2)]) await expectWorthless(worthless);
    await resend(id);
    await expectWorthless(token);
    const [, second = ""] = await mailedInvitations(house, email);
    await tooOld(id);
    await expectWorthless(second);
    const revoked = await invited();
    await revoke(revoked.id);
    await expectWorthless(revoked.token);
    const dora = await guest();
    await bringIn(house, alice, dora, { role: "ADMIN", headers: team });
    const hers = await sendInvitation(house, dora, { email: newEmail(), headers: team });
    expect((await read(hers.token)).status).toBe(200);
    await house.call("PATCH", `/api/v1/members/${dora.id}`, {
      token: alice.token,
      headers: team,
      json: { role: "USER" },
    });
    await expectWorthless(hers.token);
    expect((await list()).map((one: { id: string }) => one.id)).not.toContain(hers.id);
  });
});

describe("POST /users/me/invitations/accept", () => {
  test("works once: a member with this role, whose address is verified", async () => {
    const dora = await guest();
    const { token } = await sendInvitation(house, alice, { email: dora.email, role: "VIEWER", headers: team });
    const { status, body } = await accept(dora, token);
    const joined = { id: team["X-Workspace-Id"], name: "a team", role: "VIEWER", is_personal: false };
    expect([status, body]).toEqual([200, { ...joined, members: await membersOf(), joined_at: expect.any(String) }]);
    const mine = await house.call("GET", "/users/me/workspaces", { token: dora.token });
    expect(mine.body.items.map((one: { role: string }) => one.role)).toEqual(["ADMIN", "VIEWER"]);
    expect((await house.call("GET", "/users/me", { token: dora.token })).body.is_verified).toBe(true);
    expect((await accept(dora, token)).status).toBe(400);
    expect((await list()).map((one: { email: string }) => one.email)).not.toContain(dora.email);
  });

  test("400 for a worthless token, and for a body that says more", async () => {
    const dora = await guest();
    const { id, token } = await invited(dora.email);
    const json = { token, role: "ADMIN" };
    const more = await house.call("POST", "/users/me/invitations/accept", { token: dora.token, json });
    expect([more.status, more.body.errors[0].field]).toEqual([400, "role"]);
    await tooOld(id);
    const { status, body } = await accept(dora, token);
    expect([status, body.errors[0].field]).toEqual([400, "token"]);
  });

  test("401 without a session, 403 for a key", async () => {
    const dora = await guest();
    const { token } = await invited(dora.email);
    const key = await house.createKey(dora, "ADMIN");
    expect((await house.call("POST", "/users/me/invitations/accept", { json: { token } })).status).toBe(401);
    expect((await accept({ token: key }, token)).status).toBe(403);
  });

  test("409 says for whom it is, and leaves it to them", async () => {
    const dora = await guest();
    const { token, email } = await invited(dora.email);
    const before = await membersOf();
    const { status, body } = await accept(charlie, token);
    expect([status, body.detail]).toEqual([409, expect.stringContaining(email)]);
    expect(await membersOf()).toBe(before);
    expect((await accept(dora, token)).status).toBe(200);
  });

  test("409 for who is a member already", async () => {
    const dora = await guest();
    const { token } = await invited(dora.email);
    const { id: workspaceId } = await house.db.prisma.workspace.findUniqueOrThrow({
      where: { publicId: team["X-Workspace-Id"] ?? "" },
    });
    await house.db.prisma.membership.create({ data: { workspaceId, userId: dora.id, role: "VIEWER" } });
    expect((await accept(dora, token)).status).toBe(409);
    const where = { workspaceId_userId: { workspaceId, userId: dora.id } };
    expect((await house.db.prisma.membership.findUniqueOrThrow({ where })).role).toBe("VIEWER");
  });

  test("of many at once one succeeds; against a revocation and a new mail, either it or they", async () => {
    const dora = await guest();
    const first = await invited(dora.email);
    const answers = await Promise.all([1, 2, 3, 4].map(() => accept(dora, first.token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400]);
    for (const other of [revoke, resend]) {
      const erin = await guest();
      const { id, token } = await invited(erin.email);
      const [accepted, ended]: Answer[] = await Promise.all([accept(erin, token), other(id)]);
      const isMember =
        (await house.call("GET", "/api/v1/members", { token: erin.token, headers: team })).status === 200;
      expect(accepted?.status).toBe(isMember ? 200 : 400);
      expect(ended?.status).toBe(isMember ? 404 : other === revoke ? 204 : 202);
    }
  });
});

describe("resending and revoking", () => {
  test("works: the earlier link is worthless, and who resends is who invites", async () => {
    const { id, email, token } = await invited();
    const dora = await guest();
    await bringIn(house, alice, dora, { role: "ADMIN", headers: team });
    expect((await resend(id, dora)).status).toBe(202);
    const [, second = ""] = await mailedInvitations(house, email);
    expect([(await read(token)).status, (await read(second)).status]).toEqual([400, 200]);
    const { body } = await read(second);
    expect(body.invited_by).not.toBe("alice Example");
    expect((await revoke(id)).status).toBe(204);
    expect((await read(second)).status).toBe(400);
  });

  test.each([["resend", resend] as const, ["revoke", revoke] as const])("%s: 400, 401, 403, 404", async (_, work) => {
    const { id } = await invited();
    expect((await work("not-an-id")).status).toBe(400);
    expect((await work(id, { ...alice, token: "wrong" })).status).toBe(401);
    expect((await work(id, bob)).status).toBe(403);
    expect((await work(NOBODYS)).status).toBe(404);
    expect((await work(id, charlie, {})).status).toBe(404);
    expect((await list()).map((one: { id: string }) => one.id)).toContain(id);
  });
});
