import type { MonitorView } from "@pulsecheck/shared/monitor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { change, newSlug, pretend, pretendDay, publish } from "./test-pages.ts";

let house: House;
let alice: Person;
let shop: MonitorView;
let blog: MonitorView;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  shop = await house.addMonitor(alice, { url: "https://example.com/shop", name: "Shop" });
  blog = await house.addMonitor(alice, { url: "https://example.com/blog", name: "Blog" });
  await pretend(house, shop.id, { status: "UP", outage: { fromMin: 3_000, toMin: 2_875 } });
  await pretend(house, blog.id, { status: "DOWN", outage: { fromMin: 65 } });
  await pretendDay(house, shop.id, 1, { checks: 1_000, failures: 1 });
  await pretendDay(house, shop.id, 40, { checks: 1_000, failures: 999 });
});
afterAll(() => house.stop());

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  house.call(method, path, { headers });
/** The text of a page without its tags, one space between words. */
const textOf = (html: string) =>
  html
    .replace(/<(title|style|script)[^>]*>[^]*?<\/\1>/g, " ")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll(" ,", ",");

describe("a published page", () => {
  test("shows its title, overall state, components by group, uptime and incidents", async () => {
    const groups = [
      { name: "Customers", components: [{ monitor_id: shop.id, name: "The shop" }] },
      { name: "", components: [{ monitor_id: blog.id }] },
    ];
    const page = await publish(house, alice, [], { groups, title: "Acme status", description: "All we run" });
    const { status, body, headers } = await get(page.path);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const text = textOf(body);
    expect(text).toContain("Acme status All we run 1 of 2 is down Open incidents Blog did not answer in time Since");
    expect(text).toContain(", for 1 h 5 min Customers The shop Up 90 days ago 30 days ago 50.00 % in 90 days Today");
    expect(text).toContain("Components Blog Down");
    expect(text).toContain("No data yet");
    expect(text).toMatch(/Incidents of the last 30 days The shop did not answer in time .* UTC to .* UTC, 2 h 5 min/);
    expect(text).toMatch(/As of \d+ \w+ \d{4}, \d\d:\d\d UTC/);
    expect(body).toMatch(/<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\dZ">/);
    expect(body.match(/<rect /g)).toHaveLength(180);
    expect(body).toMatch(/<rect class="fair"[^>]*>\s*<title>[^<]*: 99\.90 %<\/title>/);
    expect(body).toMatch(/<rect class="bad"[^>]*>\s*<title>[^<]*: 0\.10 %<\/title>/);
    expect(body.match(/<h1/g)).toHaveLength(1);
    expect(body).toMatch(/^<!doctype html>\s*<html lang="en">/);
  });

  test("needs no script, and allows nothing inline", async () => {
    const { path, slug } = await publish(house, alice, [shop]);
    const { body, headers } = await get(path);
    const csp = headers.get("content-security-policy");
    expect(csp).toContain("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'");
    expect(csp).not.toContain("unsafe");
    expect(body).not.toMatch(/ style="| on\w+="|<style|<script>/);
    expect([...body.matchAll(/<script[^>]*>/g)]).toHaveLength(1);
    // Relative, for PUBLIC_URL may have a path of its own.
    const links = [...body.matchAll(/ (?:href|src|data-live)="([^"]+)"/g)].map(([, link]) => link ?? "");
    const named = links.map((link) => link.replace(/\.[\da-f]{16}\./, "."));
    expect(named.toSorted()).toEqual([
      "../favicon.svg",
      "_assets/page.css",
      "_assets/page.js",
      `${slug}/feed.atom`,
      `${slug}/feed.atom`,
      `${slug}/live`,
    ]);
    for (const link of links.filter((one) => one.startsWith("_assets"))) {
      const asset = await get(`/status/${link}`);
      expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
      expect(asset.headers.get("content-type")).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    }
    expect((await get("/status/_assets/page.0000000000000000.css")).status).toBe(404);
  });

  test("shows markup in names, title and description as text", async () => {
    const evil = `</title><script>alert("1")</script><img src=x onerror='2'>&amp;`;
    const monitor = await house.addMonitor(alice, { url: "https://example.com/", name: evil });
    const groups = [{ name: evil.slice(0, 90), components: [{ monitor_id: monitor.id }] }];
    await pretend(house, monitor.id, { outage: { fromMin: 10, toMin: 5 } });
    const { path, componentIds } = await publish(house, alice, [], {
      groups,
      title: evil.slice(0, 100),
      description: evil,
    });
    const answers = [
      path,
      `${path}/feed.atom`,
      `${path}/badges/status.svg`,
      `${path}/badges/${componentIds[0]}/status.svg?label=${encodeURIComponent(evil)}`,
    ];
    for (const one of answers) {
      const { status, body } = await get(one);
      expect([one, status]).toEqual([one, 200]);
      expect(body).toContain("&lt;script&gt;alert(&quot;1&quot;)");
      expect(body).not.toMatch(/<script>|<img/);
    }
  });

  test("HEAD answers as GET does, without a body", async () => {
    const { path, componentIds } = await publish(house, alice, [shop]);
    for (const one of [path, `${path}/feed.atom`, `${path}/live`, `${path}/badges/${componentIds[0]}/uptime.svg`]) {
      const { status, body, headers } = await get(one, {}, "HEAD");
      expect([one, status, body]).toEqual([one, 200, null]);
      expect(headers.get("content-type")).not.toBeNull();
    }
  });
});

describe("what is not published is nowhere", () => {
  test("unknown and unpublished are alike, on every address", async () => {
    const hidden = await publish(house, alice, [shop], { is_published: false, password: "sesame" });
    const nowhere = newSlug();
    for (const rest of [
      "",
      "/feed.atom",
      "/live",
      "/badges/status.svg",
      `/badges/${hidden.componentIds[0]}/status.svg`,
    ]) {
      const [a, b] = [await get(`${hidden.path}${rest}`), await get(`/status/${nowhere}${rest}`)];
      expect([rest, a.status, b.status]).toEqual([rest, 404, 404]);
      const told = ({ body, headers }: typeof a) =>
        JSON.stringify([body, [...headers].filter(([name]) => name !== "date")]).replaceAll(
          /"request_id\\?":\\?"[^"]+"|[\da-f-]{36}/g,
          "",
        );
      expect(told(a).replaceAll(hidden.slug, nowhere)).toBe(told(b));
    }
    expect((await get("/status/x/y/z")).status).toBe(404);
    expect((await get("/status/NOT-A-SLUG")).headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  test("a page that is withdrawn is gone at once, in every process", async () => {
    const page = await publish(house, alice, [shop]);
    const other = await house.startApi();
    expect((await get(page.path)).status).toBe(200);
    expect((await fetch(other.url + page.path)).status).toBe(200);
    await change(house, alice, page, { is_published: false });
    expect((await get(page.path)).status).toBe(404);
    expect((await fetch(other.url + page.path)).status).toBe(404);
    await other.stop();
  });
});

describe("what is kept", () => {
  test("an open page may be kept for seconds, and is not sent again while it is the same", async () => {
    const { path } = await publish(house, alice, [shop]);
    for (const one of [path, `${path}/feed.atom`, `${path}/badges/status.svg`]) {
      const first = await get(one);
      expect(first.headers.get("cache-control")).toMatch(/^public, max-age=(5, stale-while-revalidate=30|60)$/);
      const etag = first.headers.get("etag") ?? "";
      const again = await get(one, { "If-None-Match": `"other", ${etag.replace("W/", "")}` });
      expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, null, etag]);
      expect((await get(one, { "If-None-Match": '"other"' })).status).toBe(200);
    }
  });

  test("a page goes packed to whoever takes it so, and is the same page", async () => {
    const { path } = await publish(house, alice, [shop]);
    const [plain, refused, packed] = await Promise.all(
      ["identity", "gzip;q=0", "br, gzip"].map((accepted) => get(path, { "Accept-Encoding": accepted })),
    );
    expect([plain, refused, packed].map((one) => one?.headers.get("content-encoding"))).toEqual([null, null, "gzip"]);
    expect(packed?.body).toBe(plain?.body);
    expect(packed?.headers.get("etag")).toBe(plain?.headers.get("etag"));
    expect(plain?.headers.get("vary")).toContain("Accept-Encoding");
  });

  test("a hundred visitors at once cost one reading", async () => {
    const { path } = await publish(house, alice, [shop, blog]);
    const client = await house.db.pool.connect();
    const waiting = async () => {
      const { rows } = await client.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'status_page_components'::regclass AND NOT granted",
      );
      return rows[0]?.n;
    };
    // The reading is held up, so that all of them come while it is under way.
    await client.query("BEGIN; LOCK TABLE status_page_components");
    const visits = Array.from({ length: 100 }, () => get(path));
    await expect.poll(waiting).toBe(1);
    for (let i = 0; i < 3; i += 1) expect((await get(`/status/${newSlug()}`)).status).toBe(404);
    expect(await waiting()).toBe(1);
    await client.query("ROLLBACK");
    client.release();
    const answers = await Promise.all(visits);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  });

  test("a change of the page shows at once; so does one of its monitors, long before it grows old", async () => {
    const page = await publish(house, alice, [shop]);
    expect((await get(page.path)).body).toContain("Shop");
    await change(house, alice, page, { title: "Another title" });
    expect((await get(page.path)).body).toContain("Another title");
    await house.call("PATCH", `/api/v1/monitors/${shop.id}`, { token: alice.token, json: { name: "Store" } });
    await expect.poll(async () => (await get(page.path)).body, { timeout: 2_000 }).toContain("Store");
    await house.call("PATCH", `/api/v1/monitors/${shop.id}`, {
      token: alice.token,
      json: { name: "Shop", is_active: false },
    });
    await expect.poll(async () => textOf((await get(page.path)).body), { timeout: 2_000 }).toContain("Shop Paused");
    await house.call("PATCH", `/api/v1/monitors/${shop.id}`, { token: alice.token, json: { is_active: true } });
  });
});
