import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import { addManyMonitors } from "../harness/many-monitors.ts";
import { openWire } from "../harness/wire.ts";

const { house, browser } = await openBrowserHouse();

const rowOf = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });
const statusOf = (page: Page, name: string, status: string) => rowOf(page, name).locator(`[data-status="${status}"]`);
const namesOn = (page: Page) => page.getByRole("listitem").getByRole("link").allTextContents();

test("what is down comes first; search, filter, tag and order stand in the address", async () => {
  const alice = await house.register("alice");
  const good = await openTargetForTest();
  const bad = await openTargetForTest();
  bad.breakIt();
  await house.addMonitor(alice, { url: good.url, name: "Beta", tags: ["prod"] });
  await house.addMonitor(alice, { url: `${good.url}alpha`, name: "Alpha", tags: ["prod", "web"] });
  await house.addMonitor(alice, { url: bad.url, name: "Zeta" });
  await house.addMonitor(alice, { url: good.url, name: "Paused one", is_active: false });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/");
  await statusOf(page, "Zeta", "DOWN").waitFor();
  await statusOf(page, "Alpha", "UP").waitFor();
  await statusOf(page, "Beta", "UP").waitFor();
  await expect.poll(() => namesOn(page)).toEqual(["Zeta", "Alpha", "Beta", "Paused one"]);
  await rowOf(page, "Zeta").getByText("unexpected status").waitFor();
  await rowOf(page, "Alpha")
    .getByText(/^100 %/)
    .waitFor();
  expect(
    await rowOf(page, "Alpha")
      .getByRole("img", { name: /of the last 30 days measured/ })
      .count(),
  ).toBe(1);
  expect(await findBarriers()).toEqual([]);

  await page.keyboard.press("/");
  await page.keyboard.type("alph");
  await expect.poll(() => namesOn(page)).toEqual(["Alpha"]);
  await page.reload();
  await expect.poll(() => namesOn(page)).toEqual(["Alpha"]);
  await page.getByRole("searchbox").fill("nothing is called so");
  await page.getByText("No monitor is like that").waitFor();
  await page.getByRole("link", { name: "Show all monitors" }).click();

  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: /^Down/ }).click();
  await expect.poll(() => namesOn(page)).toEqual(["Zeta"]);
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: /^All/ }).click();
  await page.getByLabel("Tag").selectOption("prod");
  await expect.poll(() => namesOn(page)).toEqual(["Alpha", "Beta"]);
  await page.getByLabel("Tag").selectOption("");
  await page.getByLabel("Order").selectOption("name");
  await expect.poll(() => namesOn(page)).toEqual(["Alpha", "Beta", "Paused one", "Zeta"]);
  await page.getByLabel("Uptime over").selectOption("90");
  await rowOf(page, "Alpha")
    .getByRole("img", { name: /of the last 90 days/ })
    .waitFor();
  expect(new URL(page.url()).search).toBe("?sort=name&days=90");
  expect(complaints).toEqual([]);
});

test("a target breaks and is mended: every tab shows it within a second of the check, in its own row only", async () => {
  const bob = await house.register("bob");
  const shop = await openTargetForTest();
  const other = await openTargetForTest();
  await house.addMonitor(bob, { url: shop.url, name: "Shop", failure_threshold: 1 });
  const quiet = await house.addMonitor(bob, { url: other.url, name: "Quiet", interval: 3_600 });
  const { page, complaints } = await openVisitor(browser, house.url, { as: bob });
  const second = await page.context().newPage();
  for (const tab of [page, second]) {
    await tab.goto("/");
    await statusOf(tab, "Shop", "UP").waitFor();
    await statusOf(tab, "Quiet", "UP").waitFor();
    await tab.locator('[data-connection="live"]').waitFor();
  }
  // Told by the browser itself: which rows' elements changed, apart from the clocks in them.
  await page.evaluate((id) => {
    const changed = new Set<string>();
    Object.assign(globalThis, { changed });
    new MutationObserver((records) => {
      for (const { target: node } of records) {
        const element = node instanceof Element ? node : node.parentElement;
        const row = element?.closest("[data-monitor]")?.getAttribute("data-monitor");
        if (row !== null && row !== undefined && element?.closest("time") === null)
          changed.add(row === id ? "quiet" : "shop");
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  }, quiet.id);

  const asked = shop.journal.length;
  shop.breakIt();
  await shop.asked(asked + 2);
  const brokenAt = Date.now();
  await statusOf(page, "Shop", "DOWN").waitFor();
  expect(Date.now() - brokenAt).toBeLessThan(1_500);
  await statusOf(second, "Shop", "DOWN").waitFor();
  await expect.poll(() => page.title()).toBe("1 down · PulseCheck");
  expect(await namesOn(page)).toEqual(["Shop", "Quiet"]);
  shop.mend();
  await statusOf(page, "Shop", "UP").waitFor();
  await statusOf(second, "Shop", "UP").waitFor();
  expect(await page.evaluate(() => [...(globalThis as unknown as { changed: Set<string> }).changed])).toEqual(["shop"]);
  expect(complaints).toEqual([]);
});

test("a lost connection is said, and caught up by itself", async () => {
  const carol = await house.register("carol");
  const shop = await openTargetForTest();
  await house.addMonitor(carol, { url: shop.url, name: "Shop", failure_threshold: 1 });
  const wire = await openWire(house.url);
  onTestFinished(() => wire.stop());
  const { page } = await openVisitor(browser, wire.url, { as: carol });
  await page.goto("/");
  await statusOf(page, "Shop", "UP").waitFor();
  await page.locator('[data-connection="live"]').waitFor();

  wire.cut();
  await page.getByRole("status").getByText("Reconnecting").waitFor();
  shop.breakIt();
  const monitors = () => house.call("GET", "/api/v1/monitors?status=DOWN", { token: carol.token });
  await expect.poll(async () => (await monitors()).body.items.length, { timeout: 10_000 }).toBe(1);
  const added = await house.addMonitor(carol, { url: shop.url, name: "Added meanwhile" });
  expect(await statusOf(page, "Shop", "UP").count()).toBe(1);

  wire.mend();
  await statusOf(page, "Shop", "DOWN").waitFor({ timeout: 20_000 });
  await rowOf(page, added.name).waitFor();
  await page.getByRole("status").getByText("Live").waitFor();
});

test("an ended session leads to the log-in, and the page keeps nothing", async () => {
  const dave = await house.register("dave");
  const shop = await openTargetForTest();
  await house.addMonitor(dave, { url: shop.url, name: "Secret shop" });
  const { page } = await openVisitor(browser, house.url, { as: dave });
  await page.goto("/");
  await rowOf(page, "Secret shop").waitFor();
  const { body } = await house.call("GET", "/users/me/sessions", { token: dave.token });
  for (const { id, is_current: isCurrent } of body.items)
    if (!isCurrent) await house.call("DELETE", `/users/me/sessions/${id}`, { token: dave.token });
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  expect(await page.getByText("Secret shop").count()).toBe(0);
});

test("names are text, never markup", async () => {
  const eve = await house.register("eve");
  const shop = await openTargetForTest();
  const name = '<img src=x onerror="globalThis.isHacked=true"><b>bold</b>';
  await house.addMonitor(eve, { url: shop.url, name, tags: ["<i>tag</i>"] });
  const { page, complaints } = await openVisitor(browser, house.url, { as: eve });
  await page.goto("/");
  await page.getByRole("link", { name }).waitFor();
  expect(await page.evaluate(() => "isHacked" in globalThis)).toBe(false);
  expect(complaints).toEqual([]);
});

test("5,000 monitors: a few rows exist at a time, the last one can be reached, and nothing is wider than a phone", async () => {
  const fred = await house.register("fred");
  const shop = await openTargetForTest();
  const many = { ownerId: fred.id, url: shop.url, count: 5_000, intervalS: 3_600, timeoutMs: 5_000, name: "Monitor" };
  await addManyMonitors(house.db.pool, many);
  await house.db.pool.query(
    "UPDATE monitors SET name = repeat('x', 200) WHERE created_by_id = $1 AND name = 'Monitor 17'",
    [fred.id],
  );
  await house.db.pool.query(
    "UPDATE monitor_states s SET next_check_at = now() + interval '1 hour' FROM monitors m WHERE m.id = s.monitor_id AND m.created_by_id = $1",
    [fred.id],
  );
  const { page, complaints } = await openVisitor(browser, house.url, {
    as: fred,
    viewport: { width: 360, height: 740 },
  });
  await page.goto("/?sort=name");
  await rowOf(page, "Monitor 1").first().waitFor();
  await expect.poll(() => page.getByRole("link", { name: /^All/ }).textContent()).toContain("5000");
  expect(await page.getByRole("listitem").count()).toBeLessThan(40);
  await page.keyboard.press("End");
  await rowOf(page, "x".repeat(200)).waitFor();
  await rowOf(page, "Monitor 5000").waitFor();
  expect(await page.getByRole("listitem").count()).toBeLessThan(40);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(complaints).toEqual([]);
});
