import { maintainPartitions } from "@pulsecheck/db/partitions";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { pretend, pretendDay, publish, type TestPage } from "./test-pages.ts";

let house: House;
let alice: Person;
let shop: MonitorView;
let page: TestPage;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { PUBLIC_URL: "https://example.com/watch" } });
  alice = await house.register("alice");
  shop = await house.addMonitor(alice, { url: "https://example.com/", name: "Shop & <Sons>\u0001\u{1f6d2}" });
  await pretend(house, shop.id, { status: "DOWN", outage: { fromMin: 100, toMin: 40 } });
  await pretend(house, shop.id, { status: "DOWN", outage: { fromMin: 10 } });
  await pretendDay(house, shop.id, 1, { checks: 100, failures: 1 });
  await pretendDay(house, shop.id, 20, { checks: 100, failures: 99 });
  page = await publish(house, alice, [shop], { title: "Acme" });
});
afterAll(() => house.stop());

const get = (rest: string) => house.call("GET", `${page.path}/${rest}`);

/** What this XPath finds in a document. Postgres parses it (with libxml2) and refuses what is not well-formed. */
async function find(xml: string, path: string): Promise<string[]> {
  const { rows } = await house.db.pool.query<{ found: string[] }>(
    `SELECT xpath($2, xmlparse(document $1), ARRAY[ARRAY['a', 'http://www.w3.org/2005/Atom'], ARRAY['s', 'http://www.w3.org/2000/svg']])::text[] AS found`,
    [xml, path],
  );
  return rows[0]?.found ?? [];
}

describe("the feed", () => {
  test("is Atom 1.0: what RFC 4287 asks of a feed and of each entry, once", async () => {
    const { body, headers } = await get("feed.atom");
    expect(headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    expect(body).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>/);
    expect(await find(body, "/a:feed/a:title/text()")).toEqual(["Acme"]);
    expect(await find(body, "/a:feed/a:author/a:name/text()")).toEqual(["Acme"]);
    expect(await find(body, "/a:feed/a:link[@rel='self']/@href")).toEqual([
      `https://example.com/watch${page.path}/feed.atom`,
    ]);
    expect(await find(body, "/a:feed/a:link[@rel='alternate']/@href")).toEqual([
      `https://example.com/watch${page.path}`,
    ]);
    expect(await find(body, "/a:feed/a:entry")).toHaveLength(3);
    for (const part of ["id", "title", "updated", "published", "content", "link"])
      expect([part, await find(body, `/a:feed/a:entry/a:${part}`)]).toEqual([
        part,
        expect.objectContaining({ length: 3 }),
      ]);
    for (const at of await find(body, "//a:updated/text() | //a:published/text()"))
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("tells of beginnings and ends, the latest first, by ids that stay", async () => {
    const { body } = await get("feed.atom");
    const name = "Shop &amp; &lt;Sons&gt;\ufffd\u{1f6d2}";
    expect(await find(body, "/a:feed/a:entry/a:title/text()")).toEqual([
      `${name} is down`,
      `${name} is no longer down`,
      `${name} is down`,
    ]);
    const [content = ""] = await find(body, "/a:feed/a:entry[2]/a:content/text()");
    expect(content).toMatch(/did not answer in time\. Down from .* UTC to .* UTC, 1 h\.$/);
    const ids = await find(body, "//a:id/text()");
    expect(new Set(ids).size).toBe(4);
    for (const id of ids)
      expect(id).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const another = await publish(house, alice, [shop]);
    await house.db.pool.query("UPDATE incidents SET ended_at = now() WHERE ended_at IS NULL");
    const later = await house.call("GET", `${another.path}/feed.atom`);
    const others = await find(later.body, "//a:id/text()");
    expect(others).toHaveLength(5);
    expect(others.filter((id) => ids.includes(id))).toEqual([]);
  });
});

describe("badges", () => {
  const badge = async (rest: string) => {
    const { status, body, headers } = await get(`badges/${rest}`);
    expect([rest, status, headers.get("content-type")]).toEqual([rest, 200, "image/svg+xml; charset=utf-8"]);
    expect(headers.get("cache-control")).toBe("public, max-age=60");
    // Another site's README shows it as well.
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    const [label] = await find(body, "/s:svg[@role='img']/@aria-label");
    expect(await find(body, "/s:svg/s:title/text()")).toEqual([label]);
    expect(await find(body, "//s:script | //@onload | //@href")).toEqual([]);
    return label?.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  };
  const NAME = "Shop & <Sons>\ufffd\u{1f6d2}";

  test("tell the state of the page and of a component", async () => {
    expect(await badge("status.svg")).toBe("Acme: down");
    expect(await badge(`${page.componentIds[0]}/status.svg`)).toBe(`${NAME}: down`);
  });

  test("tell the uptime of 7, 30 or 90 days", async () => {
    const uptime = `${page.componentIds[0]}/uptime.svg`;
    expect(await badge(`${uptime}?days=7`)).toBe(`${NAME}: 99.00 % in 7 days`);
    expect(await badge(uptime)).toBe(`${NAME}: 50.00 % in 30 days`);
    expect(await badge(`${uptime}?days=90`)).toBe(`${NAME}: 50.00 % in 90 days`);
    const refused = await get(`badges/${uptime}?days=8`);
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, "days"]);
  });

  test("tell the mean latency of the last day, or that there is none", async () => {
    const latency = `${page.componentIds[0]}/latency.svg`;
    expect(await badge(latency)).toBe(`${NAME}: no data yet`);
    const { id } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: shop.id } });
    await maintainPartitions(house.db, new Date(), 30);
    await house.db.pool.query(
      `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status, http_status)
       VALUES ($1, now() - interval '1 s', 0, 123, 's', 'o', 'U', 200)`,
      [id],
    );
    await expect.poll(() => badge(latency), { timeout: 8_000 }).toBe(`${NAME}: 123 ms`);
  });

  test("take a label of one's own, cut where it is too long", async () => {
    expect(await badge("status.svg?label=%D0%9C%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD")).toBe("Магазин: down");
    expect(await badge(`status.svg?label=${"x".repeat(500)}`)).toBe(`${"x".repeat(60)}: down`);
  });

  test("404 for a component of another page, and for the monitor's own id", async () => {
    const blog = await house.addMonitor(alice, { url: "https://example.com/blog", name: "blog" });
    const other = await publish(house, alice, [blog]);
    for (const id of [other.componentIds[0], shop.id, blog.id, "x"])
      for (const kind of ["status", "uptime", "latency"])
        expect((await get(`badges/${id}/${kind}.svg`)).status).toBe(404);
    expect((await get(`badges/${page.componentIds[0]}/other.svg`)).status).toBe(404);
  });
});
