import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashSecret } from "./secrets.ts";
import { openTestApp, type TestApp } from "./test-app.ts";
import { join, logIn, newEmail, PASSWORD, registration } from "./test-people.ts";

let app: TestApp;
let email: string;
beforeAll(async () => {
  app = await openTestApp({ PUBLIC_URL: "https://watch.example.com", CORS_ORIGINS: "https://app.example.com" });
  email = (await join(app, "alice")).email;
});
afterAll(() => app.close());

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

describe("POST /auth/login", () => {
  test("works with JSON: an opaque bearer token that says when it ends, and a cookie", async () => {
    const { status, body, headers } = await app.call("POST", "/auth/login", {
      json: { username: email, password: PASSWORD },
    });
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_at: expect.any(String) });
    const minutes = (Date.parse(String(body.expires_at)) - Date.now()) / 60_000;
    expect(minutes).toBeCloseTo(app.deps.config.sessionMinutes, 0);
    const cookie = headers.get("set-cookie") ?? "";
    expect(cookie).toContain(`pulsecheck_session=${String(body.access_token)}`);
    for (const attribute of ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"]) expect(cookie).toContain(attribute);
  });

  test("works with a form that carries OAuth2's other fields", async () => {
    const form = { grant_type: "password", username: email, password: PASSWORD, scope: "" };
    expect((await app.call("POST", "/auth/login", { form })).status).toBe(200);
  });

  test("the token is stored as its hash only", async () => {
    const token = await logIn(app, email);
    expect(await app.db.prisma.session.findUnique({ where: { idHash: hashSecret(token) } })).not.toBeNull();
    const { rows } = await app.db.pool.query("SELECT count(*)::int AS n FROM sessions s WHERE s::text LIKE $1", [
      `%${token}%`,
    ]);
    expect(rows).toEqual([{ n: 0 }]);
    expect((await app.call("GET", "/users/me", { token: hashSecret(token) })).status).toBe(401);
  });

  test("400 for unknown JSON fields, for missing ones, and for no body at all", async () => {
    const extra = await app.call("POST", "/auth/login", { json: { username: email, password: PASSWORD, scope: "" } });
    expect(extra.body.errors).toEqual([{ field: "scope", detail: "is not a known field" }]);
    expect((await app.call("POST", "/auth/login", { json: { username: email } })).status).toBe(400);
    expect((await app.call("POST", "/auth/login", { form: { username: email } })).status).toBe(400);
    expect((await app.call("POST", "/auth/login")).status).toBe(400);
  });

  test("401, with the same answer after the same time, for an unknown user and a wrong password", async () => {
    const people = await Promise.all(Array.from({ length: 7 }, async () => newEmail("known")));
    for (const person of people) await app.call("POST", "/auth/register", { json: registration(person) });
    const ask = async (username: string) => {
      const startedAt = performance.now();
      const answer = await app.call("POST", "/auth/login", { json: { username, password: "wrong password" } });
      return { answer, tookMs: performance.now() - startedAt };
    };
    const wrong = [];
    const unknown = [];
    for (const person of people) {
      wrong.push(await ask(person));
      unknown.push(await ask(newEmail("unknown")));
    }
    expect(
      new Set([...wrong, ...unknown].map(({ answer }) => JSON.stringify([answer.status, answer.body]))),
    ).toHaveLength(1);
    expect(wrong[0]?.answer.status).toBe(401);
    const ratio = median(unknown.map(({ tookMs }) => tookMs)) / median(wrong.map(({ tookMs }) => tookMs));
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });

  test("401, not 500, for a form whose name no database can hold", async () => {
    expect((await app.call("POST", "/auth/login", { form: { username: "a\0b", password: "x" } })).status).toBe(401);
  });

  test("401 for an inactive user, whose open sessions end too", async () => {
    const charlie = await join(app, "charlie");
    await app.db.prisma.user.update({ where: { id: charlie.id }, data: { isActive: false } });
    expect((await app.call("GET", "/users/me", { token: charlie.token })).status).toBe(401);
    const again = await app.call("POST", "/auth/login", { json: { username: charlie.email, password: PASSWORD } });
    expect(again.body.detail).toBe("The e-mail address or the password is wrong.");
  });

  test("403 for a login that a foreign page sends, so that nobody is logged into a stranger's account", async () => {
    const headers = { Origin: "https://evil.example" };
    const { status, headers: answered } = await app.call("POST", "/auth/login", {
      form: { username: email, password: PASSWORD },
      headers,
    });
    expect(status).toBe(403);
    expect(answered.get("set-cookie")).toBeNull();
  });
});

describe("the cookie", () => {
  const cookieOf = async () => `theme=50%; pulsecheck_session=${await logIn(app, email)}`;
  const rename = (headers: Record<string, string>) =>
    app.call("PATCH", "/users/me", { json: { first_name: "Alicia" }, headers });

  test("authenticates, next to whatever other cookies there are", async () => {
    expect((await app.call("GET", "/users/me", { headers: { Cookie: await cookieOf() } })).status).toBe(200);
  });

  test.each(["https://watch.example.com", "https://app.example.com", "http://10.0.0.5:8000"])(
    "changes things for pages of %s",
    async (origin) => {
      const answer = await rename({ Cookie: await cookieOf(), Origin: origin, Host: "10.0.0.5:8000" });
      expect(answer.status).toBe(200);
    },
  );

  test.each(["https://evil.example", "null", "http://watch.example.com", "https://watch.example.com.evil.example"])(
    "403 for what pages of %s change",
    async (origin) => {
      expect((await rename({ Cookie: await cookieOf(), Origin: origin })).status).toBe(403);
    },
  );

  test("a bearer token needs no origin of ours", async () => {
    const token = await logIn(app, email);
    expect(
      (await app.call("PATCH", "/users/me", { json: {}, token, headers: { Origin: "https://evil.example" } })).status,
    ).toBe(200);
  });
});
