import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import { PASSWORD, type Person } from "../harness/caller.ts";

/** Browsers and houses of other files run beside this one. */
const SOON = { timeout: 10_000 };

const { house, browser } = await openBrowserHouse();

const logIn = async (person: Person, password: string) =>
  (await house.call("POST", "/auth/login", { json: { username: person.email, password } })).status;
const mailsTo = async (email: string, subject: string): Promise<number> => {
  const { body } = await house.call("GET", "/dev/mails");
  return body.items.filter((mail: { to: string; subject: string }) => mail.to === email && mail.subject === subject)
    .length;
};
const go = async (page: Page, section: string) => {
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: section }).click();
};

test("the profile: a new name, and the mail that verifies the address once more", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/settings");
  await page.getByLabel("First name").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("First name").and(page.locator("[aria-invalid=true]")).waitFor();
  await page.getByLabel("First name").fill("Alicia");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your name is saved.").waitFor();
  expect((await house.call("GET", "/users/me", { token: alice.token })).body.first_name).toBe("Alicia");
  await page.reload();
  await expect.poll(() => page.getByLabel("First name").inputValue(), SOON).toBe("Alicia");

  await expect.poll(() => mailsTo(alice.email, "Verify your e-mail address"), SOON).toBe(1);
  await page.getByRole("button", { name: "Send the mail again" }).click();
  await expect.poll(() => mailsTo(alice.email, "Verify your e-mail address"), SOON).toBe(2);
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a changed password: the current one is asked for, the old one refused from then on, other sessions end", async () => {
  const bob = await house.register("bob");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: bob });
  const elsewhere = await openVisitor(browser, house.url, { as: bob });
  await elsewhere.page.goto("/settings?section=alerts");
  await elsewhere.page.getByText("Alert addresses", { exact: true }).waitFor();
  await page.goto("/settings?section=password");
  const current = page.getByLabel("Current password");
  await current.fill("not my password");
  await page.getByLabel("New password").fill("a better horse battery");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByRole("alert").getByText("Is wrong").waitFor();
  expect(await current.getAttribute("aria-invalid")).toBe("true");
  expect(await findBarriers()).toEqual([]);

  await current.fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Your password is changed, and your other sessions have ended.").waitFor();
  expect(await current.inputValue()).toBe("");
  await elsewhere.page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 5_000 });
  expect(await logIn(bob, PASSWORD)).toBe(401);
  expect(await logIn(bob, "a better horse battery")).toBe(200);
  await go(page, "Profile");
  await page.getByLabel("First name").waitFor();
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
});

test("sessions: one is ended and thrown out at once, then all the others", async () => {
  const carol = await house.register("carol");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: carol });
  const phone = await openVisitor(browser, house.url, {
    userAgent: "Mozilla/5.0 (Android 15) Firefox/140.0",
    as: carol,
  });
  await phone.page.goto("/settings?section=sessions");
  await phone.page.getByText("Firefox on Android").waitFor();
  await page.goto("/settings?section=sessions");
  const sessions = page.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect.poll(() => sessions.count(), SOON).toBe(3);
  const own = sessions.filter({ hasText: "This one" });
  expect(await own.getByRole("button").count()).toBe(0);
  await own.getByText("Chrome on Linux").waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("button", { name: "End Firefox on Android" }).click();
  await phone.page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 5_000 });
  await expect.poll(() => sessions.count(), SOON).toBe(2);
  expect((await house.call("GET", "/users/me", { token: carol.token })).status).toBe(200);

  await page.getByRole("button", { name: "End all others" }).click();
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("alertdialog").getByRole("button", { name: "End them" }).click();
  await expect.poll(() => sessions.count(), SOON).toBe(1);
  expect((await house.call("GET", "/users/me", { token: carol.token })).status).toBe(401);
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), SOON).toBe("main");
  expect([...complaints, ...phone.complaints]).toEqual([]);
});

test("an API key is shown once, used, revoked, and refused; whoever is no admin reads why there are none", async () => {
  const dora = await house.register("dora");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: dora,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto("/settings?section=keys");
  await page.getByText("There are none yet.").waitFor();
  await page.getByLabel("Name").fill("x".repeat(100));
  await page.getByLabel("Role").selectOption("USER");
  await page.getByLabel("Expires at the end of").fill("2020-01-01");
  await page.getByRole("button", { name: "Create the key" }).click();
  await page.getByText("Must be in the future").waitFor();
  await page.getByLabel("Name").fill("Deploy script");
  await page.getByLabel("Expires at the end of").fill("2099-01-01");
  await page.getByRole("button", { name: "Create the key" }).click();
  const token = await page.getByLabel("Key", { exact: true }).inputValue();
  await page.getByRole("button", { name: "Copy: Key" }).click();
  await page.getByText("Copied.").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  const use = async () => (await house.call("GET", "/api/v1/monitors", { token })).status;
  expect(await use()).toBe(200);
  const item = page.getByRole("list", { name: "API keys" }).getByRole("listitem");
  await item.getByText(token.slice(0, 9)).waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.reload();
  await item.getByText(/USER.*last used.*expires/).waitFor();
  expect(await page.content()).not.toContain(token);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(token);
  await page.getByRole("button", { name: "Revoke Deploy script" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  expect(await use()).toBe(200);
  await page.getByRole("button", { name: "Revoke Deploy script" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke it" }).click();
  await item.getByText("Revoked").waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), SOON).toBe("main");
  expect(await use()).toBe(401);

  await house.db.prisma.membership.updateMany({ where: { userId: dora.id }, data: { role: "VIEWER" } });
  await page.reload();
  await page.getByText(/Your role here is VIEWER/).waitFor();
  expect(await item.count()).toBe(0);
  await go(page, "Alerts");
  await page.getByText(/Only admins of this workspace may change this/).waitFor();
  expect(await page.getByLabel("Who gets alerts").isDisabled()).toBe(true);
  expect(complaints).toEqual([]);
});

test("alerts: the window and the audience are kept, and an address is added, asked, asked again and removed", async () => {
  const erin = await house.register("erin");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: erin });
  await page.goto("/settings?section=alerts");
  const workspace = async () => (await house.call("GET", "/api/v1/workspace", { token: erin.token })).body;
  const debounce = page.getByLabel("Debounce, in minutes");
  await expect.poll(() => debounce.getAttribute("placeholder"), SOON).toBe("60");
  await debounce.fill("soon");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => debounce.getAttribute("aria-invalid"), SOON).toBe("true");
  await debounce.fill("5");
  await page.getByLabel("Name of the workspace").fill("Bakery");
  await page.getByLabel("Who gets alerts").selectOption("Every member of the workspace");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.", { exact: false }).first().waitFor();
  expect(await workspace()).toMatchObject({ name: "Bakery", alert_audience: "members", debounce_minutes: 5 });
  await debounce.fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(async () => (await workspace()).debounce_minutes, SOON).toBeNull();

  const ops = "ops@example.com";
  await page.getByText("There are none yet.").waitFor();
  await page.getByLabel("E-mail address").fill("not an address");
  await page.getByRole("button", { name: "Add the address" }).click();
  await expect.poll(() => page.getByLabel("E-mail address").getAttribute("aria-invalid"), SOON).toBe("true");
  await page.getByLabel("E-mail address").fill(ops);
  await page.getByRole("button", { name: "Add the address" }).click();
  const item = page.getByRole("listitem").filter({ hasText: ops });
  await item.getByText("Not confirmed yet").waitFor();
  await expect.poll(() => mailsTo(ops, "Confirm that you want alerts"), SOON).toBe(1);
  await page.getByRole("button", { name: `Send again to ${ops}` }).click();
  await expect.poll(() => mailsTo(ops, "Confirm that you want alerts"), SOON).toBe(2);
  await page.getByLabel("E-mail address").fill(ops);
  await page.getByRole("button", { name: "Add the address" }).click();
  await page.getByText("Gets this workspace's alerts already").waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("button", { name: `Remove ${ops}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove it" }).click();
  await item.waitFor({ state: "detached" });
  const stored = async () => (await house.call("GET", "/api/v1/alert-addresses", { token: erin.token })).body.items;
  await expect.poll(stored).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the theme is applied at once, kept over a reload, and other tabs follow; each part fits a phone", async () => {
  const fay = await house.register("fay");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: fay,
    colorScheme: "light",
    viewport: { width: 360, height: 740 },
  });
  const otherTab = await page.context().newPage();
  await otherTab.goto("/settings?section=appearance");
  await page.goto("/settings");
  const isDark = (tab: Page) => tab.evaluate(() => document.documentElement.classList.contains("dark"));
  for (const section of ["Profile", "Password", "Sessions", "API keys", "Alerts", "Appearance"]) {
    await go(page, section);
    await expect.poll(() => page.title(), SOON).toBe(`${section} · Settings · PulseCheck`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  }
  expect(await isDark(page)).toBe(false);
  await page.getByLabel("Dark").check();
  expect(await isDark(page)).toBe(true);
  await otherTab.getByLabel("Dark").and(otherTab.locator(":checked")).waitFor();
  expect(await isDark(otherTab)).toBe(true);
  // A tab in the background does not paint, and axe reads the colours of the last paint.
  await page.bringToFront();
  await page.getByLabel("Dark").and(page.locator(":checked")).hover();
  expect(await findBarriers()).toEqual([]);
  await page.reload();
  await page.getByLabel("Dark").and(page.locator(":checked")).waitFor();
  expect(await isDark(page)).toBe(true);
  await page.getByLabel("As the system").check();
  expect(await isDark(page)).toBe(false);
  expect(complaints).toEqual([]);
});
