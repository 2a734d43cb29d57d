import { expect, onTestFinished, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import { PASSWORD } from "../harness/caller.ts";
import { openHouse } from "../harness/house.ts";
import { openWire } from "../harness/wire.ts";

const UNCHECKED = { url: "http://127.0.0.1:9/", is_active: false };

const { house, browser } = await openBrowserHouse({ worker: false });

test("a login in another tab: what one sees is never mixed with what another person may see", async () => {
  const alice = await house.register("alice");
  const bob = await house.register("bob");
  await house.addMonitor(alice, { ...UNCHECKED, name: "Of alice" });
  await house.addMonitor(bob, { ...UNCHECKED, name: "Of bob" });
  const { page } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/");
  await page.getByRole("link", { name: "Of alice" }).waitFor();

  const other = await page.context().newPage();
  await other.goto("/login");
  await other.getByLabel("E-mail address").fill(bob.email);
  await other.getByLabel("Password").fill(PASSWORD);
  await other.getByRole("button", { name: "Log in" }).click();
  await other.getByRole("link", { name: "Of bob" }).waitFor();
  await page.getByRole("link", { name: "Of bob" }).waitFor();
  expect(await page.getByText("Of alice").count()).toBe(0);
});

test("a connection that died without a word is noticed when one comes back", async () => {
  const carol = await house.register("carol");
  await house.addMonitor(carol, { ...UNCHECKED, name: "Shop" });
  const wire = await openWire(house.url);
  onTestFinished(() => wire.stop());
  const { page } = await openVisitor(browser, wire.url, { as: carol });
  await page.goto("/");
  await page.locator('[data-connection="live"]').waitFor();
  wire.hush();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  const state = () => page.getByRole("banner").locator("[data-connection]").getAttribute("data-connection");
  await expect.poll(state, { timeout: 10_000 }).toBe("lost");
  await expect.poll(state, { timeout: 10_000 }).toBe("live");
});

test("below a path of its own, the dashboard stays below it", async () => {
  const path = await openHouse({ worker: false, env: { PUBLIC_URL: "http://127.0.0.1/pulse" } });
  onTestFinished(() => path.stop());
  const erin = await path.register("erin");
  await path.addMonitor(erin, { ...UNCHECKED, name: "Shop" });
  const { page, complaints } = await openVisitor(browser, path.url);
  // As a proxy does that takes the path away. Sockets go past it: what is live is not looked at here.
  await page.route("**/pulse/**", async (route) => {
    const answer = await route.fetch({ url: route.request().url().replace("/pulse/", "/"), maxRedirects: 0 });
    await route.fulfill({ response: answer });
  });
  await page.goto("/pulse/incidents");
  await page.getByLabel("E-mail address").fill(erin.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/pulse/incidents");
  await page.getByRole("link", { name: "Monitors", exact: true }).click();
  await page.getByRole("link", { name: "Shop" }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/pulse\/?$/);
  expect(complaints.filter((words) => !words.includes("WebSocket"))).toEqual([]);
});

test("by keyboard one skips to the content, and a link leads to its page's content", async () => {
  const gina = await house.register("gina");
  await house.addMonitor(gina, { ...UNCHECKED, name: "Shop" });
  const { page, complaints } = await openVisitor(browser, house.url, { as: gina });
  await page.goto("/incidents");
  await page.getByRole("heading", { name: "Incidents", exact: true }).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("main");
  expect(new URL(page.url()).pathname).toBe("/incidents");
  await page.getByRole("link", { name: "Monitors", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Shop" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Shop" }).waitFor();
  await expect.poll(focused).toBe("main");
  expect(complaints).toEqual([]);
});

test("what is written in the middle of a search stays there", async () => {
  const frank = await house.register("frank");
  await house.addMonitor(frank, { ...UNCHECKED, name: "Shop" });
  const { page, complaints } = await openVisitor(browser, house.url, { as: frank });
  await page.goto("/?q=abcdef");
  const search = page.getByRole("searchbox");
  await search.focus();
  await search.evaluate((input: HTMLInputElement) => input.setSelectionRange(3, 3));
  await page.keyboard.type("XYZ");
  expect(await search.inputValue()).toBe("abcXYZdef");
  await expect.poll(() => new URL(page.url()).search).toBe("?q=abcXYZdef");
  expect(complaints).toEqual([]);
});
