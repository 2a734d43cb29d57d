import { expect, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import { button, errorAt, field, isWide, part, send, SOON } from "./monitor-steps.ts";

const { house, browser } = await openBrowserHouse({ env: { MIN_CHECK_INTERVAL: "30" } });

test("a URL alone is enough: it leads to the new monitor, whose first check is there within moments", async () => {
  const alice = await house.register("alice");
  const shop = await openTargetForTest();
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/monitors/new");
  await field(page, "URL").fill(shop.url.replace("http://", ""));
  expect(await field(page, "Name").isVisible()).toBe(false);
  expect(await findBarriers()).toEqual([]);
  await button(page, "Watch it").click();
  await page.getByRole("heading", { level: 1, name: new URL(shop.url).host }).waitFor(SOON);
  await page.locator('[data-status="UP"]').waitFor(SOON);
  await part(page, "Checks").getByRole("row").filter({ hasText: "OK" }).waitFor(SOON);
  expect(complaints).toEqual([]);
});

test("everything that can be said of a monitor reaches the API, and the target", async () => {
  const alice = await house.register("alice-all");
  const shop = await openTargetForTest();
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/monitors/new");
  await field(page, "URL").fill(`${shop.url}health`);
  await page.getByText("More options").click();
  expect(await field(page, "Name").getAttribute("placeholder")).toBe(`${new URL(shop.url).host}/health`);
  await page.getByText("In whole seconds, from 30 s to 1 h.").waitFor();
  await field(page, "Name").fill("Shop");
  await field(page, "Tags").fill("prod, shop");
  await field(page, "Notes").fill("Call Bob.");
  await field(page, "Interval (s)").fill("300");
  await field(page, "Time limit (ms)").fill("5000");
  await field(page, "Failures until it is down").fill("3");
  await field(page, "Method").selectOption("POST");
  await button(page, "Add a header").click();
  await field(page, "Name of header 1").fill("X-Key");
  await field(page, "Value of header 1").fill("abc");
  await field(page, "Text of the body").fill("hello");
  await field(page, "Kind of login").selectOption("basic");
  await field(page, "User name").fill("alice");
  await field(page, "Password").fill("secret");
  await field(page, "Status").fill("200, 204 300-399");
  await field(page, "Text that must be there").fill("well");
  await field(page, "Text that must not be there").fill("error");
  await field(page, "Redirects at most").fill("2");
  await page.getByRole("checkbox", { name: "Verify the certificate" }).uncheck();
  expect(await findBarriers()).toEqual([]);
  expect(await send(page, "Watch it")).toEqual({
    url: `${shop.url}health`,
    name: "Shop",
    interval: 300,
    method: "POST",
    headers: { "X-Key": "abc" },
    body: "hello",
    auth: { type: "basic", username: "alice", password: "secret" },
    expected_status: ["200", "204", "300-399"],
    keyword: "well",
    keyword_absent: "error",
    timeout_ms: 5_000,
    follow_redirects: true,
    max_redirects: 2,
    verify_tls: false,
    failure_threshold: 3,
    alerts_on_anomaly: false,
    tags: ["prod", "shop"],
    notes: "Call Bob.",
  });
  const asked = await shop.asked(1);
  expect([asked.method, asked.body, asked.headers["x-key"]]).toEqual(["POST", "hello", "abc"]);
  expect(complaints).toEqual([]);
});

test("what is wrong is said at its field, by the form and by the API alike", async () => {
  const alice = await house.register("alice-wrong");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/monitors/new");
  await button(page, "Watch it").click();
  expect(await errorAt(page, "URL")).toMatch(/^Must start with http/);

  await page.getByText("More options").click();
  await page.getByText("from 30 s to 1 h").waitFor();
  await field(page, "URL").fill("https://example.com");
  await field(page, "Interval (s)").fill("5");
  await field(page, "Time limit (ms)").fill("long");
  await field(page, "Status").fill("fine");
  await field(page, "Tags").fill("x".repeat(60));
  await field(page, "Kind of login").selectOption("bearer");
  await button(page, "Add a header").click();
  await field(page, "Name of header 1").fill("Expect");
  await field(page, "Value of header 1").fill("1");
  await button(page, "Watch it").click();
  expect(await errorAt(page, "Interval (s)")).toBe("Must be 30 or more");
  expect(await errorAt(page, "Time limit (ms)")).toBe("Must be a whole number");
  expect(await errorAt(page, "Status")).toBe("Must be codes and ranges, such as 204, 200-299");
  expect(await errorAt(page, "Tags")).toBe("Must be at most 50 characters long");
  expect(await errorAt(page, "Token")).toBe("Must not be empty");
  await page.getByRole("group", { name: "headers" }).getByText("Expect is set by PulseCheck itself").waitFor();
  expect(await findBarriers()).toEqual([]);

  // Only the API knows which addresses this instance may reach.
  await page.goto("/monitors/new");
  await field(page, "URL").fill("http://169.254.169.254/");
  await button(page, "Watch it").click();
  expect(await errorAt(page, "URL")).toMatch(/169\.254\.169\.254/);
  expect(complaints).toEqual([]);
});

test("an interval that the API refuses is told at the field, though the form's rules are unknown", async () => {
  const alice = await house.register("alice-rules");
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.route("**/openapi.json", (route) => route.abort());
  await page.goto("/monitors/new");
  await field(page, "URL").fill("https://example.com");
  await page.getByText("More options").click();
  await field(page, "Interval (s)").fill("5");
  await button(page, "Watch it").click();
  expect(await errorAt(page, "Interval (s)")).toMatch(/30/);
  expect(complaints).toEqual([]);
});

test("only what changed is sent; stored secrets are kept, replaced or removed, and their mask is never sent", async () => {
  const alice = await house.register("alice-edit");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, {
    url: shop.url,
    name: "Shop",
    interval: 3_600,
    method: "POST",
    headers: { "X-Key": "first", "X-Other": "second" },
    body: "old body",
    auth: { type: "bearer", token: "old-token" },
  });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  const edit = async () => {
    await page.goto(`/monitors/${monitor.id}/edit`);
    await page.getByText("X-Key, X-Other: stored, and never shown again.").waitFor(SOON);
  };
  const saved = () => part(page, "Now").waitFor(SOON);

  await edit();
  await page.getByText("A body: stored").waitFor();
  await page.getByText("A bearer token: stored").waitFor();
  expect(await page.content()).not.toContain("********");
  expect(await findBarriers()).toEqual([]);
  await button(page, "Save").click();
  await saved();

  await edit();
  await field(page, "Name").fill("Store");
  expect(await send(page, "Save")).toEqual({ name: "Store" });
  await page.getByRole("heading", { level: 1, name: "Store" }).waitFor();
  const before = shop.journal.length;
  await house.checkNow(alice, monitor.id);
  const kept = shop.journal.slice(before).at(-1);
  expect([kept?.headers["x-key"], kept?.body, kept?.headers.authorization]).toEqual([
    "first",
    "old body",
    "Bearer old-token",
  ]);

  await edit();
  await button(page, "Replace the headers").click();
  await button(page, "Save").click();
  await page.getByText("X-Key needs a value").waitFor();
  await field(page, "Value of header 1").fill("third");
  await button(page, "Remove header 2").click();
  await button(page, "Remove the body").click();
  await button(page, "Replace the login").click();
  await field(page, "Token").fill("thrown away");
  await button(page, "Keep the stored login").click();
  expect(await send(page, "Save")).toEqual({ headers: { "X-Key": "third" }, body: null });
  await saved();

  await page.goto(`/monitors/${monitor.id}/edit`);
  await button(page, "Remove the login").click();
  await button(page, "Remove the headers").click();
  expect(await send(page, "Save")).toEqual({ headers: null, auth: null });
  await saved();
  expect(complaints).toEqual([]);
});

test("a change is asked about before it is lost, by typing and by a button alike", async () => {
  const alice = await house.register("alice-leaves");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, {
    url: shop.url,
    name: "Shop",
    interval: 3_600,
    method: "POST",
    body: "x",
  });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
  const go = (name: string) => page.getByRole("link", { name, exact: true }).click();
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.goto(`/monitors/${monitor.id}/edit`);
  await field(page, "Notes").fill("Call Bob.");
  await go("Incidents");
  await question.waitFor();
  expect(await findBarriers()).toEqual([]);
  await question.getByRole("button", { name: "Stay here" }).click();
  await button(page, "Log out").click();
  await question.getByRole("button", { name: "Stay here" }).click();
  expect(await field(page, "Notes").inputValue()).toBe("Call Bob.");
  expect(await page.evaluate(async () => (await fetch("/users/me")).status)).toBe(200);
  await go("Incidents");
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("main", { name: "Incidents" }).waitFor();
  await expect.poll(focused).toBe("main");

  // A filter of the same page leaves the focus where it is.
  await page.getByRole("link", { name: "Monitors", exact: true }).click();
  await page.getByRole("searchbox").fill("sho");
  await page.waitForURL(/sho/);
  expect(await page.getByRole("searchbox").evaluate((it) => it === document.activeElement)).toBe(true);

  await page.goto("/monitors/new");
  await page.getByText("More options").click();
  await field(page, "Method").selectOption("POST");
  await go("Cancel");
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("main", { name: "Monitors" }).waitFor();

  await page.goto(`/monitors/${monitor.id}/edit`);
  await button(page, "Remove the body").click();
  await go("Cancel");
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("main", { name: "Shop" }).waitFor();
  await expect.poll(focused).toBe("main");
  await go("Edit");
  await go("Cancel");
  await page.getByRole("main", { name: "Shop" }).waitFor();
  expect(complaints).toEqual([]);
});

test("the forms fit on a phone in both themes; what cannot be edited is not found", async () => {
  const alice = await house.register("alice-phone");
  const shop = await openTargetForTest();
  const monitor = await house.addMonitor(alice, {
    url: `${shop.url}${"a".repeat(200)}`,
    name: "w".repeat(200),
    interval: 3_600,
    headers: { [`X-${"h".repeat(90)}`]: "1" },
  });
  const viewport = { width: 360, height: 800 };
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice, viewport });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`/monitors/${monitor.id}/edit`);
    await button(page, "Replace the headers").click();
    expect(await isWide(page)).toBe(false);
    expect(await findBarriers()).toEqual([]);
  }
  await page.goto("/monitors/00000000-0000-4000-8000-000000000000/edit");
  await page.getByRole("heading", { name: "There is nothing here" }).waitFor(SOON);
  expect(complaints).toEqual([]);
});
