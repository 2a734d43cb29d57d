import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openTarget, type Target } from "../../../../tests/harness/target.ts";

let house: House;
let target: Target;
let alice: Person;
beforeAll(async () => {
  [house, target] = await Promise.all([openHouse(), openTarget()]);
  alice = await house.register("alice");
});
afterAll(async () => {
  await house.stop();
  await target.stop();
});

const SECRETS = {
  method: "POST",
  headers: { "X-Api-Key": "header-secret" },
  body: "body-secret",
  auth: { type: "basic", username: "robot", password: "password-secret" },
};
const add = (fields: Record<string, unknown> = {}) =>
  house.addMonitor(alice, { url: target.url, is_active: false, ...SECRETS, ...fields });
const patch = (id: string, json: unknown) =>
  house.call("PATCH", `/api/v1/monitors/${id}`, { token: alice.token, json });

/** What the target is really sent by a check of this monitor. */
async function sentFor(id: string) {
  target.journal.length = 0;
  expect(await house.checkNow(alice, id)).toMatchObject({ ok: true });
  const [asked] = target.journal;
  return { key: asked?.headers["x-api-key"], login: asked?.headers.authorization, body: asked?.body };
}
const BASIC = `Basic ${btoa("robot:password-secret")}`;

describe("works", () => {
  test("secrets reach the target, and come out masked wherever a monitor is shown", async () => {
    const made = await add();
    const shown = {
      headers: { "X-Api-Key": "********" },
      body: "********",
      auth: { type: "basic", username: "robot" },
    };
    expect(made).toMatchObject(shown);
    const one = await house.call("GET", `/api/v1/monitors/${made.id}`, { token: alice.token });
    const list = await house.call("GET", "/api/v1/monitors", { token: alice.token });
    const changed = await patch(made.id, { name: "renamed" });
    expect(changed.body).toMatchObject(shown);
    expect(JSON.stringify([made, one, list, changed])).not.toMatch(/header-secret|body-secret|password-secret/);
    expect(await sentFor(made.id)).toEqual({ key: "header-secret", login: BASIC, body: "body-secret" });
  });

  test("nothing in the whole database holds a secret in clear text", async () => {
    const { id } = await add({ auth: { type: "bearer", token: "token-secret" } });
    await house.checkNow(alice, id);
    const { rows } = await house.db.pool.query<{ name: string }>(
      "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(rows.length).toBeGreaterThan(15);
    for (const { name } of rows) {
      const found = await house.db.pool
        .query(`SELECT count(*)::int AS n FROM ${name} t WHERE t::text ~ 'header-secret|body-secret|password-secret|token-secret'
        OR t::text LIKE '%' || encode('header-secret'::bytea, 'hex') || '%'`);
      expect([name, found.rows[0]]).toEqual([name, { n: 0 }]);
    }
  });

  test("a change of other fields, and of one secret, keeps the other secrets", async () => {
    const { id } = await add();
    expect((await patch(id, { name: "other", interval: 77, notes: "n" })).status).toBe(200);
    expect(await sentFor(id)).toEqual({ key: "header-secret", login: BASIC, body: "body-secret" });
    const { body } = await patch(id, { auth: { type: "bearer", token: "fresh" } });
    expect(body.auth).toEqual({ type: "bearer" });
    expect(await sentFor(id)).toEqual({ key: "header-secret", login: "Bearer fresh", body: "body-secret" });
  });

  test("two changes of different secrets at the same time both hold", async () => {
    const { id } = await add();
    for (let round = 1; round <= 5; round += 1) {
      const token = `token-${round}`;
      const answers = await Promise.all([
        patch(id, { headers: { "X-Api-Key": `key-${round}` } }),
        patch(id, { auth: { type: "bearer", token } }),
        patch(id, { body: `body-${round}` }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await sentFor(id)).toEqual({ key: `key-${round}`, login: `Bearer ${token}`, body: `body-${round}` });
    }
  });

  test("null clears a secret, and only that one", async () => {
    const { id } = await add();
    expect((await patch(id, { headers: null })).body).toMatchObject({ headers: null, body: "********" });
    expect(await sentFor(id)).toEqual({ key: undefined, login: BASIC, body: "body-secret" });
    await patch(id, { body: null, auth: null });
    expect(await sentFor(id)).toEqual({ key: undefined, login: undefined, body: "" });
    const row = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: id } });
    expect([row.secrets, row.secretOutline]).toEqual([null, null]);
  });
});

describe("400", () => {
  const MASK = "********";
  test.each([
    ["headers.X-Api-Key", { headers: { "X-Api-Key": MASK } }],
    ["body", { body: MASK }],
    ["auth.password", { auth: { type: "basic", username: "robot", password: MASK } }],
    ["auth.token", { auth: { type: "bearer", token: MASK } }],
  ])("the mask is no value of %s: what was read cannot overwrite the secret", async (field, change) => {
    const { id } = await add();
    const { status, body } = await patch(id, change);
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
    const created = await house.call("POST", "/api/v1/monitors", {
      token: alice.token,
      json: { url: target.url, name: "m", method: "POST", ...change },
    });
    expect([created.status, created.body.errors?.[0]?.field]).toEqual([400, field]);
    expect(await sentFor(id)).toEqual({ key: "header-secret", login: BASIC, body: "body-secret" });
  });

  test.each(["GET", "HEAD"])("%s sends no body: it must be cleared with the change of the method", async (method) => {
    const { id } = await add();
    const { status, body } = await patch(id, { method });
    expect([status, body.errors?.[0]?.field]).toEqual([400, "body"]);
    expect((await patch(id, { method, body: null })).status).toBe(200);
    expect((await patch(id, { body: "" })).status).toBe(400);
    const created = await house.call("POST", "/api/v1/monitors", {
      token: alice.token,
      json: { url: target.url, name: "m", method, body: "b" },
    });
    expect([created.status, created.body.errors?.[0]?.field]).toEqual([400, "body"]);
  });

  test("a header that PulseCheck sets itself, a broken name and a line break in a value", async () => {
    for (const headers of [
      { "Transfer-Encoding": "chunked" },
      { "content-length": "5" },
      { "a b": "c" },
      { "X-A": "a\r\nX-B: b" },
    ]) {
      const { status, body } = await patch((await add()).id, { headers });
      expect([status, body.errors?.[0]?.field]).toEqual([400, `headers.${Object.keys(headers)[0]}`]);
    }
  });
});
