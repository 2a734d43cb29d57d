import { expect, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";

/** Browsers and houses of other files run beside this one. */
const SOON = { timeout: 10_000 };

const { house, browser } = await openBrowserHouse();

/** Outages that are over, one a day, the latest today. Each is told as PulseCheck would have stored it. */
async function addHistory(alice: Person, monitorId: string, count: number): Promise<string[]> {
  const { id, workspaceId } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
  const rows = await house.db.prisma.incident.createManyAndReturn({
    data: Array.from({ length: count }, (_, day) => {
      const startedAt = new Date(Date.now() - day * 86_400_000 - 3_600_000);
      const endedAt = new Date(startedAt.getTime() + 90_000);
      const detail = `The server answered 503. Outage ${day} of ${alice.email}`;
      return { workspaceId, monitorId: id, startedAt, confirmedAt: startedAt, endedAt, reason: 5, detail };
    }),
  });
  return rows.map((row) => row.id);
}

test("an outage shows on the open page, and its recovery moves it to the history with the alerts told", async () => {
  const alice = await house.register("alice");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, name: "Shop", failure_threshold: 1 });
  await house.checkNow(alice, monitor.id);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/incidents");
  await page.getByText("No incidents", { exact: true }).waitFor();
  expect(await findBarriers()).toEqual([]);

  shop.breakIt();
  const down = page.getByRole("region", { name: "On now" }).getByRole("article", { name: "Shop" });
  await down.getByText("Down now").waitFor();
  await page.getByRole("link", { name: "Incidents 1 open incident" }).waitFor();
  await down.getByText(/^Unexpected status:/).waitFor();
  const told = down.getByRole("listitem");
  await expect
    .poll(() => told.allInnerTexts(), { timeout: 15_000 })
    .toEqual([
      expect.stringContaining("First failed check"),
      expect.stringContaining("Confirmed"),
      expect.stringContaining("Down alert to alice@example.com by e-mail: sent"),
    ]);
  const soFar = await down.getByText(/· for/).innerText();
  await expect.poll(() => down.getByText(/· for/).innerText(), SOON).not.toBe(soFar);
  expect(await findBarriers()).toEqual([]);

  shop.mend();
  const over = page.getByRole("region", { name: "History" }).getByRole("article", { name: "Shop" });
  await over.getByText("Over", { exact: true }).first().waitFor();
  await down.waitFor({ state: "detached" });
  await page.getByText("Nothing is wrong right now.").waitFor();
  await over.getByText("What happened").click();
  await expect
    .poll(() => over.getByRole("listitem").allInnerTexts(), { timeout: 15_000 })
    .toEqual([
      expect.stringContaining("First failed check"),
      expect.stringContaining("Confirmed"),
      expect.stringContaining("Down alert to alice@example.com by e-mail: sent"),
      expect.stringContaining("Over"),
      expect.stringContaining("Recovery alert to alice@example.com by e-mail: sent"),
    ]);
  await page.getByRole("link", { name: "Incidents", exact: true }).waitFor();
  expect(await findBarriers()).toEqual([]);
  await over.getByRole("link", { name: "Shop" }).click();
  await page.waitForURL(`/monitors/${monitor.id}`);
  expect(complaints).toEqual([]);
});

test("the history is read page by page, by range, and down to the incident that the address names", async () => {
  const bob = await house.register("bob");
  const quiet = await openTargetForTest();
  const name = "n".repeat(200);
  const monitor = await house.addMonitor(bob, { url: quiet.url, name, is_active: false });
  const ids = await addHistory(bob, monitor.id, 70);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: bob,
    viewport: { width: 360, height: 740 },
  });
  await page.goto("/incidents");
  const cards = page.getByRole("article");
  await expect.poll(() => cards.count(), SOON).toBe(50);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Load more" }).click();
  await expect.poll(() => cards.count(), SOON).toBe(70);
  await expect
    .poll(() => page.getByText("That was the first one.").evaluate((it) => it === document.activeElement), SOON)
    .toBe(true);

  await page.getByLabel("Range").selectOption("Last 7 days");
  await expect.poll(() => cards.count(), SOON).toBe(7);
  await page.reload();
  await expect.poll(() => cards.count(), SOON).toBe(7);
  expect(new URL(page.url()).search).toBe("?range=7d");

  await page.goto(`/incidents#${ids.at(-1)}`);
  await expect.poll(() => cards.last().evaluate((card) => card.contains(document.activeElement)), SOON).toBe(true);
  expect(await cards.last().getAttribute("id")).toBe(ids.at(-1));
  expect(complaints).toEqual([]);
});

test("the timeline says what became of each alert, also of those that were not sent", async () => {
  const dora = await house.register("dora");
  const { id } = await house.addMonitor(dora, { url: "http://127.0.0.1:9/", name: "Shop", is_active: false });
  const [incidentId = ""] = await addHistory(dora, id, 1);
  const dueAt = new Date(Date.now() + 300_000);
  const common = { incidentId, dueAt };
  await house.db.prisma.delivery.createMany({
    data: [
      { ...common, kind: "DOWN", recipient: "a@example.com", state: "SUPPRESSED" },
      { ...common, kind: "DOWN", recipient: "b@example.com", state: "REJECTED", lastError: "It is no mailbox" },
      { ...common, kind: "DOWN", recipient: "c@example.com", state: "UNCONFIRMED", sentAt: new Date() },
      { ...common, kind: "DOWN", recipient: "d@example.com", state: "PENDING" },
      { ...common, kind: "UP", recipient: "a@example.com", state: "SUPPRESSED" },
    ],
  });
  const { page, complaints } = await openVisitor(browser, house.url, { as: dora });
  await page.goto("/incidents");
  await page.getByText("What happened").click();
  for (const words of [
    "a@example.com by e-mail: held back by the debounce",
    "b@example.com by e-mail: rejected (It is no mailbox)",
    "c@example.com by e-mail: sent, but nobody knows whether it arrived",
    "d@example.com by e-mail: waiting to be sent",
    "Recovery alert to a@example.com by e-mail: not sent",
  ])
    await page.getByRole("listitem").filter({ hasText: words }).waitFor();
  expect(complaints).toEqual([]);
});

test("what a target says is text, and another workspace's outages are not told", async () => {
  const charlie = await house.register("charlie");
  const { page, complaints } = await openVisitor(browser, house.url, { as: charlie });
  await page.goto("/incidents");
  await page.getByText("No incidents", { exact: true }).waitFor();
  const monitor = await house.addMonitor(charlie, { url: "http://127.0.0.1:9/<b>bold</b>", name: "<i>Nobody</i>" });
  const card = page.getByRole("article", { name: "<i>Nobody</i>" });
  await card.getByText("No connection:").waitFor();
  expect(await page.getByRole("article").count()).toBe(1);
  await house.call("DELETE", `/api/v1/monitors/${monitor.id}`, { token: charlie.token });
  await page.getByText("No incidents", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});
