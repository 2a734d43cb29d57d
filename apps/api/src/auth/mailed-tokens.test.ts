import { readMailedToken, writeMailedToken } from "@pulsecheck/db/mailed-token";
import type { TokenKind } from "@pulsecheck/db/user-tokens";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";
import { join, logIn, newEmail, PASSWORD } from "./test-people.ts";

let app: TestApp;
beforeAll(async () => void (app = await openTestApp()));
afterAll(() => app.close());

const NEW = "a brand new password";

/** What the mails of this kind to this address carry, oldest first. */
async function mailed(email: string, kind: TokenKind): Promise<string[]> {
  const rows = await app.db.prisma.delivery.findMany({
    where: { recipient: email, kind },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(({ tokenId }) => writeMailedToken(app.deps.config.secretKey, kind, tokenId ?? ""));
}

async function askForReset(email: string): Promise<string> {
  expect((await app.call("POST", "/auth/forgot-password", { json: { email } })).status).toBe(202);
  return (await mailed(email, "RESET_PASSWORD")).at(-1) ?? "";
}

const reset = (token: string, password = NEW) =>
  app.call("POST", "/auth/reset-password", { json: { token, password } });
const verify = (token: string) => app.call("POST", "/auth/verify", { json: { token } });
const expire = (email: string) =>
  app.db.prisma.userToken.updateMany({ where: { user: { email } }, data: { expiresAt: new Date(Date.now() - 1) } });

describe("a mailed token", () => {
  test("is read back only as what it was written for, and only under its own secret", () => {
    const id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    const token = writeMailedToken("secret one", "RESET_PASSWORD", id);
    expect(readMailedToken("secret one", "RESET_PASSWORD", token)).toBe(id);
    expect(readMailedToken("secret one", "VERIFY_EMAIL", token)).toBeNull();
    expect(readMailedToken("secret two", "RESET_PASSWORD", token)).toBeNull();
    for (const other of ["", id, `${id}.`, `x${token}`, token.slice(0, -1)])
      expect(readMailedToken("secret one", "RESET_PASSWORD", other)).toBeNull();
  });
});

describe("POST /auth/forgot-password", () => {
  test("answers known and unknown alike, in words and in time, and mails only the known", async () => {
    const { email } = await join(app, "alice");
    const unknown = newEmail("nobody");
    const ask = async (address: string) => {
      const startedAt = performance.now();
      const { status, body } = await app.call("POST", "/auth/forgot-password", { json: { email: address } });
      return { answer: { status, body }, tookMs: performance.now() - startedAt };
    };
    const [known, nobody] = [await ask(email), await ask(unknown)];
    expect(known.answer).toEqual({ status: 202, body: {} });
    expect(nobody.answer).toEqual(known.answer);
    // Both wait for the same clock, which is slower than the work behind them.
    for (const { tookMs } of [known, nobody]) expect(tookMs).toBeGreaterThan(148);
    expect(Math.abs(known.tookMs - nobody.tookMs)).toBeLessThan(50);
    expect(await mailed(email, "RESET_PASSWORD")).toHaveLength(1);
    expect(await mailed(unknown, "RESET_PASSWORD")).toHaveLength(0);
  });

  test("400 for what is no address", async () => {
    const { status, body } = await app.call("POST", "/auth/forgot-password", { json: { email: "nobody" } });
    expect([status, body.errors]).toMatchObject([400, [{ field: "email" }]]);
  });
});

describe("POST /auth/reset-password", () => {
  test("works once: the password is new, every session has ended, the sockets are told", async () => {
    const { id, email, token } = await join(app, "alice");
    const mail = await askForReset(email);
    expect((await reset(mail)).status).toBe(204);
    expect((await app.call("GET", "/users/me", { token })).status).toBe(401);
    await vi.waitFor(() =>
      expect(app.events).toContainEqual(expect.objectContaining({ type: "revoked.user", data: { user_id: id } })),
    );
    expect((await reset(mail, "yet another one")).body.errors).toMatchObject([{ field: "token" }]);
    await logIn(app, email, NEW);
  });

  test("of two uses at the same time one works", async () => {
    const { email } = await join(app, "alice");
    const mail = await askForReset(email);
    const answers = await Promise.all([reset(mail), reset(mail, "the other one!")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
  });

  test("a new request voids the earlier ones", async () => {
    const { email } = await join(app, "alice");
    const first = await askForReset(email);
    const second = await askForReset(email);
    expect((await reset(first)).status).toBe(400);
    expect((await reset(second)).status).toBe(204);
  });

  test("a change of the password voids the link", async () => {
    const { email, token } = await join(app, "alice");
    const mail = await askForReset(email);
    await app.call("PATCH", "/users/me", { token, json: { password: NEW, current_password: PASSWORD } });
    expect((await reset(mail)).status).toBe(400);
  });

  test("400 after its hour, for a forged one, for a verification token, for a weak password", async () => {
    const { email } = await join(app, "alice");
    const mail = await askForReset(email);
    expect((await reset(mail, "short")).body.errors).toMatchObject([{ field: "password" }]);
    expect((await reset((await mailed(email, "VERIFY_EMAIL"))[0] ?? "")).status).toBe(400);
    expect((await reset(`${mail.slice(0, -2)}xx`)).status).toBe(400);
    await expire(email);
    expect((await reset(mail)).status).toBe(400);
    await logIn(app, email);
  });

  test("whoever registered with somebody else's address loses all when the owner resets", async () => {
    const squatter = await join(app, "owner");
    const { body } = await app.call("POST", "/api/v1/api-keys", {
      token: squatter.token,
      json: { name: "back door", role: "ADMIN" },
    });
    expect((await reset(await askForReset(squatter.email))).status).toBe(204);
    expect((await app.call("GET", "/api/v1/whoami", { token: String(body.key) })).status).toBe(401);
    const token = await logIn(app, squatter.email, NEW);
    expect((await app.call("GET", "/users/me", { token })).body.is_verified).toBe(true);
  });
});

describe("POST /auth/verify", () => {
  test("works once, for a day", async () => {
    const { id, email } = await join(app, "alice");
    const [mail = ""] = await mailed(email, "VERIFY_EMAIL");
    const { status, body } = await verify(mail);
    expect([status, body]).toMatchObject([200, { id, is_verified: true }]);
    expect((await verify(mail)).status).toBe(400);
  });

  test("400 when it is too old or not ours; a new one can be asked for, until verified", async () => {
    const { email } = await join(app, "alice");
    await expire(email);
    expect((await verify((await mailed(email, "VERIFY_EMAIL"))[0] ?? "")).status).toBe(400);
    expect((await verify("nonsense")).status).toBe(400);
    const ask = () => app.call("POST", "/auth/request-verify-token", { json: { email } });
    expect((await ask()).status).toBe(202);
    expect((await verify((await mailed(email, "VERIFY_EMAIL")).at(-1) ?? "")).status).toBe(200);
    expect((await ask()).status).toBe(202);
    expect(await mailed(email, "VERIFY_EMAIL")).toHaveLength(2);
    expect((await app.call("POST", "/auth/request-verify-token", { json: { email: newEmail("nobody") } })).status).toBe(
      202,
    );
  });
});
