import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Browsers and houses of other files run beside this one. */
export const SOON = { timeout: 15_000 };

export const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
export const isWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

/** What is said below a field. */
export async function errorAt(page: Page, label: string): Promise<string> {
  const input = field(page, label);
  await expect.poll(() => input.getAttribute("aria-invalid")).toBe("true");
  const ids = (await input.getAttribute("aria-describedby"))?.split(" ") ?? [];
  return page.locator(`[id="${ids.at(-1) ?? ""}"]`).innerText();
}

/** Sends the form of a monitor and answers what the request to the API held. */
export async function send(page: Page, name: string): Promise<unknown> {
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().includes("/api/v1/monitors") && /POST|PATCH/.test(one.method())),
    button(page, name).click(),
  ]);
  return request.postDataJSON();
}
