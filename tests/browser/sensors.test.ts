import { expect, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";
import { countPixels } from "./chart-steps.ts";

const { house, browser } = await openBrowserHouse();

async function report({ token }: Person, json: unknown): Promise<void> {
  const answer = await house.call("POST", "/api/v1/sensors", { token, json });
  expect(answer.status).toBe(201);
}

test("a reading shows in the list, and the next one while one looks", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/sensors");
  await page.getByRole("heading", { name: "No sensors yet" }).waitFor();
  expect(await findBarriers()).toEqual([]);
  await report(alice, { sensor_id: "temp-1", value: 21.5, unit: "°C" });
  const tile = page.getByRole("list", { name: "Sensors" }).getByRole("listitem").filter({ hasText: "temp-1" });
  await tile.getByText("21.5 °C").waitFor();
  await report(alice, { sensor_id: "temp-1", value: 22.5 });
  await tile.getByText("22.5 °C").waitFor();
  await page.getByRole("navigation", { name: "View" }).getByRole("link", { name: "Table" }).click();
  await page
    .getByRole("table", { name: "Sensors" })
    .getByRole("row", { name: /temp-1.*22.5 °C/ })
    .waitFor();
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Too high" }).click();
  await page.getByText("No sensor is like that").waitFor();
  expect(new URL(page.url()).search).toBe("?view=table&status=above");
  await page.getByRole("link", { name: "Show all sensors" }).click();
  await page.getByRole("searchbox").fill("nothing is called so");
  await page.getByText("No sensor is like that").waitFor();
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a sensor's page draws readings as they come, and its bounds open an incident", async () => {
  const bob = await house.register("bob");
  await report(bob, { sensor_id: "temp-2", value: 20, unit: "°C", metadata: { room: "<b>cellar</b>" } });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: bob,
    viewport: { width: 360, height: 740 },
  });
  await page.goto("/sensors/temp-2");
  const values = page.getByRole("region", { name: "Values" });
  await values.locator("canvas").waitFor();
  await page.getByRole("table", { name: "Readings" }).getByText("20 °C").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Too high above").fill("30");
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Now" }).getByText("30 °C").waitFor();
  await report(bob, { sensor_id: "temp-2", value: 31 });
  await page.getByRole("region", { name: "Now" }).getByText("31 °C").waitFor();
  await page.getByRole("table", { name: "Readings" }).getByText("31 °C").waitFor();
  await expect.poll(() => values.getByText("31 °C").count(), { timeout: 10_000 }).toBeGreaterThan(0);
  await page.getByText("Out of bounds now").waitFor();

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByRole("heading", { name: "No sensors yet" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a wrong reading is corrected, which shows, and another is deleted", async () => {
  const carol = await house.register("carol");
  for (const value of [20, 9_999]) await report(carol, { sensor_id: "temp-3", value, unit: "°C" });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: carol, colorScheme: "dark" });
  await page.goto("/sensors/temp-3");
  const row = (text: string) =>
    page.getByRole("table", { name: "Readings" }).getByRole("row").filter({ hasText: text });
  await row("9,999 °C").getByRole("button").click();
  const dialog = page.getByRole("alertdialog", { name: "Correct this reading" });
  await dialog.getByLabel("Value (°C)").fill("warm");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Must be a number").waitFor();
  expect(await findBarriers()).toEqual([]);
  await dialog.getByLabel("Value (°C)").fill("21");
  await dialog.getByRole("button", { name: "Save" }).click();
  await row("21 °C").getByText("Corrected").waitFor();
  await page.getByRole("region", { name: "Now" }).getByText("21 °C").waitFor();
  await page.getByRole("list", { name: "Corrections" }).getByText("9,999 °C").waitFor();

  await row("20 °C").getByRole("button").click();
  await dialog.getByRole("button", { name: "Delete the reading" }).click();
  await row("20 °C").waitFor({ state: "detached" });
  await page.getByRole("list", { name: "Corrections" }).getByText("20 °C deleted").waitFor();
  // The button that led here is gone; the focus must not be lost.
  await page.locator("main :focus").waitFor();
  expect(complaints).toEqual([]);
});

test("an anomaly is a dot of the chart as soon as it comes; where only the latest of many are, that is said", async () => {
  const erin = await house.register("erin");
  const timestamp = (i: number) => new Date(Date.now() - (140 - i) * 60_000).toISOString();
  const past = Array.from({ length: 110 }, (_, i) => ({ sensor_id: "temp-4", value: 20, timestamp: timestamp(i) }));
  await report(erin, past);
  const { rows } = await house.db.pool.query<{ key: number }>(
    "SELECT id AS key FROM sensors WHERE sensor_id = 'temp-4'",
  );
  const key = rows[0]?.key ?? 0;
  const usual = { bandReadings: 200, bandCenter: 20, bandSpread: 0.1 };
  const isJudged = async () =>
    (await house.db.prisma.sensorState.updateMany({ where: { sensorKey: key, readings: 110 }, data: usual })).count;
  await expect.poll(isJudged, { timeout: 10_000 }).toBe(1);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: erin });
  await page.goto("/sensors/temp-4");
  const values = page.getByRole("region", { name: "Values" });
  await values.locator("canvas").waitFor();
  expect(await countPixels(values, "--down")).toBe(0);
  await report(erin, { sensor_id: "temp-4", value: 25 });
  await expect.poll(() => countPixels(values, "--down"), { timeout: 10_000 }).toBeGreaterThan(30);
  await page
    .getByRole("table", { name: "Readings" })
    .getByRole("row")
    .filter({ hasText: "25" })
    .getByText("Unusual")
    .waitFor();

  await house.db.pool.query("UPDATE readings SET is_anomaly = true WHERE sensor_key = $1", [key]);
  await page.reload();
  await values.getByText("Of 111 anomalies the latest 100 are drawn.").waitFor();
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});
