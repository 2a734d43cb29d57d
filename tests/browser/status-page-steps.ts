import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { openTargetForTest } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";
import type { House } from "../harness/house.ts";
import { addManyMonitors } from "../harness/many-monitors.ts";

export const PHONE = { width: 360, height: 740 };

/** Three monitors of somebody new, that are up. */
export async function openWorkspace(house: House, name: string) {
  const owner = await house.register(name);
  const target = await openTargetForTest();
  const add = (called: string) =>
    house.addMonitor(owner, { url: `${target.url}secret-path`, name: called, failure_threshold: 1 });
  const monitors = [await add("Web shop"), await add("Payment API"), await add("Internal wiki")] as const;
  const countUp = async () => {
    const { body } = await house.call("GET", "/api/v1/monitors?status=UP", { token: owner.token });
    return body.items.length;
  };
  await expect.poll(countUp, { timeout: 10_000 }).toBe(monitors.length);
  return { owner, target, monitors };
}

/** 2,000 monitors with long names. */
export async function openCrowdedWorkspace({ register, db }: House, name: string): Promise<Person> {
  const owner = await register(name);
  const many = { count: 2_000, intervalS: 3_600, timeoutMs: 1_000, name: "Monitor", url: "http://127.0.0.1:9/" };
  await addManyMonitors(db.pool, { ...many, ownerId: owner.id });
  const sql = "UPDATE monitors SET is_active = false, name = repeat('x', 180) || name WHERE created_by_id = $1";
  await db.pool.query(sql, [owner.id]);
  return owner;
}

export async function publish(
  house: House,
  { token }: Person,
  slug: string,
  monitors: readonly MonitorView[],
  more: object = {},
) {
  const groups = [{ name: "Customers", components: monitors.map(({ id }) => ({ monitor_id: id })) }];
  const json = { slug, title: "Acme status", is_published: true, groups, ...more };
  const { status, body } = await house.call("POST", "/api/v1/status-pages", { token, json });
  expect(status).toBe(201);
  return body as { id: string; slug: string };
}

export const picker = (page: Page, group: string) => page.getByRole("combobox", { name: `Add a monitor to ${group}` });
const rowsOf = (page: Page, group: string) =>
  page.getByRole("list", { name: `Monitors in ${group}` }).getByRole("textbox", { name: /^Shown name of/ });
export const orderOf = (page: Page, group: string) =>
  rowsOf(page, group).evaluateAll((all) => all.map((input) => input.getAttribute("aria-label")?.slice(14)));
export const isWithinScreen = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
export const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);

/** Finds a monitor by some letters, and adds it by keyboard. */
export async function pick(page: Page, group: string, letters: string, name: string) {
  await picker(page, group).focus();
  await page.keyboard.type(letters);
  await page.getByRole("option", { name }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText(`${name} is added to ${group}.`).waitFor();
}

/** Each badge of a component is a picture that shows, and Markdown with its whole address. */
export async function expectBadges(page: Page, address: string, shownName: string): Promise<void> {
  const badges = page.locator("[data-badges]").filter({ hasText: shownName });
  await badges.locator("summary").click();
  const id = await badges.getAttribute("data-badges");
  for (const kind of ["status", "uptime", "latency"]) {
    const image = badges.getByRole("img", { name: `The ${kind} badge of ${shownName}` });
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
    const markdown = badges.getByLabel(`Markdown of the ${kind} badge`, { exact: true });
    expect(await markdown.inputValue()).toBe(`![${kind}](${address}/badges/${id}/${kind}.svg)`);
  }
}

export async function save(page: Page): Promise<void> {
  const answered = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await page.getByRole("button", { name: "Save" }).click();
  expect((await answered).status()).toBe(200);
}
