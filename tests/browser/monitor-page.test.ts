import { createServer } from "node:https";
import { createAuthority } from "@pulsecheck/worker/check/probes/test-certificates";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import { listen } from "../harness/target.ts";
import { button, isWide, part, SOON } from "./monitor-steps.ts";

/** Only what is asked for by hand is checked. */
const HOURLY = { interval: 3_600 };
const NOBODY = "00000000-0000-4000-8000-000000000000";

const { house, browser } = await openBrowserHouse();

const statusNow = (page: Page, status: string) => part(page, "Now").locator(`[data-status="${status}"]`);
const logRows = (page: Page) => part(page, "Checks").getByRole("row");
const rowOnBoard = (page: Page, id: string) => page.locator(`[data-monitor="${id}"]`);

test("a target breaks and is mended while one looks: status, cause, incident, mails and log show it", async () => {
  const alice = await house.register("alice");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, name: "Shop", tags: ["prod"], notes: "Call Bob." });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await page.getByRole("heading", { level: 1, name: "Shop" }).waitFor();
  await statusNow(page, "UP").waitFor(SOON);
  await part(page, "Now").getByText("Call Bob.").waitFor();
  expect(await page.getByRole("link", { name: shop.url }).getAttribute("rel")).toBe("noreferrer noopener");
  await part(page, "Incidents").getByText("It has not been down so far.").waitFor();
  await logRows(page).filter({ hasText: "OK" }).first().waitFor();
  await part(page, "In numbers").getByText("100 %").waitFor(SOON);
  expect(await findBarriers()).toEqual([]);

  shop.breakIt();
  await statusNow(page, "DOWN").waitFor(SOON);
  const cause = part(page, "Now").getByRole("status", { name: "Last error" });
  await cause.getByText("Failed: unexpected status").waitFor();
  await cause.getByText(/answered with status 500/).waitFor();
  const incident = part(page, "Incidents").getByRole("article");
  await incident.getByText("Down now").waitFor(SOON);
  await incident.getByText(`Down alert to ${alice.email} by e-mail: sent`).waitFor(SOON);
  await button(page, "Failed").click();
  await logRows(page).filter({ hasText: "Failed: unexpected status" }).nth(2).waitFor(SOON);
  expect(await logRows(page).filter({ hasText: "OK" }).count()).toBe(0);
  await part(page, "Latency").getByText("Outage", { exact: true }).waitFor({ timeout: 25_000 });
  expect(await findBarriers()).toEqual([]);

  shop.mend();
  await statusNow(page, "UP").waitFor(SOON);
  await expect.poll(() => cause.count()).toBe(0);
  await incident.getByText("Over", { exact: true }).first().waitFor(SOON);
  await incident.getByText("What happened").click();
  await incident.getByText(`Recovery alert to ${alice.email} by e-mail: sent`).waitFor(SOON);
  await button(page, "All").click();
  await logRows(page).filter({ hasText: "OK" }).first().waitFor();
  expect(complaints).toEqual([]);
});

test("a check by hand shows at once, opens to its phases, and pausing stops the checks", async () => {
  const alice = await house.register("alice-hands");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await statusNow(page, "UP").waitFor(SOON);
  await button(page, "Check now").click();
  await page.getByText(/^Checked: OK in \d+ ms$/).waitFor(SOON);
  const byHand = logRows(page).filter({ hasText: "manual" });
  await expect.poll(() => byHand.count()).toBe(1);
  await byHand.getByRole("button").click();
  for (const phase of ["DNS", "Connect", "TLS", "First byte", "Total"])
    await part(page, "Checks").getByRole("term").filter({ hasText: phase }).waitFor();

  await button(page, "Pause").click();
  await statusNow(page, "PAUSED").waitFor();
  await part(page, "Now").getByText("none", { exact: true }).waitFor();
  await button(page, "Resume").click();
  await statusNow(page, "UP").waitFor(SOON);
  expect(complaints).toEqual([]);
});

test("a deleted monitor is off the list at once, stays off whatever happens, and comes back when that is undone", async () => {
  const alice = await house.register("alice-undo");
  const [shop, blog] = [await openTargetForTest(), await openTargetForTest()];
  const monitor = await house.addMonitor(alice, { url: shop.url, name: "Shop", failure_threshold: 1 });
  const other = await house.addMonitor(alice, { url: blog.url, name: "Blog" });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await statusNow(page, "UP").waitFor(SOON);
  await button(page, "Delete").click();
  await rowOnBoard(page, other.id).waitFor();
  expect(await rowOnBoard(page, monitor.id).count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("main");
  expect(await findBarriers()).toEqual([]);

  const seesOtherDown = rowOnBoard(page, other.id).locator('[data-status="DOWN"]').waitFor(SOON);
  // Both break: when the one shows it, the other has been told of as well.
  shop.breakIt();
  blog.breakIt();
  await seesOtherDown;
  expect(await rowOnBoard(page, monitor.id).count()).toBe(0);
  await button(page, "Undo").click();
  await rowOnBoard(page, monitor.id).locator('[data-status="DOWN"]').waitFor(SOON);
  expect((await house.call("GET", `/api/v1/monitors/${monitor.id}`, alice)).status).toBe(200);
  expect(complaints).toEqual([]);
});

test("what is not undone is deleted: after a while, and when one leaves", async () => {
  const alice = await house.register("alice-delete");
  const shop = await openTargetForTest();
  const first = await house.addMonitor(alice, { url: shop.url, name: "First", ...HOURLY });
  const second = await house.addMonitor(alice, { url: shop.url, name: "Second", ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  const isGone = (id: string) =>
    expect.poll(async () => (await house.call("GET", `/api/v1/monitors/${id}`, alice)).status, SOON).toBe(404);
  await page.goto(`/monitors/${first.id}`);
  await button(page, "Delete").click();
  await page.getByText("“First” is deleted").waitFor();
  expect((await house.call("GET", `/api/v1/monitors/${first.id}`, alice)).status).toBe(200);
  await isGone(first.id);

  await page.goto(`/monitors/${second.id}`);
  await button(page, "Delete").click();
  await page.getByText("“Second” is deleted").waitFor();
  await page.goto("about:blank");
  await isGone(second.id);
  expect(complaints).toEqual([]);
});

test("a deletion does not wait for a look at it, and is over before one has logged out", async () => {
  const alice = await house.register("alice-leaves");
  const shop = await openTargetForTest();
  const first = await house.addMonitor(alice, { url: shop.url, name: "First", ...HOURLY });
  const second = await house.addMonitor(alice, { url: shop.url, name: "Second", ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  const statusOf = async (id: string) => (await house.call("GET", `/api/v1/monitors/${id}`, alice)).status;
  await page.goto(`/monitors/${first.id}`);
  await button(page, "Delete").click();
  await page.getByText("“First” is deleted").hover();
  await expect.poll(() => statusOf(first.id), SOON).toBe(404);
  await page.getByText("“First” is deleted").waitFor({ state: "detached" });

  await rowOnBoard(page, second.id).getByRole("link").first().click();
  await button(page, "Delete").click();
  await page.getByText("“Second” is deleted").waitFor();
  await page.route("**/auth/logout", (route) => route.abort());
  await button(page, "Log out").click();
  await page.getByText("PulseCheck cannot be reached").first().waitFor();
  await button(page, "Log out").waitFor();
  expect(await statusOf(second.id)).toBe(404);
  expect(await button(page, "Undo").count()).toBe(0);

  await page.unroute("**/auth/logout");
  await button(page, "Log out").click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await expect.poll(() => page.evaluate(async () => (await fetch("/users/me")).status)).toBe(401);
  expect(complaints).toEqual([]);
});

test("a monitor that cannot be deleted comes back, and it is said why", async () => {
  const alice = await house.register("alice-refused");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, name: "Shop", ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await button(page, "Delete").click();
  await page.getByText("“Shop” is deleted").waitFor();
  await house.db.prisma.membership.updateMany({ where: { userId: alice.id }, data: { role: "VIEWER" } });
  await page.getByText("Close", { exact: true }).click();
  await rowOnBoard(page, monitor.id).waitFor(SOON);
  await page.getByRole("alert").getByText("The role VIEWER does not allow this.").waitFor();

  // Who may only read is offered nothing else.
  await page.goto(`/monitors/${monitor.id}`);
  await statusNow(page, "UP").waitFor(SOON);
  expect(await button(page, "Delete").count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("a monitor deleted elsewhere is said to be gone, and one that never was is not found", async () => {
  const alice = await house.register("alice-gone");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, name: "Shop", ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await statusNow(page, "UP").waitFor(SOON);
  await house.call("DELETE", `/api/v1/monitors/${monitor.id}`, alice);
  await page.getByRole("heading", { name: "This monitor is gone" }).waitFor();
  for (const id of [NOBODY, "no-id"]) {
    await page.goto(`/monitors/${id}`);
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor(SOON);
  }
  expect(complaints).toEqual([]);
});

test("a certificate that ends soon is warned of", async () => {
  const alice = await house.register("alice-tls");
  const authority = createAuthority();
  const server = createServer(authority.selfSigned("DNS:localhost,IP:127.0.0.1"), (_request, response) =>
    response.end("all is well"),
  );
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    authority.remove();
  });
  const monitor = await house.addMonitor(alice, { url: `https://127.0.0.1:${port}/`, verify_tls: false, ...HOURLY });
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  await part(page, "Certificate").getByText("Expires within a day").waitFor(SOON);
  expect(complaints).toEqual([]);
});

test("markup is text, and long words fit on a phone in both themes", async () => {
  const alice = await house.register("alice-markup");
  const shop = await openTargetForTest();
  const markup = "<img src=x onerror=alert(1)>";
  const monitor = await house.addMonitor(alice, {
    url: `${shop.url}${"a".repeat(200)}`,
    name: `${markup}${"w".repeat(160)}`,
    keyword: `<b>${markup}</b>`,
    notes: markup,
    tags: [markup],
    failure_threshold: 1,
    ...HOURLY,
  });
  for (const colorScheme of ["light", "dark"] as const) {
    const viewport = { width: 360, height: 800 };
    const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
      as: alice,
      viewport,
      colorScheme,
    });
    await page.goto(`/monitors/${monitor.id}`);
    await statusNow(page, "DOWN").waitFor(SOON);
    await page.getByRole("heading", { level: 1, name: markup }).waitFor();
    await part(page, "Now").getByText("Failed: unexpected content").waitFor();
    await part(page, "Latency").locator("canvas").waitFor(SOON);
    expect(await page.locator("main img, main b").count()).toBe(0);
    expect(await isWide(page)).toBe(false);
    expect(await findBarriers()).toEqual([]);
    expect(complaints).toEqual([]);
  }
});
