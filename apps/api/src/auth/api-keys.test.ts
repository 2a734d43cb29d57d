import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hashSecret } from "./secrets.ts";
import { openTestApp, type TestApp } from "./test-app.ts";
import { join, type Person } from "./test-people.ts";

const path = "/api/v1/api-keys";
let app: TestApp;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  app = await openTestApp();
  alice = await join(app, "alice");
  charlie = await join(app, "charlie");
});
afterAll(() => app.close());

type Key = { id: string; key: string };
async function createKey(json: object = {}, token = alice.token): Promise<Key> {
  const { status, body } = await app.call("POST", path, { token, json: { name: "ci", role: "USER", ...json } });
  expect(status).toBe(201);
  return { id: String(body.id), key: String(body.key) };
}
const whoAmI = (token: string) => app.call("GET", "/api/v1/whoami", { token });

describe("POST /api/v1/api-keys", () => {
  test("works: the key is shown once and stored as its hash only", async () => {
    const { status, body } = await app.call("POST", path, { token: alice.token, json: { name: "ci", role: "INGEST" } });
    const key = String(body.key);
    expect(status).toBe(201);
    expect(key).toMatch(/^pc_[\w-]{43}$/);
    expect(body).toMatchObject({
      name: "ci",
      role: "INGEST",
      prefix: key.slice(0, 9),
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
    });
    const { rows } = await app.db.pool.query("SELECT k::text AS row, key_hash FROM api_keys k WHERE id = $1", [
      body.id,
    ]);
    expect(rows[0].row).not.toContain(key);
    expect(rows[0].key_hash).toBe(hashSecret(key));
    const list = await app.call("GET", path, { token: alice.token });
    expect(JSON.stringify(list.body)).not.toContain(key);
  });

  test("400 for a past end, an unknown role, an unknown field", async () => {
    const create = async (json: object) =>
      (await app.call("POST", path, { token: alice.token, json: { name: "ci", role: "USER", ...json } })).body.errors;
    expect(await create({ expires_at: new Date(Date.now() - 1_000).toISOString() })).toMatchObject([
      { field: "expires_at" },
    ]);
    expect(await create({ role: "OWNER" })).toMatchObject([{ field: "role" }]);
    expect(await create({ workspace_id: 1 })).toMatchObject([{ field: "workspace_id" }]);
  });

  test("401 without a login; 403 for the roles USER, VIEWER and INGEST, on every route", async () => {
    expect((await app.call("POST", path, { json: { name: "ci", role: "USER" } })).status).toBe(401);
    for (const role of ["USER", "VIEWER", "INGEST"]) {
      const { id, key } = await createKey({ role });
      expect((await app.call("POST", path, { token: key, json: { name: "more", role: "ADMIN" } })).status).toBe(403);
      expect((await app.call("GET", path, { token: key })).status).toBe(403);
      expect((await app.call("DELETE", `${path}/${id}`, { token: key })).status).toBe(403);
    }
  });
});

describe("a key", () => {
  test("acts in its workspace with its role, and never as a person or an operator", async () => {
    const { id, key } = await createKey({ role: "VIEWER" });
    const { body } = await whoAmI(key);
    expect(body).toMatchObject({
      userId: alice.id,
      role: "VIEWER",
      isSuperuser: false,
      via: { kind: "key", keyId: id },
    });
    expect((await app.call("GET", "/users/me", { token: key })).status).toBe(403);
    expect((await app.call("POST", "/auth/logout", { token: key })).status).toBe(403);
  });

  test("401 once it has expired", async () => {
    const { id, key } = await createKey({ expires_at: new Date(Date.now() + 60_000).toISOString() });
    expect((await whoAmI(key)).status).toBe(200);
    await app.db.prisma.apiKey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await whoAmI(key)).status).toBe(401);
  });

  test("401 once its creator is inactive, or has lost the rights that it grants", async () => {
    const bob = await join(app, "bob");
    const { key } = await createKey({}, bob.token);
    await app.db.prisma.membership.updateMany({ where: { userId: bob.id }, data: { role: "VIEWER" } });
    expect((await whoAmI(key)).status).toBe(401);
    await app.db.prisma.membership.updateMany({ where: { userId: bob.id }, data: { role: "USER" } });
    expect((await whoAmI(key)).status).toBe(200);
    await app.db.prisma.user.update({ where: { id: bob.id }, data: { isActive: false } });
    expect((await whoAmI(key)).status).toBe(401);
  });

  test("notes its use at most once a minute", async () => {
    const { id, key } = await createKey();
    const lastUse = async () => (await app.db.prisma.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt;
    await whoAmI(key);
    await vi.waitFor(async () => expect(await lastUse()).not.toBeNull());
    const recent = new Date(Date.now() - 50_000);
    await app.db.prisma.apiKey.update({ where: { id }, data: { lastUsedAt: recent } });
    await whoAmI(key);
    expect(await lastUse()).toEqual(recent);
    await app.db.prisma.apiKey.update({ where: { id }, data: { lastUsedAt: new Date(Date.now() - 61_000) } });
    await whoAmI(key);
    await vi.waitFor(async () => expect((await lastUse())?.getTime()).toBeGreaterThan(recent.getTime()));
  });
});

describe("DELETE /api/v1/api-keys/{id}", () => {
  test("works, again and again: the key is worthless at once and the sockets are told", async () => {
    const { id, key } = await createKey();
    expect((await app.call("DELETE", `${path}/${id}`, { token: alice.token })).status).toBe(204);
    expect((await whoAmI(key)).status).toBe(401);
    expect((await app.call("DELETE", `${path}/${id}`, { token: alice.token })).status).toBe(204);
    await vi.waitFor(() =>
      expect(
        app.events.filter(({ type, data }) => type === "revoked.key" && JSON.stringify(data).includes(id)),
      ).toHaveLength(1),
    );
  });

  test("404 for a stranger, 400 for what is no id", async () => {
    const { id, key } = await createKey();
    expect((await app.call("DELETE", `${path}/${id}`, { token: charlie.token })).status).toBe(404);
    expect((await whoAmI(key)).status).toBe(200);
    expect((await app.call("DELETE", `${path}/7`, { token: alice.token })).status).toBe(400);
  });
});

describe("GET /api/v1/api-keys", () => {
  test("pages through one's own keys, the newest first, and shows no stranger's", async () => {
    const dora = await join(app, "dora");
    const made: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) made.unshift((await createKey({ name }, dora.token)).id);
    const seen: string[] = [];
    for (let cursor = ""; ;) {
      const { body } = await app.call("GET", `${path}?limit=2${cursor}`, { token: dora.token });
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      if (typeof body.next_cursor !== "string") break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(made);
  });

  test.each(["cursor=nonsense", "limit=0", "limit=x", "nope=1"])("400 for ?%s", async (query) => {
    expect((await app.call("GET", `${path}?${query}`, { token: alice.token })).status).toBe(400);
  });
});
