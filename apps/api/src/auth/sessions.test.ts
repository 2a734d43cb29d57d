import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { hashSecret } from "./secrets.ts";
import { openTestApp, type TestApp } from "./test-app.ts";
import { join, logIn, PASSWORD } from "./test-people.ts";

let app: TestApp;
beforeAll(async () => void (app = await openTestApp()));
afterAll(() => app.close());

const me = (token: string) => app.call("GET", "/users/me", { token });
const published = (type: string, data: object) =>
  vi.waitFor(() => expect(app.events).toContainEqual(expect.objectContaining({ type, data })), { timeout: 5_000 });

async function moveEnd(token: string, fromNowMs: number): Promise<void> {
  await app.db.prisma.session.update({
    where: { idHash: hashSecret(token) },
    data: { expiresAt: new Date(Date.now() + fromNowMs) },
  });
}
const endOf = async (token: string) =>
  (await app.db.prisma.session.findUniqueOrThrow({ where: { idHash: hashSecret(token) } })).expiresAt;

describe("a session", () => {
  test("ends at its end", async () => {
    const { token } = await join(app, "alice");
    await moveEnd(token, -1);
    expect((await me(token)).status).toBe(401);
  });

  test("as a bearer token keeps the end that its owner was told", async () => {
    const { token } = await join(app, "alice");
    await moveEnd(token, 60_000);
    const before = await endOf(token);
    expect((await me(token)).status).toBe(200);
    expect(await endOf(token)).toEqual(before);
  });

  test("as a cookie slides while it is used, and the browser is told", async () => {
    const { token } = await join(app, "alice");
    await moveEnd(token, 60_000);
    const { status, headers } = await app.call("GET", "/users/me", {
      headers: { Cookie: `pulsecheck_session=${token}` },
    });
    expect(status).toBe(200);
    expect(headers.get("set-cookie")).toContain(`pulsecheck_session=${token}; HttpOnly; Max-Age=`);
    expect((await endOf(token)).getTime()).toBeGreaterThan(Date.now() + (app.deps.config.sessionMinutes - 1) * 60_000);
  });

  test.each(["", "nonsense", "pc_nonsense", "%00"])("401 for the token %j, with a challenge", async (token) => {
    const { status, headers } = await me(token);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });
});

describe("POST /auth/logout", () => {
  test("works: this session has ended, tells the sockets, clears the cookie; others go on", async () => {
    const { email, token } = await join(app, "alice");
    const other = await logIn(app, email);
    const { status, headers } = await app.call("POST", "/auth/logout", { token });
    expect(status).toBe(204);
    expect(headers.get("set-cookie")).toMatch(/^pulsecheck_session=; .*Max-Age=0/);
    expect((await me(token)).status).toBe(401);
    expect((await me(other)).status).toBe(200);
    await published("revoked.session", { session_hash: hashSecret(token) });
  });

  test("401 without a session", async () => {
    expect((await app.call("POST", "/auth/logout")).status).toBe(401);
  });
});

describe("/users/me", () => {
  test("GET and PATCH work", async () => {
    const { id, token } = await join(app, "alice");
    const { status, body } = await app.call("PATCH", "/users/me", { token, json: { last_name: "Hargreaves" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, first_name: "Alice", last_name: "Hargreaves" });
    expect((await me(token)).body).toEqual(body);
  });

  test("400 for a new password without the current one, with a wrong one, for the address as password, unknown fields", async () => {
    const { token, email } = await join(app, "alice");
    const patch = async (json: object) => (await app.call("PATCH", "/users/me", { token, json })).body.errors;
    expect(await patch({ password: "another long one" })).toMatchObject([{ field: "current_password" }]);
    expect(await patch({ password: "another long one", current_password: "wrong" })).toMatchObject([
      { field: "current_password" },
    ]);
    expect(await patch({ password: email, current_password: PASSWORD })).toMatchObject([{ field: "password" }]);
    expect(await patch({ is_superuser: true })).toMatchObject([{ field: "is_superuser" }]);
    expect((await me(token)).status).toBe(200);
  });

  test("a new password ends all other sessions everywhere at once, and the old password", async () => {
    const { id, email, token } = await join(app, "alice");
    const others = [await logIn(app, email), await logIn(app, email)];
    const json = { password: "another long one", current_password: PASSWORD };
    expect((await app.call("PATCH", "/users/me", { token, json })).status).toBe(200);
    expect((await me(token)).status).toBe(200);
    for (const other of others) expect((await me(other)).status).toBe(401);
    await published("revoked.user", { user_id: id, except_session_hash: hashSecret(token) });
    expect((await app.call("POST", "/auth/login", { json: { username: email, password: PASSWORD } })).status).toBe(401);
    await logIn(app, email, "another long one");
  });

  test("a login with the old password waits for a change under way, and is refused", async () => {
    const { id, email } = await join(app, "alice");
    const change = await app.db.pool.connect();
    onTestFinished(() => change.release(true));
    await change.query("BEGIN");
    await change.query("UPDATE users SET password_hash = 'another' WHERE id = $1", [id]);
    await change.query("DELETE FROM sessions WHERE user_id = $1", [id]);
    const login = app.call("POST", "/auth/login", { json: { username: email, password: PASSWORD } });
    const blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await vi.waitFor(async () => expect((await app.db.pool.query(blocked)).rowCount).toBe(1), { timeout: 5_000 });
    await change.query("COMMIT");
    expect((await login).status).toBe(401);
    expect(await app.db.prisma.session.count({ where: { userId: id } })).toBe(0);
  });

  test("logins with the old password around the moment of the change leave no session behind", async () => {
    const { email, token } = await join(app, "alice");
    const json = { password: "another long one", current_password: PASSWORD };
    const logins = Array.from({ length: 6 }, () =>
      app.call("POST", "/auth/login", { json: { username: email, password: PASSWORD } }),
    );
    const [change, ...answers] = await Promise.all([app.call("PATCH", "/users/me", { token, json }), ...logins]);
    expect(change.status).toBe(200);
    for (const { body } of answers) {
      if (typeof body.access_token === "string") expect((await me(body.access_token)).status).toBe(401);
    }
  });

  test("a broker that is away does not fail the change: the sessions have ended all the same", async () => {
    const { email, token } = await join(app, "alice");
    const other = await logIn(app, email);
    const publish = vi.spyOn(app.deps.broker.bus, "publish").mockRejectedValueOnce(new Error("away"));
    const json = { password: "another long one", current_password: PASSWORD };
    expect((await app.call("PATCH", "/users/me", { token, json })).status).toBe(200);
    expect(publish).toHaveBeenCalledOnce();
    expect((await me(other)).status).toBe(401);
  });
});

describe("/users/me/sessions", () => {
  test("shows one's own, and ends one of them", async () => {
    const { email, token } = await join(app, "alice");
    const other = await logIn(app, email, PASSWORD, "203.0.113.9");
    const { body } = await app.call("GET", "/users/me/sessions", { token });
    const items = body.items as { id: string; address: string; is_current: boolean }[];
    expect(items.map(({ address, is_current }) => [address, is_current])).toEqual([
      ["203.0.113.9", false],
      ["198.51.100.7", true],
    ]);
    const path = `/users/me/sessions/${items[0]?.id ?? ""}`;
    const stranger = await join(app, "charlie");
    expect((await app.call("DELETE", path, { token: stranger.token })).status).toBe(404);
    expect((await app.call("DELETE", path, { token })).status).toBe(204);
    expect((await me(other)).status).toBe(401);
    await published("revoked.session", { session_hash: hashSecret(other) });
    expect((await app.call("DELETE", path, { token })).status).toBe(404);
  });

  test("DELETE ends all of one's own but this one, and nobody else's; doing it again changes nothing", async () => {
    const { id, email, token } = await join(app, "alice");
    const others = [await logIn(app, email), await logIn(app, email)];
    const bob = await join(app, "bob");
    for (let i = 0; i < 2; i += 1) {
      expect((await app.call("DELETE", "/users/me/sessions", { token })).status).toBe(204);
      for (const other of others) expect((await me(other)).status).toBe(401);
      for (const living of [token, bob.token]) expect((await me(living)).status).toBe(200);
    }
    await published("revoked.user", { user_id: id, except_session_hash: hashSecret(token) });
  });

  test("DELETE: 401 without a session, 403 for a key", async () => {
    const { token } = await join(app, "alice");
    const { body } = await app.call("POST", "/api/v1/api-keys", { token, json: { name: "key", role: "ADMIN" } });
    expect((await app.call("DELETE", "/users/me/sessions")).status).toBe(401);
    expect((await app.call("DELETE", "/users/me/sessions", { token: String(body.key) })).status).toBe(403);
    expect((await me(token)).status).toBe(200);
  });
});
