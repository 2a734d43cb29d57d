import { expect, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

const { house, browser } = await openBrowserHouse();

test("the ping URL of a cron job, when it is pinged, turns the monitor up", async () => {
  const alice = await house.register("alice");
  const { id } = await house.addMonitor(alice, { kind: "cron", name: "Backup", interval: 3_600 });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${id}`);
  const url = await page.getByLabel("Ping URL", { exact: true }).inputValue();
  expect(await page.getByRole("button", { name: "Check now" }).count()).toBe(0);
  expect(await findBarriers()).toEqual([]);
  await page.locator('[data-connection="live"]').waitFor();
  expect((await fetch(url)).status).toBe(200);
  await page.locator('[data-status="UP"]').first().waitFor();
  expect(complaints).toEqual([]);
});
