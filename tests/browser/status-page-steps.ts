import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Person } from "../harness/caller.ts";
import type { House } from "../harness/house.ts";
import { openTarget } from "../harness/target.ts";

/** Three monitors of somebody new, that answer. */
export async function openWorkspace(house: House, name: string) {
  const owner = await house.register(name);
  const target = await openTarget();
  onTestFinished(() => target.stop());
  const add = (called: string) =>
    house.addMonitor(owner, { url: `${target.url}secret-path`, name: called, failure_threshold: 1 });
  const monitors = [await add("Web shop"), await add("Payment API"), await add("Internal wiki")] as const;
  await Promise.all(monitors.map(({ id }) => house.checkNow(owner, id)));
  return { owner, target, monitors };
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
