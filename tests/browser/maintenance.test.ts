import { expect, test, vi } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

vi.setConfig({ testTimeout: 90_000 });

const { house, browser } = await openBrowserHouse();

test("a window is planned, begins, is seen on the board and the monitor's page, and is ended and deleted", async () => {
  const alice = await house.register("alice");
  const shop = await house.addMonitor(alice, { url: "https://example.com/", name: "Web shop", is_active: true });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/maintenance");
  await page.getByText("No maintenance window yet").waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("link", { name: "New window" }).click();
  await page.getByRole("heading", { name: "New maintenance window" }).waitFor();
  await page.getByRole("button", { name: "Create the window" }).click();
  await page.getByText("Must name a monitor, a device or a tag, or everything").waitFor();
  await page.getByLabel("Name").fill("New disks");
  await page.getByRole("checkbox", { name: "Web shop" }).check();
  await page.getByLabel("Repeats").selectOption("weekly");
  await page.getByRole("checkbox", { name: "Mon" }).check();
  await page.getByLabel("Begins at").fill("02:30");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  const preview = page.getByRole("status", { name: "Next occurrences" }).getByRole("listitem");
  await expect.poll(() => preview.count(), { timeout: 10_000 }).toBe(5);
  await page.getByLabel("Lasts", { exact: true }).fill("30");
  await page.getByText("must end before the next one begins").waitFor();
  await page.getByRole("button", { name: "Create the window" }).click();
  await page.getByText("Must end before the next one begins", { exact: true }).waitFor();
  await page.getByLabel("Lasts", { exact: true }).fill("3");
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Create the window" }).click();
  const upcoming = page.getByRole("list", { name: "Upcoming" }).getByRole("listitem");
  await expect.poll(() => upcoming.innerText()).toMatch(/New disks[^]*Web shop[^]*at 02:30 for 3 h/);

  await upcoming.getByRole("link", { name: "New disks" }).click();
  await page.getByRole("heading", { name: "Edit New disks" }).waitFor();
  expect(await page.getByRole("checkbox", { name: "Mon" }).isChecked()).toBe(true);
  await page.getByLabel("Repeats").selectOption("once");
  await page.getByLabel("Begins", { exact: true }).fill("2020-01-01T00:00");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Must be at most 90 days after starts_at").waitFor();
  const hourAgo = new Date(Date.now() - 3_600_000);
  const local = new Date(hourAgo.getTime() - hourAgo.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  await page.getByLabel("Begins", { exact: true }).fill(local);
  await page.getByRole("button", { name: "Save" }).click();
  const active = page.getByRole("list", { name: "On now" }).getByRole("listitem");
  await active.getByText("until").waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("link", { name: "Monitors" }).click();
  const row = page.locator(`[data-monitor="${shop.id}"]`);
  await row.getByText("Maintenance").waitFor();
  await row.getByRole("link", { name: "Web shop" }).click();
  await page.getByText("In maintenance until").waitFor();
  expect(await findBarriers()).toEqual([]);
  const [window] = (await house.call("GET", "/api/v1/maintenance-windows", { token: alice.token })).body.items;
  await house.call("POST", `/api/v1/maintenance-windows/${window.id}/end`, { token: alice.token });
  await page.getByText("In maintenance until").waitFor({ state: "hidden" });

  await page.getByRole("link", { name: "Maintenance", exact: true }).click();
  const past = page.getByRole("list", { name: "Past" }).getByRole("listitem");
  await past.getByRole("button", { name: "Delete New disks" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("No maintenance window yet").waitFor();
  expect(complaints).toEqual([]);
});
