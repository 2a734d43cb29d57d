import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../http/limits.ts";
import { openTestApp, type Answer, type TestApp } from "./test-app.ts";
import { join, newEmail, PASSWORD, registration } from "./test-people.ts";

const HOME = "192.0.2.1";
// Small numbers, so that few passwords need hashing; the shape is that of production.
const few = {
  pair: { points: 3, windowS: 60 },
  network: { points: 8, windowS: 60 },
  account: { points: 5, windowS: 60 },
};
const many = {
  pair: { points: 500, windowS: 60 },
  network: { points: 500, windowS: 60 },
  account: { points: 500, windowS: 60 },
};
const limits = { ...LIMITS, login: few, password: few, mail: few, register: many };

let app: TestApp;
beforeAll(async () => void (app = await openTestApp({}, limits)));
afterAll(() => app.close());

let networks = 0;
const newAddress = () => `203.0.113.${(networks += 1)}`;
const tryLogin = (username: string, from: string, password = "wrong password") =>
  app.call("POST", "/auth/login", { json: { username, password }, from });
async function repeat(times: number, work: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i += 1) statuses.push((await work()).status);
  return statuses;
}

describe("guessing passwords", () => {
  test("429 with Retry-After from one address, then even for the right password", async () => {
    const { email } = await join(app, "alice", HOME);
    const attacker = newAddress();
    expect(await repeat(4, () => tryLogin(email, attacker))).toEqual([401, 401, 401, 429]);
    const { status, headers, body } = await tryLogin(email, attacker, PASSWORD);
    expect([status, body.title]).toEqual([429, "Too many requests"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("many at once do not slip through", async () => {
    const { email } = await join(app, "alice", HOME);
    const attacker = newAddress();
    const answers = await Promise.all(Array.from({ length: 12 }, () => tryLogin(email, attacker)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  test("an attacker with many addresses is stopped, and the owner still gets in from a known one", async () => {
    const { email } = await join(app, "alice", HOME);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push(...(await repeat(2, () => tryLogin(email, newAddress()))));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await tryLogin(email, newAddress(), PASSWORD)).status).toBe(429);
    expect((await tryLogin(email, HOME, PASSWORD)).status).toBe(200);
  });

  test("an attacker at one address does not lock the owner out at another, known or not", async () => {
    const { email } = await join(app, "alice", HOME);
    const attacker = newAddress();
    await repeat(8, () => tryLogin(email, attacker));
    expect((await tryLogin(email, newAddress(), PASSWORD)).status).toBe(200);
  });

  test("one address cannot try one password at everybody; its IPv6 neighbours in the /64 count as one", async () => {
    let host = 0;
    const statuses = await repeat(10, () => tryLogin(newEmail("victim"), `2001:db8:0:7::${(host += 1).toString(16)}`));
    expect(statuses).toEqual([...Array(8).fill(401), 429, 429]);
    expect((await tryLogin(newEmail("victim"), "2001:db8:0:8::1")).status).toBe(401);
  });

  test("successful logins cost nothing, and forgive the slips before them", async () => {
    const { email } = await join(app, "alice", HOME);
    for (let i = 0; i < 3; i += 1) {
      expect(await repeat(2, () => tryLogin(email, "192.0.2.77"))).toEqual([401, 401]);
      expect((await tryLogin(email, "192.0.2.77", PASSWORD)).status).toBe(200);
    }
  });

  test("inside a session the current password cannot be guessed either", async () => {
    const { token } = await join(app, "alice", HOME);
    const guess = () =>
      app.call("PATCH", "/users/me", { token, json: { password: "another long one", current_password: "guess" } });
    expect(await repeat(4, guess)).toEqual([400, 400, 400, 429]);
  });
});

describe("mail on demand", () => {
  test.each(["/auth/forgot-password", "/auth/request-verify-token"])(
    "429 from %s, for known and unknown alike",
    async (path) => {
      const { email } = await join(app, "alice", HOME);
      for (const address of [email, newEmail("nobody")]) {
        const from = newAddress();
        expect(await repeat(4, () => app.call("POST", path, { json: { email: address }, from }))).toEqual([
          202, 202, 202, 429,
        ]);
      }
    },
  );
});

describe("the limits of production", () => {
  test("stop registrations from one address", async () => {
    const strict = await openTestApp({}, { ...LIMITS, register: few });
    try {
      const register = () =>
        strict.call("POST", "/auth/register", { json: registration(newEmail("many")), from: "203.0.113.200" });
      expect(await repeat(9, register)).toEqual([...Array(8).fill(201), 429]);
    } finally {
      await strict.close();
    }
  });

  test("let a test suite on our own machine register two hundred people at once", async () => {
    const local = await openTestApp({ TRUST_PROXY: "false" });
    try {
      const answers = await Promise.all(
        Array.from({ length: 200 }, () =>
          local.call("POST", "/auth/register", { json: registration(newEmail("many")) }),
        ),
      );
      expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
      const { rows } = await local.db.pool.query(
        "SELECT key FROM rate_limits WHERE key LIKE '%@%' OR key LIKE '%127.0%'",
      );
      expect(rows).toEqual([]);
    } finally {
      await local.close();
    }
  });

  test("one user's requests are limited, another's go on", async () => {
    const strict = await openTestApp({}, { ...LIMITS, requests: { points: 4, windowS: 60 } });
    try {
      const [alice, bob] = [await join(strict, "alice"), await join(strict, "bob")];
      expect(await repeat(6, () => strict.call("GET", "/users/me", { token: alice.token }))).toEqual([
        200, 200, 200, 200, 429, 429,
      ]);
      expect((await strict.call("GET", "/users/me", { token: bob.token })).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  test("count on in memory while the table cannot be reached", async () => {
    const lame = await openTestApp({}, limits);
    try {
      const { email } = await join(lame, "alice", HOME);
      await lame.db.pool.query("ALTER TABLE rate_limits RENAME TO gone");
      const guess = () =>
        lame.call("POST", "/auth/login", {
          json: { username: email, password: "wrong password" },
          from: "203.0.113.201",
        });
      expect(await repeat(4, guess)).toEqual([401, 401, 401, 429]);
    } finally {
      await lame.close();
    }
  });
});
