import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD, type Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { connectLive, joinLive } from "../../../../tests/harness/live-client.ts";

let house: House;
let alice: Person;
let charlie: Person;
let id: string;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { CORS_ORIGINS: "https://app.example.com" } });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  ({ id } = await house.addMonitor(alice, { url: "https://example.com/" }));
});
afterAll(() => house.stop());

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const at = (path: string) => `${house.url}/api/v1/ws/${path}`;
const refused = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await connectLive(at(path), headers);
  if (!("status" in answer)) throw new Error("the socket was opened");
  expect(JSON.parse(answer.body)).toMatchObject({ type: "about:blank", status: answer.status });
  return answer.status;
};
const rename = (name: string) => house.call("PATCH", `/api/v1/monitors/${id}`, { token: alice.token, json: { name } });
const logIn = async () =>
  (await house.call("POST", "/auth/login", { json: { username: alice.email, password: PASSWORD } })).body.access_token;

describe("works", () => {
  test("a session, its cookie, and a viewer's key open sockets", async () => {
    const cookies = [
      { Cookie: `pulsecheck_session=${alice.token}` },
      bearer(alice.token),
      bearer(await house.createKey(alice, "VIEWER")),
    ];
    for (const headers of cookies) {
      const client = await joinLive(at("dashboard"), headers);
      expect((await client.ofType("snapshot")).data.counts.total).toBe(1);
      client.close();
    }
  });

  test("our own pages and those of CORS_ORIGINS connect", async () => {
    for (const origin of [house.url, "https://app.example.com", house.config.publicUrl])
      (await joinLive(at("dashboard"), { ...bearer(alice.token), Origin: origin })).close();
  });

  test("a ticket opens one socket, once", async () => {
    const { status, body } = await house.call("POST", "/api/v1/ws/ticket", { token: alice.token });
    expect(status).toBe(201);
    expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(30_000);
    const client = await joinLive(at(`${id}?token=${body.token}`));
    expect((await client.ofType("snapshot")).data.id).toBe(id);
    expect(await refused(`${id}?token=${body.token}`)).toBe(401);
    client.close();
  });

  test("a reporting key's ticket opens a device's socket, and no other", async () => {
    const token = await house.createKey(alice, "INGEST");
    const buy = async () => (await house.call("POST", "/api/v1/ws/ticket", { token })).body.token;
    (await joinLive(at(`device?token=${await buy()}`))).close();
    for (const path of ["dashboard", "sensors", id]) expect(await refused(`${path}?token=${await buy()}`)).toBe(403);
  });

  test("a ticket that is too old opens nothing", async () => {
    const { body } = await house.call("POST", "/api/v1/ws/ticket", { token: alice.token });
    await house.db.prisma.wsTicket.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await refused(`dashboard?token=${body.token}`)).toBe(401);
  });
});

describe("refused before the upgrade", () => {
  test("400: a since that is no number", async () => {
    expect(await refused("dashboard?since=yesterday", bearer(alice.token))).toBe(400);
  });

  test("401: no credential, a wrong one, a wrong ticket, an ended session", async () => {
    const ended = await logIn();
    await house.call("POST", "/auth/logout", { token: ended });
    for (const path of ["dashboard", id]) {
      for (const headers of [
        {},
        bearer("wrong"),
        bearer("pc_wrong"),
        bearer(ended),
        { Cookie: "pulsecheck_session=x" },
      ])
        expect(await refused(path, headers)).toBe(401);
      expect(await refused(`${path}?token=wrong`, bearer(alice.token))).toBe(401);
    }
  });

  test("403: a key that only reports, and a foreign page", async () => {
    const ingest = await house.createKey(alice, "INGEST");
    for (const path of ["dashboard", id]) {
      expect(await refused(path, bearer(ingest))).toBe(403);
      for (const Origin of ["https://evil.example", "null", "http://127.0.0.1:1"])
        expect(await refused(path, { ...bearer(alice.token), Origin })).toBe(403);
    }
  });

  test("404: a stranger at alice's monitor, what is no monitor, and a workspace that is not one's own", async () => {
    expect(await refused(id, bearer(charlie.token))).toBe(404);
    expect(await refused("8d3941aa-17cd-44cf-baba-c78a0c574815", bearer(alice.token))).toBe(404);
    expect(await refused("what", bearer(alice.token))).toBe(404);
    const { publicId } = await house.db.prisma.workspace.findFirstOrThrow({
      where: { memberships: { some: { userId: alice.id } } },
    });
    expect(await refused("dashboard", { ...bearer(charlie.token), "X-Workspace-Id": publicId })).toBe(404);
  });

  test("426: a plain request, with or without a credential", async () => {
    for (const path of ["dashboard", id]) {
      for (const token of [undefined, alice.token]) {
        const { status, headers } = await house.call("GET", `/api/v1/ws/${path}`, { token });
        expect([status, headers.get("upgrade")]).toEqual([426, "websocket"]);
      }
    }
  });
});

test("a stranger hears nothing of alice's workspace, not even by her monitor's id", async () => {
  const stranger = await joinLive(at("dashboard"), bearer(charlie.token));
  const owner = await joinLive(at("dashboard"), bearer(alice.token));
  await Promise.all([stranger.ofType("snapshot"), owner.ofType("snapshot")]);
  for (const client of [stranger, owner]) client.send({ type: "subscribe", monitor_ids: [id] });
  await rename("a secret name");
  const { workspaceId } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: id } });
  await house.broker.bus.publish([
    { workspace: workspaceId, at: "", type: "monitor.checked", data: { monitor_id: id } as never },
  ]);
  await owner.ofType("monitor.checked");
  // Something of one's own comes after all that.
  await house.addMonitor(charlie, { url: "https://example.com/", name: "charlie's" });
  await stranger.ofType("monitor.created");
  expect(stranger.frames.map(({ type }) => type)).toEqual(["snapshot", "monitor.created"]);
  expect(stranger.frames[0]?.data).toMatchObject({ counts: { total: 0 }, open_incidents: [] });
  expect(JSON.stringify(stranger.frames)).not.toContain("secret");
  for (const client of [stranger, owner]) client.close();
});

describe("4401, at once, when the access ends", () => {
  test("a logout closes that session's sockets, also those by ticket, and no others", async () => {
    const token = await logIn();
    const ticket = (await house.call("POST", "/api/v1/ws/ticket", { token })).body.token;
    const closing = [
      await joinLive(at("dashboard"), bearer(token)),
      await joinLive(at(id), bearer(token)),
      await joinLive(at(`dashboard?token=${ticket}`)),
    ];
    const staying = await joinLive(at("dashboard"), bearer(alice.token));
    const startedAt = Date.now();
    await house.call("POST", "/auth/logout", { token });
    expect(await Promise.all(closing.map(({ closed }) => closed))).toEqual([4401, 4401, 4401]);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await rename("after the logout");
    await staying.frame(({ type, data }) => type === "monitor.updated" && data.name === "after the logout");
    staying.close();
  });

  test("a key's end closes its sockets", async () => {
    const key = await house.createKey(alice, "VIEWER");
    const client = await joinLive(at(id), bearer(key));
    const { body } = await house.call("GET", "/api/v1/api-keys", { token: alice.token });
    await house.call("DELETE", `/api/v1/api-keys/${body.items[0].id.toUpperCase()}`, { token: alice.token });
    expect(await client.closed).toBe(4401);
  });

  test("ending all other sessions closes their sockets, and none of the one that stays or of a key", async () => {
    const own = await logIn();
    const other = await joinLive(at("dashboard"), bearer(await logIn()));
    const key = await house.createKey(alice, "VIEWER");
    const staying = [await joinLive(at("dashboard"), bearer(own)), await joinLive(at("dashboard"), bearer(key))];
    expect((await house.call("DELETE", "/users/me/sessions", { token: own })).status).toBe(204);
    expect(await other.closed).toBe(4401);
    alice = { ...alice, token: own };
    await rename("after the others");
    for (const client of staying) {
      await client.frame(({ type, data }) => type === "monitor.updated" && data.name === "after the others");
      client.close();
    }
  });

  test("a change of the password closes every other session's sockets", async () => {
    const other = await joinLive(at("dashboard"), bearer(await logIn()));
    const json = { password: "another long password", current_password: PASSWORD };
    expect((await house.call("PATCH", "/users/me", { token: alice.token, json })).status).toBe(200);
    expect(await other.closed).toBe(4401);
  });
});

test("1001 when the API goes away", async () => {
  const api = await house.startApi();
  const clients = [
    await joinLive(`${api.url}/api/v1/ws/dashboard`, bearer(charlie.token)),
    await joinLive(`${api.url}/api/v1/ws/dashboard`, bearer(charlie.token)),
  ];
  await api.stop();
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001]);
});
