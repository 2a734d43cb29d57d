import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD, type Answer, type Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";
import { addWorkspace, bringIn } from "../members/test-invitations.ts";

const USERS = "/api/v1/operator/users";

let house: House;
/** The first to register: she operates the instance. */
let alice: Person;
let bob: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob] = [await house.register("alice"), await house.register("bob")];
});
afterAll(() => house.stop());

const read = (path = "", by = alice) => house.call("GET", USERS + path, { token: by.token });
const change = ({ id }: Pick<Person, "id">, json: unknown, by = alice): Promise<Answer> =>
  house.call("PATCH", `${USERS}/${id}`, { token: by.token, json });
const logIn = ({ email }: Person) =>
  house.call("POST", "/auth/login", { json: { username: email, password: PASSWORD } });
const emails = async (query: string) =>
  (await read(query)).body.items.map(({ email }: { email: string }) => email) as string[];

describe("GET /api/v1/operator/users", () => {
  test("works: everybody, filtered, searched and sorted", async () => {
    expect(await emails("?sort=email")).toEqual([alice.email, bob.email]);
    expect(await emails("?is_superuser=true")).toEqual([alice.email]);
    expect(await emails("?is_active=false")).toEqual([]);
    expect(await emails("?q=BOB")).toEqual([bob.email]);
    const { items } = (await read("?q=bob@")).body;
    expect(items).toMatchObject([{ id: bob.id, session_count: 1, workspace_count: 1, is_superuser: false }]);
    expect(Date.now() - Date.parse(items[0].last_login_at)).toBeLessThan(60_000);
  });

  test("one, with the workspaces; 404 for nobody; 403 for a member; 400 for a filter that is none", async () => {
    const { body } = await read(`/${bob.id}`);
    expect(body.workspaces).toMatchObject([{ name: "bob's workspace", role: "ADMIN", is_personal: true }]);
    expect((await read(`/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await read("", bob)).status).toBe(403);
    expect((await read("?is_active=perhaps")).status).toBe(400);
  });
});

describe("PATCH /api/v1/operator/users/{id}", () => {
  test("works: whoever is disabled is out at once, with sessions, sockets and keys, and stays out of those", async () => {
    const charlie = await house.register("charlie");
    const key = await house.createKey(charlie, "ADMIN");
    const sockets = await Promise.all(
      [charlie.token, key].map((token) =>
        joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${token}` }),
      ),
    );
    const answered = (token: string) => house.call("GET", "/api/v1/monitors", { token }).then(({ status }) => status);
    expect(await Promise.all([charlie.token, key].map(answered))).toEqual([200, 200]);

    const { status, body } = await change(charlie, { is_active: false });
    expect([status, body.is_active, body.session_count]).toEqual([200, false, 0]);
    const revoked = await house.db.prisma.auditEntry.findMany({
      where: { action: "api_key.revoked" },
      include: { workspace: true },
    });
    expect(revoked.map(({ userId, workspace }) => [userId, workspace?.name])).toEqual([
      [alice.id, "charlie's workspace"],
    ]);
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4401, 4401]);
    expect(await Promise.all([charlie.token, key].map(answered))).toEqual([401, 401]);
    expect((await logIn(charlie)).status).toBe(401);

    expect((await change(charlie, { is_active: true })).body.is_active).toBe(true);
    expect(await Promise.all([charlie.token, key].map(answered))).toEqual([401, 401]);
    expect((await logIn(charlie)).status).toBe(200);
  });

  test("works: no key is left behind by who is disabled while making one", async () => {
    const ivan = await house.register("ivan");
    const make = { token: ivan.token, json: { name: "a key", role: "ADMIN" } };
    const makeMany = () => Array.from({ length: 6 }, () => house.call("POST", "/api/v1/api-keys", make));
    await Promise.all([...makeMany(), change(ivan, { is_active: false }), ...makeMany()]);
    const { prisma } = house.db;
    expect(await prisma.apiKey.count({ where: { createdById: ivan.id, revokedAt: null } })).toBe(0);
    const keys = await prisma.auditEntry.groupBy({
      by: ["action"],
      where: { subjectType: "api_key", subjectName: "a key" },
      _count: true,
    });
    expect(new Set(keys.map(({ _count }) => _count)).size).toBeLessThan(2);
  });

  test("works: an operator is made, and the change is written down", async () => {
    const dora = await house.register("dora");
    expect((await change(dora, { is_superuser: true })).body.is_superuser).toBe(true);
    expect((await read("", dora)).status).toBe(200);
    const { items } = (await house.call("GET", "/api/v1/operator/audit", { token: dora.token })).body;
    expect(items[0]).toMatchObject({
      action: "user.updated",
      user: { email: alice.email },
      subject: { type: "user", id: dora.id, name: dora.email },
      before: { is_superuser: false },
      after: { is_superuser: true },
    });
    expect((await house.call("GET", "/api/v1/audit", { token: alice.token })).body.items).not.toContainEqual(items[0]);
    expect((await change(dora, { is_superuser: false }, dora)).status).toBe(200);
    expect((await read("", dora)).status).toBe(403);
  });

  test("400, 401, 403, 404: a field that is none, nobody, a member, an operator's key, a stranger's id", async () => {
    expect((await change(bob, { email: "x@example.com" })).body.errors).toMatchObject([{ field: "email" }]);
    expect((await change(bob, { is_active: "no" })).status).toBe(400);
    expect((await house.call("PATCH", `${USERS}/${bob.id}`, { json: {} })).status).toBe(401);
    expect((await change(alice, { is_active: false }, bob)).status).toBe(403);
    const key = { ...alice, token: await house.createKey(alice, "ADMIN") };
    expect((await change(bob, { is_active: false }, key)).status).toBe(403);
    expect((await change({ id: crypto.randomUUID() }, {})).status).toBe(404);
  });

  test("409: nobody disables themselves, and the last operator stays one", async () => {
    expect((await change(alice, { is_superuser: false })).status).toBe(409);
    const { status, body } = await change(alice, { is_active: false });
    expect([status, body.detail]).toEqual([409, "You cannot disable yourself."]);
    expect((await read()).status).toBe(200);
  });

  test("409: nobody who may log in is left without an admin who may; an operator lets somebody follow", async () => {
    const [erna, fred] = [await house.register("erna"), await house.register("fred")];
    const team = await addWorkspace(house, erna, "the shop");
    const disable = (who: Person) => change(who, { is_active: false });
    await bringIn(house, erna, fred, { role: "USER", headers: team });
    const { status, body } = await disable(erna);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('"the shop"')]);
    expect((await logIn(erna)).status).toBe(200);

    const give = (who: Person, role: string, by = alice) =>
      house.call("PATCH", `/api/v1/operator/workspaces/${team["X-Workspace-Id"]}/members/${who.id}`, {
        token: by.token,
        json: { role },
      });
    expect((await give(fred, "ADMIN", fred)).status).toBe(403);
    expect((await give(bob, "ADMIN")).status).toBe(404);
    expect((await give(fred, "INGEST")).status).toBe(400);
    expect((await give(erna, "USER")).status).toBe(409);
    expect((await give(fred, "ADMIN")).body).toMatchObject({ user_id: fred.id, role: "ADMIN" });
    const deed = {
      user: { email: alice.email },
      subject: { name: "the shop" },
      after: { email: fred.email, role: "ADMIN" },
    };
    expect(
      (await house.call("GET", "/api/v1/operator/audit?limit=1", { token: alice.token })).body.items,
    ).toMatchObject([deed]);
    expect((await disable(erna)).status).toBe(200);
    // Nobody else may log in there any more.
    await change(erna, { is_active: true });
    await give(fred, "USER");
    await disable(fred);
    expect((await disable(erna)).status).toBe(200);
  });

  test("409 or 403: an admin who gives up the role while the other one is disabled stays", async () => {
    const [gert, hans] = [await house.register("gert"), await house.register("hans")];
    for (let i = 0; i < 4; i += 1) {
      const team = await addWorkspace(house, gert);
      await bringIn(house, gert, hans, { role: "ADMIN", headers: team });
      const token = (await logIn(hans)).body.access_token;
      const leave = house.call("POST", "/api/v1/workspace/leave", { token, headers: team });
      const statuses = (await Promise.all([leave, change(gert, { is_active: false })])).map(({ status }) => status);
      // After who has left, nobody needs an admin; after who is disabled, the last one stays.
      const where = { workspace: { publicId: team["X-Workspace-Id"] ?? "" }, user: { isActive: true } };
      const active = await house.db.prisma.membership.findMany({ where });
      expect([statuses, active.length === 0 || active.some(({ role }) => role === "ADMIN")]).toEqual([statuses, true]);
      await change(gert, { is_active: true });
      gert.token = (await logIn(gert)).body.access_token;
    }
  });

  test("409 or 403: of two operators who disable each other at once, one stays", async () => {
    const erin = await house.register("erin");
    await change(erin, { is_superuser: true });
    const answers = await Promise.all([
      change(erin, { is_superuser: false }),
      change(alice, { is_superuser: false }, erin),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await house.db.prisma.user.count({ where: { isSuperuser: true, isActive: true } })).toBe(1);
    await house.db.prisma.user.update({ where: { id: alice.id }, data: { isSuperuser: true } });
  });
});

describe("POST /api/v1/operator/users/{id}/reset-password", () => {
  const reset = ({ id }: Pick<Person, "id">, by = alice) =>
    house.call("POST", `${USERS}/${id}/reset-password`, { token: by.token });

  test("works: mails the usual link, and the earlier one is void", async () => {
    expect((await reset(bob)).status).toBe(202);
    expect((await reset(bob)).status).toBe(202);
    const mails = { kind: "RESET_PASSWORD", recipient: bob.email } as const;
    expect(await house.db.prisma.delivery.count({ where: mails })).toBe(2);
    const good = { userId: bob.id, kind: "RESET_PASSWORD", usedAt: null } as const;
    expect(await house.db.prisma.userToken.count({ where: good })).toBe(1);
  });

  test("403, 404, 409: a member, nobody, and who is disabled", async () => {
    expect((await reset(alice, bob)).status).toBe(403);
    expect((await reset({ id: crypto.randomUUID() })).status).toBe(404);
    const frank = await house.register("frank");
    await change(frank, { is_active: false });
    expect((await reset(frank)).status).toBe(409);
  });
});
