import { expect, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";
import { openDeviceSocket } from "../harness/fleet.ts";

const { house, browser } = await openBrowserHouse();

async function report({ token }: Person, json: unknown): Promise<void> {
  const answer = await house.call("POST", "/api/v1/heartbeat", { token, json });
  expect(answer.status).toBeLessThan(300);
}

test("a device that has reported has its tile, and its battery changes while one looks", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/devices");
  await page.getByRole("heading", { name: "No devices yet" }).waitFor();
  await page.getByRole("region", { name: "A heartbeat with curl" }).getByText("/api/v1/heartbeat").waitFor();
  expect(await findBarriers()).toEqual([]);

  await report(alice, { device_id: "pc-01", name: "Till", battery_level: 80, signal_strength: -60 });
  const tile = page.getByRole("listitem").filter({ hasText: "Till" });
  await tile.getByText("80 %").waitFor();
  await tile.getByText("Online").waitFor();
  // What is shown is watched about a second after: until then heartbeats are not told.
  let level = 79;
  await expect
    .poll(
      async () => {
        await report(alice, { device_id: "pc-01", battery_level: (level -= 1) });
        return (await tile.textContent())?.includes("80 %");
      },
      { timeout: 10_000 },
    )
    .toBe(false);
  await report(alice, { device_id: "pc-01", battery_level: 12 });
  await tile.getByText("12 %").waitFor();
  await tile.getByText("At risk").waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("navigation", { name: "View" }).getByRole("link", { name: "Table" }).click();
  await page.getByRole("table", { name: "Devices" }).getByRole("row", { name: /Till/ }).waitFor();
  expect(new URL(page.url()).search).toBe("?view=table");
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Offline" }).click();
  await page.getByText("No device is like that").waitFor();
  expect(new URL(page.url()).search).toBe("?view=table&status=OFFLINE");
  await page.getByRole("link", { name: "Show all devices" }).click();
  await page.getByRole("searchbox").fill("till");
  await tile.waitFor();
  expect(complaints).toEqual([]);
});

test("a device's page shows its past, takes changes, and is gone when it is deleted", async () => {
  const bob = await house.register("bob");
  const sentAt = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  await report(bob, { device_id: "pc-02", battery_level: 90, signal_strength: -70 });
  for (const minutes of [30, 20, 10])
    await report(bob, { device_id: "pc-02", battery_level: 60 + minutes, sent_at: sentAt(minutes) });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: bob,
    viewport: { width: 360, height: 740 },
  });
  await page.goto("/devices/pc-02");
  await page.getByRole("heading", { name: "pc-02", level: 1 }).waitFor();
  await page.getByRole("region", { name: "Battery" }).getByText("from 70 % to 90 %").waitFor();
  await page.getByRole("region", { name: "Presence" }).getByText("never offline").first().waitFor();
  await page.getByRole("list", { name: "Events" }).getByText("Online").waitFor();
  await page.getByText("It has not been offline so far.").waitFor();
  await page.getByRole("region", { name: "Battery" }).locator("canvas").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Back door");
  await page.getByLabel("At risk after (s)").fill("soon");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => page.getByLabel("At risk after (s)").getAttribute("aria-invalid")).toBe("true");
  expect(await findBarriers()).toEqual([]);
  await page.getByLabel("At risk after (s)").fill("60");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Back door", level: 1 }).waitFor();

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByRole("heading", { name: "No devices yet" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a device's heartbeats are counted while one looks: a batch for many, a connection for none", async () => {
  const erin = await house.register("erin");
  await report(erin, { device_id: "pc-03", battery_level: 90 });
  const { page, complaints } = await openVisitor(browser, house.url, { as: erin });
  await page.goto("/devices/pc-03");
  const now = page.getByRole("region", { name: "Now" });
  const figure = now.locator("dt", { hasText: /^Heartbeats$/ }).locator("+ dd");
  const isWatched = () =>
    house.db.prisma.deviceState.count({ where: { device: { deviceId: "pc-03" }, watchedUntil: { gt: new Date() } } });
  await expect.poll(isWatched, { timeout: 10_000 }).toBe(1);
  expect(await figure.innerText()).toBe("1");
  const sentAt = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
  await report(
    erin,
    [3, 2, 1].map((seconds) => ({ device_id: "pc-03", battery_level: 80, sent_at: sentAt(seconds) })),
  );
  await expect.poll(() => figure.innerText(), { timeout: 10_000 }).toBe("4");

  const socket = await openDeviceSocket(house, await house.createKey(erin, "INGEST"));
  socket.send({ device_id: "pc-03", event_type: "connected" });
  await page.getByText("Connected by a socket").waitFor();
  socket.send({ device_id: "pc-03", event_type: "heartbeat", battery_level: 70 });
  await now.getByText("70 %").waitFor();
  expect(await figure.innerText()).toBe("5");
  expect(complaints).toEqual([]);
});

test("a fleet is filtered by tag and place, and its analytics lead from a place to its devices", async () => {
  const carol = await house.register("carol");
  await report(carol, [
    { device_id: "gate", name: "Gate", location: "Hall 1" },
    { device_id: "pump", name: "Pump", location: "Hall 2" },
  ]);
  const { token } = carol;
  await house.call("PATCH", "/api/v1/devices/pump", { token, json: { tags: ["wet"] } });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: carol,
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
  });
  await page.goto("/devices");
  const names = page.getByRole("list", { name: "Devices" }).getByRole("link");
  await page.getByLabel("Tag", { exact: true }).selectOption("wet");
  await expect.poll(() => names.allTextContents()).toEqual(["Pump"]);
  await page.getByLabel("Location", { exact: true }).selectOption("Hall 1");
  await page.getByText("No device is like that").waitFor();
  await page.getByLabel("Tag", { exact: true }).selectOption("All tags");
  await expect.poll(() => names.allTextContents()).toEqual(["Gate"]);
  expect(new URL(page.url()).search).toBe("?location=Hall+1");

  await page.getByRole("main").getByRole("link", { name: "Analytics" }).click();
  await page.getByLabel("Group").selectOption("By location");
  await page.getByLabel("Range").selectOption("Last 90 days");
  await page
    .getByRole("table", { name: "Device analytics" })
    .getByRole("row", { name: /Hall 2/ })
    .waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("link", { name: "Hall 2" }).click();
  await page.getByRole("table", { name: "Device analytics" }).getByRole("link", { name: "Pump" }).click();
  await page.getByRole("region", { name: "Presence" }).getByText("Availability").waitFor();
  expect(new URL(page.url()).search).toBe("?range=90d");
  expect(complaints).toEqual([]);
});

test("a workspace's defaults for its devices are changed in the settings, and judged by the rules", async () => {
  const dave = await house.register("dave");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: dave });
  await page.goto("/settings?section=devices");
  const offlineAfter = page.getByLabel("Offline after (s)");
  await offlineAfter.fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Must be a number").waitFor();
  await offlineAfter.fill("100");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Must be more than at_risk_after_s, which is 120").waitFor();
  expect(await findBarriers()).toEqual([]);
  await page.getByLabel("At risk after (s)").fill("60");
  await page.getByLabel("Mail when a device goes offline").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved. Devices are judged by it at once.").waitFor();
  const { body } = await house.call("GET", "/api/v1/workspace", { token: dave.token });
  expect(body).toMatchObject({
    device_at_risk_after_s: 60,
    device_offline_after_s: 100,
    device_battery_low: 20,
    device_alerts: false,
  });
  expect(complaints).toEqual([]);
});
