import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { change, pretend, pretendDay, publish, type TestPage } from "../../apps/api/src/status-pages/test-pages.ts";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";
import { openTarget } from "../harness/target.ts";

const { house, browser } = await openBrowserHouse();
const target = await openTarget();
let alice: Person;
let shop: MonitorView;
let groups: object[];
beforeAll(async () => {
  alice = await house.register("alice");
  shop = await house.addMonitor(alice, { url: target.url, name: "Shop", failure_threshold: 1 });
  const paused = { url: target.url, is_active: false };
  const blog = await house.addMonitor(alice, { ...paused, name: "A blog with a very long name ".repeat(6).trim() });
  const api = await house.addMonitor(alice, { ...paused, name: "api.example.com/".padEnd(200, "x") });
  await house.checkNow(alice, shop.id);
  await pretend(house, shop.id, { outage: { fromMin: 3_000, toMin: 2_875 } });
  for (let day = 1; day < 60; day += 1) {
    const failures = day % 17 === 0 ? 400 : day % 7 === 0 ? 1 : 0;
    await pretendDay(house, shop.id, day, { checks: 1_000, failures });
  }
  groups = [
    { name: "Customers", components: [{ monitor_id: shop.id }, { monitor_id: blog.id }] },
    { name: "", components: [{ monitor_id: api.id }] },
  ];
});
afterAll(() => target.stop());

const open = (more: object = {}): Promise<TestPage> =>
  publish(house, alice, [], { title: "Acme status", description: "What we run.\nAnd how it is.", groups, ...more });
const overall = (page: Page) => page.locator("#overall");
const isWithinScreen = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test.each([
  ["light", 1_280],
  ["dark", 1_280],
  ["light", 360],
  ["dark", 360],
] as const)(
  "a reader without JavaScript sees all of it, in %s at %d px, and nothing is in the way",
  async (colorScheme, width) => {
    const { path } = await open();
    const screen = { colorScheme, viewport: { width, height: 800 } };
    const { page, complaints } = await openVisitor(browser, house.url, { ...screen, javaScriptEnabled: false });
    await page.goto(path);
    await page.getByRole("heading", { level: 1, name: "Acme status" }).waitFor();
    expect(await overall(page).textContent()).toBe("Everything is up");
    expect(await page.getByText("Paused").count()).toBe(2);
    expect(await page.getByText("did not answer in time").count()).toBe(1);
    expect(await page.getByRole("img", { name: /The last 90 days: data of \d+, failures on / }).count()).toBe(1);
    expect(await page.getByText("30 days ago").first().isVisible()).toBe(width === 360);
    expect(await page.getByText("90 days ago").first().isVisible()).toBe(width !== 360);
    // The page's own policy lets its stylesheet draw the bars.
    const bars = page.locator(".days").first().locator("rect");
    const boxes = await Promise.all([0, 72, 89].map((day) => bars.nth(day).boundingBox()));
    const [first, bad, today] = boxes;
    expect((today?.height ?? 0) > (bad?.height ?? 0)).toBe(true);
    expect((first?.x ?? 0) < 0).toBe(width === 360);
    expect(await isWithinScreen(page)).toBe(true);
    expect(complaints).toEqual([]);
    // What looks for barriers is itself a script.
    const other = await openVisitor(browser, house.url, screen);
    await other.page.goto(path);
    expect(await other.findBarriers()).toEqual([]);
  },
);

test("an open page follows what happens without being loaded again, keeps the focus, and says what changed", async () => {
  const { path } = await open();
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    timezoneId: "Asia/Tokyo",
    locale: "en-GB",
  });
  await page.goto(path);
  await page.evaluate(() => Object.assign(window, { wasHere: true }));
  const time = page.locator(".as-of time");
  const [shown, utc] = [await time.textContent(), await time.getAttribute("title")];
  expect(utc).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/);
  expect(new Date(`${shown} GMT+9`)).toEqual(new Date(utc ?? ""));
  await page.getByRole("link", { name: "Atom feed" }).focus();

  target.breakIt();
  await page.getByText("1 of 1 is down").or(page.getByText("Everything is down")).first().waitFor();
  await page.getByRole("heading", { name: "Open incidents" }).waitFor();
  expect(await page.title()).toBe("Everything is down: Acme status");
  expect(await page.getByRole("status").textContent()).toBe("Everything is down");
  expect(await findBarriers()).toEqual([]);
  target.mend();
  await page.getByRole("heading", { name: "Open incidents" }).waitFor({ state: "detached" });
  expect(await overall(page).textContent()).toBe("Everything is up");
  expect(await page.getByText("answered with an error").count()).toBe(1);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Atom feed");
  expect(await page.evaluate(() => "wasHere" in window)).toBe(true);
  expect(complaints).toEqual([]);
});

test("a page that is withdrawn while it is open stays as it was; a new visit finds nothing", async () => {
  const own = await open();
  const { page, complaints } = await openVisitor(browser, house.url);
  await page.goto(own.path);
  await change(house, alice, own, { is_published: false });
  expect(await overall(page).textContent()).toBe("Everything is up");
  await page.reload();
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  expect(complaints).toEqual([]);
});

test.each([true, false])("a password opens the page and its stream (JavaScript: %s)", async (javaScriptEnabled) => {
  const own = await open({ password: "open sesame" });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { javaScriptEnabled });
  const expectNoBarriers = async () => expect(javaScriptEnabled ? await findBarriers() : []).toEqual([]);
  await page.goto(own.path);
  await expectNoBarriers();
  await page.getByLabel("Password").fill("open barley");
  await page.keyboard.press("Enter");
  await page.getByText("That is not the password.").waitFor();
  await expectNoBarriers();
  await page.getByLabel("Password").fill("open sesame");
  await page.getByRole("button", { name: "Show the page" }).click();
  await page.getByRole("heading", { name: "Acme status" }).waitFor();
  expect(new URL(page.url()).pathname).toBe(own.path);
  if (javaScriptEnabled) {
    await change(house, alice, own, { title: "Acme anew" });
    await page.getByRole("heading", { name: "Acme anew" }).waitFor();
  }
  expect(complaints).toEqual([]);
});

test("the feed and the badges are XML that a browser reads", async () => {
  const own = await open();
  const { page } = await openVisitor(browser, house.url);
  await page.goto(own.path);
  const [component] = own.componentIds;
  const paths = ["feed.atom", "badges/status.svg", `badges/${component}/uptime.svg`, `badges/${component}/latency.svg`];
  for (const path of paths) {
    const root = await page.evaluate(async (address) => {
      const text = await (await fetch(address)).text();
      return new DOMParser().parseFromString(text, "text/xml").documentElement.nodeName;
    }, `${own.path}/${path}`);
    expect([path, root]).toEqual([path, path === "feed.atom" ? "feed" : "svg"]);
  }
});
