import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { pretend, pretendDay, publish } from "./test-pages.ts";

const HOUR = 3_600_000;
let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

const instant = (inMs: number) => new Date(Date.now() + inMs).toISOString();
async function plan(name: string, fromMs: number, toMs: number, more: object) {
  const schedule = { kind: "once", starts_at: instant(fromMs), ends_at: instant(toMs) };
  const { token } = alice;
  const { status, body } = await house.call("POST", "/api/v1/maintenance-windows", {
    token,
    json: { name, schedule, ...more },
  });
  expect(status).toBe(201);
  return body.id as string;
}
const read = async (path: string) => String((await house.call("GET", path)).body);

test("a page tells of maintenance that is on and that is near, and calls nothing down that is worked on", async () => {
  const add = (name: string) => house.addMonitor(alice, { url: "https://example.com/", name, tags: [name] });
  const [shop, blog] = [await add("shop"), await add("blog")];
  await pretend(house, shop.id, { status: "DOWN" });
  await pretend(house, blog.id, { status: "UP" });
  const page = await publish(house, alice, [shop, blog]);
  const badge = () => read(`${page.path}/badges/status.svg`);
  expect(await read(page.path)).toContain("1 of 2 is down");

  const on = await plan("New disks <b>", -HOUR, HOUR, { targets: { tags: ["shop"] }, description: "They are faster." });
  await plan("Later", 24 * HOUR, 25 * HOUR, { targets: { everything: true } });
  await plan("Far away", 30 * 24 * HOUR, 31 * 24 * HOUR, { targets: { everything: true } });
  await plan("A secret", 24 * HOUR, 25 * HOUR, { targets: { everything: true }, is_hidden: true });
  await plan("Of no concern", -HOUR, HOUR, { targets: { tags: ["elsewhere"] } });

  await expect.poll(() => read(page.path)).toContain("1 of 2 under maintenance");
  const text = await read(page.path);
  expect(text).toContain('<span class="state maintenance">Maintenance</span>');
  expect(text).toMatch(/Under maintenance<\/h2>[\s\S]*New disks &lt;b&gt;[\s\S]*They are faster\./);
  expect(text).toMatch(/Planned maintenance<\/h2>[\s\S]*Later[\s\S]*shop, blog/);
  for (const hidden of ["Far away", "A secret", "Of no concern"]) expect(text).not.toContain(hidden);
  expect(await badge()).toContain("maintenance");
  const feed = await read(`${page.path}/feed.atom`);
  expect(feed).toContain("Maintenance: New disks &lt;b&gt;");
  expect(feed).toContain("Maintenance: Later");
  expect(feed).not.toContain("A secret");

  const { token } = alice;
  await house.call("POST", `/api/v1/maintenance-windows/${on}/end`, { token });
  await expect.poll(() => read(page.path)).toContain("1 of 2 is down");
  expect(await read(page.path)).not.toContain("New disks");
});

test("a day with maintenance alone is not red, and one with both is judged by the rest", async () => {
  const monitor = await house.addMonitor(alice, { url: "https://example.com/", name: "press" });
  const page = await publish(house, alice, [monitor]);
  await pretendDay(house, monitor.id, 2, { checks: 0, failures: 0 });
  await house.db.pool.query(
    "UPDATE check_rollups r SET maintenance = 50 FROM monitors m WHERE m.id = r.monitor_id AND m.public_id = $1",
    [monitor.id],
  );
  await pretendDay(house, monitor.id, 1, { checks: 10, failures: 0 });
  const text = await read(page.path);
  expect(text).toMatch(/<rect class="maintenance"[^>]*><title>[^<]*: maintenance<\/title>/);
  expect(text).not.toContain('class="bad"');
});

test("an open page is told when maintenance begins and ends", async () => {
  const monitor = await house.addMonitor(alice, { url: "https://example.com/", name: "lathe" });
  const page = await publish(house, alice, [monitor]);
  const controller = new AbortController();
  const stream = await fetch(`${house.url}${page.path}/live`, { signal: controller.signal });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  const nextRevision = async () => {
    for (let text = ""; ;) {
      text += (await reader?.read())?.value ?? "";
      const found = /data: ?(\S+)\n/.exec(text)?.[1];
      if (found !== undefined) return found;
    }
  };
  const before = await nextRevision();
  const id = await plan("Oil", -HOUR, HOUR, { targets: { monitor_ids: [monitor.id] } });
  const during = await nextRevision();
  expect(during).not.toBe(before);
  await house.call("DELETE", `/api/v1/maintenance-windows/${id}`, { token: alice.token });
  expect(await nextRevision()).not.toBe(during);
  controller.abort();
});
