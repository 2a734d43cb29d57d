import { expect, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import { addPast } from "../harness/measured-past.ts";
import { countPixels } from "./chart-steps.ts";
import { button, part, SOON } from "./monitor-steps.ts";

/** Only what is asked for by hand is checked. */
const HOURLY = { interval: 3_600 };

const { house, browser } = await openBrowserHouse();

test("ranges stand in the address; the chart is told in words and as a table", async () => {
  const alice = await house.register("alice-ranges");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, { url: shop.url, ...HOURLY });
  await house.checkNow(alice, monitor.id);
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${monitor.id}`);
  const latency = part(page, "Latency");
  await latency.getByText(/^In the last 24 hours half of the answers came within \d+ ms/).waitFor(SOON);
  await latency.locator("canvas").waitFor();
  const ranges = page.getByRole("navigation", { name: "Range" });
  await ranges.getByRole("link", { name: "7 d" }).click();
  await latency.getByText(/^In the last 7 days /).waitFor();
  expect(new URL(page.url()).search).toBe("?range=7d");
  await page.reload();
  await latency.getByText(/^In the last 7 days /).waitFor(SOON);
  expect(await ranges.locator("[aria-current=page]").allInnerTexts()).toEqual(["7 d"]);

  await latency.locator(".u-over").hover({ position: { x: 400, y: 50 } });
  await latency.getByText(/^p50 ?\d+ ms$/).waitFor();
  await button(page, "Phases").click();
  await latency.getByText("First byte", { exact: true }).first().waitFor();
  await latency.getByText("Show as a table").click();
  await latency
    .getByRole("row")
    .nth(1)
    .getByRole("cell", { name: /^\d+ ms$/ })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

test("unusually slow checks are dots of the chart, and marked in the log, which shows those alone", async () => {
  const alice = await house.register("alice-slow");
  const shop = await openTargetForTest();
  const { id } = await house.addMonitor(alice, { url: shop.url, ...HOURLY });
  const statusNow = async () => (await house.call("GET", `/api/v1/monitors/${id}`, alice)).body.status;
  await expect.poll(statusNow, SOON).toBe("UP");
  // Of these 432 checks two are unusual, of the last day one; and then comes one that is.
  await addPast(house.db, [{ monitorId: id, days: 3, failEvery: 1_000 }]);
  const usual = { bandReadings: 200, bandCenter: Math.log(20), bandSpread: 0.1 };
  await house.db.prisma.monitorState.updateMany({ where: { monitor: { publicId: id } }, data: usual });
  shop.answer((_request, response) => setTimeout(() => response.end("all is well"), 800));
  await house.checkNow(alice, id);

  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/monitors/${id}`);
  const [latency, rows] = [part(page, "Latency"), part(page, "Checks").getByRole("row")];
  await latency.getByText("2 were unusually slow.").waitFor(SOON);
  const countRed = () => countPixels(latency, "--down");
  await expect.poll(countRed, SOON).toBeGreaterThan(60);
  const over = latency.locator(".u-over");
  const { width = 0 } = (await over.boundingBox()) ?? {};
  await over.hover({ position: { x: width - 1, y: 50 } });
  await latency.getByText(/^Unusual ?\d+ ms$/).waitFor();
  await button(page, "Phases").click();
  await expect.poll(countRed, SOON).toBeGreaterThan(60);

  await rows.filter({ hasText: "manual" }).getByText("Unusual").waitFor();
  await button(page, "Unusual").click();
  await expect.poll(() => rows.filter({ hasText: "OK" }).count(), SOON).toBe(3);
  await button(page, "Check now").click();
  await expect.poll(() => rows.filter({ hasText: "Unusual" }).count(), SOON).toBe(4);
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});
