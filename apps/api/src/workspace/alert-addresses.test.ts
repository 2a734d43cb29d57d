import { writeMailedToken, type MailedTokenKind } from "@pulsecheck/db/mailed-token";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { invite } from "./test-workspace.ts";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
let inAlices: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  inAlices = await invite(house, alice, bob, "USER");
});
afterAll(() => house.stop());

const path = "/api/v1/alert-addresses";
const NOBODYS = "8d3941aa-17cd-44cf-baba-c78a0c574815";
let count = 0;
const newEmail = () => `ops${(count += 1)}@example.com`;

const add = (email: string, { token } = alice, headers = {}) =>
  house.call("POST", path, { token, json: { email }, headers });
const resend = (id: string, { token } = alice, headers = {}) =>
  house.call("POST", `${path}/${id}/resend`, { token, headers });
const remove = (id: string, { token } = alice, headers = {}) =>
  house.call("DELETE", `${path}/${id}`, { token, headers });
const list = async ({ token } = alice) => (await house.call("GET", path, { token })).body.items;
const verify = (token: string) => house.call("POST", "/auth/verify-alert-address", { json: { token } });
const stop = (token: string) => house.call("POST", "/auth/stop-alerts", { json: { token } });
const write = (kind: MailedTokenKind, id: string) => writeMailedToken(house.config.secretKey, kind, id);

/** The tokens that were mailed to this address, the oldest first. */
async function mailed(recipient: string): Promise<string[]> {
  const where = { recipient, kind: "VERIFY_ALERT_ADDRESS" as const };
  const rows = await house.db.prisma.delivery.findMany({ where, orderBy: { createdAt: "asc" } });
  return rows.map(({ tokenId }) => write("VERIFY_ALERT_ADDRESS", tokenId ?? ""));
}

/** An address of alice's; `token` confirms it. */
async function added() {
  const email = newEmail();
  const { status, body } = await add(email);
  expect(status).toBe(201);
  return { id: String(body.id), email, token: (await mailed(email)).at(-1) ?? "" };
}
const find = async (id: string) => (await list()).find((one: { id: string }) => one.id === id);

describe("POST /api/v1/alert-addresses", () => {
  test("works: it is there, not confirmed, and a mail asks it; by a key as well", async () => {
    const email = newEmail();
    const { status, body } = await add(` ${email.toUpperCase()} `);
    const view = { id: expect.any(String), email, is_verified: false, created_at: expect.any(String) };
    expect([status, body]).toEqual([201, view]);
    expect((await list())[0]).toEqual(body);
    expect(await mailed(email)).toHaveLength(1);
    const key = await house.createKey(alice, "ADMIN");
    expect((await add(newEmail(), { ...alice, token: key })).status).toBe(201);
  });

  test.each([{}, { email: "ops" }, { email: null }, { email: "a@example.com\nBcc: b@example.com" }])(
    "400 names the address in %j",
    async (json) => {
      const { status, body } = await house.call("POST", path, { token: alice.token, json });
      expect([status, body.errors[0].field]).toEqual([400, "email"]);
    },
  );

  test("400 for what only its owner may say", async () => {
    const json = { email: newEmail(), is_verified: true };
    const { status, body } = await house.call("POST", path, { token: alice.token, json });
    expect([status, body.errors[0].field]).toEqual([400, "is_verified"]);
  });

  test("401 without a session", async () => {
    expect((await house.call("POST", path, { json: { email: newEmail() } })).status).toBe(401);
  });

  test("403 for a member who is no admin, 404 for a stranger: nobody is mailed", async () => {
    const email = newEmail();
    expect((await add(email, bob, inAlices)).status).toBe(403);
    expect((await add(email, charlie, inAlices)).status).toBe(404);
    expect(await mailed(email)).toEqual([]);
  });

  test("409 for a double, also of two at once; another workspace may have it too", async () => {
    const { email } = await added();
    const { status, body } = await add(email);
    expect([status, body.errors[0].field]).toEqual([409, "email"]);
    expect((await add(email, charlie)).status).toBe(201);
    const other = newEmail();
    const answers = await Promise.all([add(other), add(other), add(other)]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409]);
    expect(await mailed(other)).toHaveLength(1);
  });

  test("409 for one more than 20, also of many at once", async () => {
    const dora = await house.register("dora");
    const answers = await Promise.all(Array.from({ length: 24 }, () => add(newEmail(), dora)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
    expect(await list(dora)).toHaveLength(20);
  });
});

describe("what is mailed to strangers is limited", () => {
  const repeat = async (times: number, work: () => Promise<Answer>) => {
    const statuses: number[] = [];
    for (let i = 0; i < times; i += 1) statuses.push((await work()).status);
    return statuses;
  };

  test("429 for one recipient, whoever asks, and whether by adding or by resending", async () => {
    const { id, email } = await added();
    expect(await repeat(2, () => resend(id))).toEqual([202, 202]);
    const [erin, frank] = [await house.register("erin"), await house.register("frank")];
    const again = async (person: Person) => {
      const answer = await add(email, person);
      if (answer.status === 201) await remove(answer.body.id, person);
      return answer;
    };
    expect([...(await repeat(2, () => again(erin))), ...(await repeat(2, () => again(frank)))]).toEqual([
      201, 201, 201, 429,
    ]);
    const { status, headers } = await resend(id);
    expect([status, Number(headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(await mailed(email)).toHaveLength(6);
    expect((await add(newEmail(), frank)).status).toBe(201);
  });

  test("429 for one workspace, whoever it writes to", async () => {
    const grace = await house.register("grace");
    const again = async () => {
      const answer = await add(newEmail(), grace);
      if (answer.status === 201) await remove(answer.body.id, grace);
      return answer;
    };
    expect((await repeat(41, again)).filter((status) => status === 429)).toHaveLength(1);
    expect((await add(newEmail(), charlie)).status).toBe(201);
  });
});

describe("GET /api/v1/alert-addresses", () => {
  test("works: the workspace's own, page by page, the newest first; a viewer may look", async () => {
    const heidi = await house.register("heidi");
    const emails = [newEmail(), newEmail(), newEmail()];
    for (const email of emails) expect((await add(email, heidi)).status).toBe(201);
    const token = await house.createKey(heidi, "VIEWER");
    const first = (await house.call("GET", `${path}?limit=2`, { token })).body;
    const second = (await house.call("GET", `${path}?limit=2&cursor=${first.next_cursor}`, { token })).body;
    const shown = [...first.items, ...second.items].map(({ email }) => email);
    expect([shown, second.next_cursor]).toEqual([emails.toReversed(), null]);
  });
});

describe("POST /api/v1/alert-addresses/{id}/resend", () => {
  test("works: a new mail, whose link is the only one that counts", async () => {
    const { id, email, token } = await added();
    expect((await resend(id)).status).toBe(202);
    const [, newer = ""] = await mailed(email);
    expect((await verify(token)).status).toBe(400);
    expect((await verify(newer)).status).toBe(200);
    const { items } = (await house.call("GET", `/api/v1/audit?subject_id=${id}`, { token: alice.token })).body;
    expect(items).toMatchObject([
      { action: "alert_address.confirmed", user: null, before: { is_verified: false }, after: { is_verified: true } },
      { action: "alert_address.resent", user: { email: alice.email }, after: { expires_at: expect.any(String) } },
      { action: "alert_address.created" },
    ]);
  });

  test("400 for no id", async () => expect((await resend("1")).status).toBe(400));

  test("401, 403 and 404: nobody is mailed", async () => {
    const { id, email } = await added();
    expect((await house.call("POST", `${path}/${id}/resend`)).status).toBe(401);
    expect((await resend(id, bob, inAlices)).status).toBe(403);
    expect((await resend(id, charlie)).status).toBe(404);
    expect((await resend(NOBODYS)).status).toBe(404);
    expect(await mailed(email)).toHaveLength(1);
  });

  test("409 where it is confirmed", async () => {
    const { id, token } = await added();
    await verify(token);
    expect((await resend(id)).status).toBe(409);
  });
});

describe("DELETE /api/v1/alert-addresses/{id}", () => {
  test("works: it is gone, its link is worthless, and it may be added anew, unconfirmed", async () => {
    const { id, email, token } = await added();
    expect((await remove(id)).status).toBe(204);
    expect(await find(id)).toBeUndefined();
    expect((await verify(token)).status).toBe(400);
    expect((await add(email)).body).toMatchObject({ email, is_verified: false });
  });

  test("400, 401, 403 and 404: it is still there", async () => {
    const { id } = await added();
    expect((await remove("1")).status).toBe(400);
    expect((await house.call("DELETE", `${path}/${id}`)).status).toBe(401);
    expect((await remove(id, bob, inAlices)).status).toBe(403);
    expect((await remove(id, charlie)).status).toBe(404);
    expect((await remove(NOBODYS)).status).toBe(404);
    expect(await find(id)).toBeDefined();
  });
});

describe("POST /auth/verify-alert-address", () => {
  test("works: once, and says what was confirmed; only a POST does anything", async () => {
    const { id, email, token } = await added();
    for (const method of ["GET", "HEAD"]) {
      await house.call(method, `/verify-alert-address?token=${token}`);
      await house.call(method, `/auth/verify-alert-address?token=${token}`);
    }
    expect(await find(id)).toMatchObject({ is_verified: false });
    const answers = await Promise.all([verify(token), verify(token)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    const { body } = answers.find(({ status }) => status === 200) ?? {};
    expect(body).toEqual({ email, workspace_name: "alice's workspace" });
    expect(await find(id)).toMatchObject({ is_verified: true });
  });

  test("400 for a forged token, one for something else, and one that is too old", async () => {
    const { id, email, token } = await added();
    const tokenId = token.split(".")[0] ?? "";
    const worthless = [
      "",
      "forged",
      `${tokenId}.AAAA`,
      write("STOP_ALERTS", id),
      write("VERIFY_EMAIL", tokenId),
      write("VERIFY_ALERT_ADDRESS", id),
    ];
    for (const bad of worthless) expect([bad, (await verify(bad)).status]).toEqual([bad, 400]);
    await house.db.prisma.alertAddress.updateMany({ where: { email }, data: { tokenExpiresAt: new Date() } });
    expect((await verify(token)).body.errors[0].field).toBe("token");
    expect(await find(id)).toMatchObject({ is_verified: false });
  });
});

describe("POST /auth/stop-alerts", () => {
  test("works: it is gone, of this workspace alone, however often it is asked; only a POST does anything", async () => {
    const { id, email, token } = await added();
    await verify(token);
    const { body: other } = await add(email, charlie);
    const link = write("STOP_ALERTS", id);
    for (const method of ["GET", "HEAD"]) {
      await house.call(method, `/stop-alerts?token=${link}`);
      await house.call(method, `/auth/stop-alerts?token=${link}`);
    }
    expect(await find(id)).toBeDefined();
    for (let i = 0; i < 2; i += 1) expect((await stop(link)).status).toBe(204);
    expect(await find(id)).toBeUndefined();
    expect(await list(charlie)).toContainEqual(other);
  });

  test("400 for a forged token, and one for something else", async () => {
    const { id, token } = await added();
    for (const bad of ["", "forged", `${id}.AAAA`, token, write("VERIFY_ALERT_ADDRESS", id)])
      expect([bad, (await stop(bad)).status]).toEqual([bad, 400]);
    expect(await find(id)).toBeDefined();
  });
});

test("the table of limits shows no addresses", async () => {
  const { rows } = await house.db.pool.query("SELECT key FROM rate_limits WHERE key LIKE '%@%'");
  expect(rows).toEqual([]);
});
