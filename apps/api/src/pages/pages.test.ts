import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { openMailService, type MailService } from "../../../../tests/harness/mail-service.ts";

let mails: MailService;
let house: House;
beforeAll(async () => {
  mails = await openMailService();
  house = await openHouse({ env: { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url } });
});
afterAll(async () => {
  await house.stop();
  await mails.stop();
});

const NEW_PASSWORD = "a brand new password";
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

const get = (path: string) => house.call("GET", path);
const submit = (path: string, fields: Record<string, string>) =>
  house.call("POST", path, { raw: new URLSearchParams(fields).toString(), headers: FORM });
const logIn = async (username: string, password: string) =>
  (await house.call("POST", "/auth/login", { json: { username, password } })).status;

/** The path that the link of a mail leads to. */
async function linkTo(email: string, subject: string): Promise<string> {
  const { text } = await mails.mail((mail) => mail.to === email && mail.subject === subject);
  const link = new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? "");
  return link.pathname + link.search;
}

/** The fields of the page's form, as a browser would send them. */
function fieldsOf(page: string): Record<string, string> {
  const hidden = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...hidden].map(([, name = "", value = ""]) => [name, value]));
}

const isVerified = async (token: string) => (await house.call("GET", "/users/me", { token })).body.is_verified;

describe("the link of the verification mail", () => {
  test("works: looking changes nothing, the form verifies, once", async () => {
    const { email, token } = await house.register("alice");
    const link = await linkTo(email, "Verify your e-mail address");
    await house.call("HEAD", link);
    await get(link);
    const page = await get(link);
    expect(page.status).toBe(200);
    expect(await isVerified(token)).toBe(false);

    const done = await submit("/verify", fieldsOf(page.body));
    expect([done.status, done.body]).toEqual([200, expect.stringContaining("Your address is verified")]);
    expect(await isVerified(token)).toBe(true);
    const again = await submit("/verify", fieldsOf(page.body));
    expect([again.status, again.body]).toEqual([400, expect.stringContaining("was used already")]);
  });

  test("400 for a link cut short, a forged token and no form at all", async () => {
    expect((await get("/verify")).status).toBe(400);
    expect((await get(`/verify?token=${"x".repeat(201)}`)).status).toBe(400);
    expect((await submit("/verify", { token: "forged" })).status).toBe(400);
    expect((await submit("/verify", {})).status).toBe(400);
    expect((await house.call("POST", "/verify")).status).toBe(400);
  });
});

describe("the link of the reset mail", () => {
  test("works: looking changes nothing, a weak password is asked for again, the form changes it, once", async () => {
    const { email, token } = await house.register("bob");
    await house.call("POST", "/auth/forgot-password", { json: { email } });
    const link = await linkTo(email, "Reset your password");
    const page = await get(link);
    expect(page.status).toBe(200);
    expect(await logIn(email, PASSWORD)).toBe(200);

    const weak = await submit("/reset-password", { ...fieldsOf(page.body), password: "12345678" });
    expect([weak.status, weak.body]).toEqual([400, expect.stringContaining("too easy to guess")]);
    expect(await logIn(email, PASSWORD)).toBe(200);

    const done = await submit("/reset-password", { ...fieldsOf(weak.body), password: NEW_PASSWORD });
    expect([done.status, done.body]).toEqual([200, expect.stringContaining("Your password is changed")]);
    expect((await house.call("GET", "/users/me", { token })).status).toBe(401);
    expect(await logIn(email, PASSWORD)).toBe(401);
    expect(await logIn(email, NEW_PASSWORD)).toBe(200);

    const again = await submit("/reset-password", { ...fieldsOf(page.body), password: "yet another one" });
    expect(again.status).toBe(400);
    expect(await logIn(email, NEW_PASSWORD)).toBe(200);
  });

  test("400 for a link cut short, a forged token, and a password that no text column could hold", async () => {
    expect((await get("/reset-password")).status).toBe(400);
    expect((await submit("/reset-password", { token: "forged", password: NEW_PASSWORD })).status).toBe(400);
    expect((await submit("/reset-password", { token: "forged", password: "with a \0 in it" })).status).toBe(400);
  });
});

describe("every page", () => {
  const pages = ["/", "/verify?token=x", "/reset-password?token=x", "/verify"];

  test.each(pages)("%s runs no script, is not kept, and tells no other site of itself", async (path) => {
    const { headers, body } = await get(path);
    const style = /<style>([^]*)<\/style>/.exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers.get("Content-Security-Policy")).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
    expect(headers.get("Content-Security-Policy")).not.toContain("script-src");
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(body).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(body).not.toContain("<script");
  });

  test.each(["/verify", "/reset-password"])("%s shows what stands in its address as text", async (path) => {
    const { body } = await get(`${path}?token=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;');
    expect(body).not.toContain("<script");
  });

  test("the start leads only to what is there", async () => {
    const { status, body } = await get("/");
    expect(status).toBe(200);
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, path]) => `/${path}`);
    expect(links).toContain("/docs");
    for (const link of links) expect([200, 503]).toContain((await get(link)).status);
  });
});
