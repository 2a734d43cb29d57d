import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { change, publish, type TestPage } from "./test-pages.ts";

const PASSWORD = "open sesame";

let house: House;
let alice: Person;
let shop: MonitorView;
beforeAll(async () => {
  house = await openHouse({
    worker: false,
    env: {
      TRUST_PROXY: "true",
      PULSECHECK_EMBEDDED: "false",
      EMAIL_DEV_MODE: "true",
      PUBLIC_URL: "https://example.com/watch",
    },
  });
  alice = await house.register("alice");
  shop = await house.addMonitor(alice, { url: "https://example.com/", name: "Secret shop" });
});
afterAll(() => house.stop());

let networks = 0;
const newNetwork = () => `203.0.113.${(networks += 1)}`;
const get = (path: string, headers: Record<string, string> = {}, from = newNetwork()) =>
  house.call("GET", path, { headers: { "X-Forwarded-For": from, ...headers } });
const unlock = ({ path }: TestPage, password: string, from = newNetwork()) =>
  house.call("POST", `${path}/unlock`, {
    raw: new URLSearchParams({ password }).toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": from },
  });
const cookieOf = (answer: { headers: Headers }) => answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
const basic = (password: string) => ({
  Authorization: `Basic ${Buffer.from(`anyone:${password}`).toString("base64")}`,
});
const lock = (more: object = {}) =>
  publish(house, alice, [shop], { title: "Secret title", password: PASSWORD, ...more });

describe("a page with a password", () => {
  test("shows a form that names nothing of it, and opens with the password", async () => {
    const page = await lock();
    const form = await get(page.path);
    expect(form.status).toBe(200);
    expect(form.body).not.toContain("Secret");
    expect(form.body).toContain(`action="${page.slug}/unlock"`);
    expect(form.headers.get("cache-control")).toBe("private, no-store");
    expect(form.headers.get("vary")).toContain("Cookie");

    const opened = await unlock(page, PASSWORD);
    expect([opened.status, opened.headers.get("location")]).toEqual([303, `../${page.slug}`]);
    const [cookie = ""] = opened.headers.getSetCookie();
    expect(cookie).toContain(`Path=/watch/status/${page.slug};`);
    for (const attribute of ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=604800"])
      expect(cookie).toContain(attribute);
    const shown = await get(page.path, { Cookie: cookieOf(opened) });
    expect(shown.body).toContain("Secret shop");
    expect(shown.headers.get("cache-control")).toBe("private, no-store");
    expect(shown.headers.get("vary")).toContain("Cookie");
  });

  test("403 for a wrong one, with the form again", async () => {
    const page = await lock();
    const { status, body, headers } = await unlock(page, "open barley");
    expect([status, headers.getSetCookie()]).toEqual([403, []]);
    expect(body).toContain("That is not the password.");
    expect(body).toContain('action="unlock"');
    expect(body).toMatch(/href="\.\.\/_assets\//);
    expect((await unlock(page, "x".repeat(5_000))).status).toBe(403);
    expect((await house.call("POST", `${page.path}/unlock`)).status).toBe(403);
  });

  test("a cookie is void once the password changes, for other pages, and when it is forged or old", async () => {
    const [page, other] = [await lock(), await lock()];
    const cookie = cookieOf(await unlock(page, PASSWORD));
    const isShown = async (one: TestPage, value: string) =>
      (await get(one.path, { Cookie: value })).body.includes("Secret shop");
    expect(await isShown(page, cookie)).toBe(true);
    expect(await isShown(other, cookie)).toBe(false);
    const [name, value = ""] = cookie.split("=");
    const [expires = "", signature] = value.split(".");
    for (const forged of [
      `${Number(expires) + 1}.${signature}`,
      `${expires}.`,
      `${expires}.x`,
      "1",
      `1.${signature}`,
      `Infinity.${signature}`,
    ])
      expect(await isShown(page, `${name}=${forged}`)).toBe(false);
    await change(house, alice, page, { password: PASSWORD });
    expect(await isShown(page, cookie)).toBe(false);
    const fresh = cookieOf(await unlock(page, PASSWORD));
    await change(house, alice, page, { title: "Secret still" });
    expect(await isShown(page, fresh)).toBe(true);
    await change(house, alice, page, { password: null });
    expect((await get(page.path)).body).toContain("Secret shop");
  });

  test("its feed, badges and stream want the cookie or the password by HTTP Basic", async () => {
    const page = await lock();
    const cookie = cookieOf(await unlock(page, PASSWORD));
    const badge = `badges/${page.componentIds[0]}/status.svg`;
    for (const rest of ["feed.atom", "badges/status.svg", badge]) {
      const path = `${page.path}/${rest}`;
      const refused = await get(path);
      expect([rest, refused.status, refused.headers.get("www-authenticate")]).toEqual([
        rest,
        401,
        'Basic realm="status page", charset="UTF-8"',
      ]);
      expect(JSON.stringify(refused.body)).not.toContain("Secret");
      expect((await get(path, basic("open barley"))).status).toBe(401);
      for (const headers of [basic(PASSWORD), { Cookie: cookie }]) {
        const answer = await get(path, headers);
        expect([rest, answer.status, answer.headers.get("cache-control")]).toEqual([rest, 200, "private, no-store"]);
      }
    }
    expect((await get(`${page.path}/live`)).status).toBe(403);
    // Alice's own session opens her pages to nobody: she has the password too.
    expect((await house.call("GET", `${page.path}/feed.atom`, { token: alice.token })).status).toBe(401);
  });

  test("a README full of badges proves its password once", async () => {
    const page = await lock();
    const from = newNetwork();
    await get(`${page.path}/badges/status.svg`, basic(PASSWORD), from);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => get(`${page.path}/badges/status.svg`, basic(PASSWORD), from)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

test("429 for guessing, by form and by Basic together, then even for the right one; other networks get in", async () => {
  const page = await lock();
  const from = newNetwork();
  const statuses: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    statuses.push((await unlock(page, `guess ${i}`, from)).status);
    statuses.push((await get(`${page.path}/feed.atom`, basic(`guess ${i}`), from)).status);
  }
  expect(statuses).toEqual([403, 401, 403, 401, 403, 401, 403, 401, 403, 401, 429, 429]);
  const locked = await unlock(page, PASSWORD, from);
  expect([locked.status, locked.headers.get("content-type")]).toEqual([429, "text/html; charset=utf-8"]);
  expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await unlock(page, PASSWORD)).status).toBe(303);
});
