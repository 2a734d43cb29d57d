import { expect, test, vi } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import {
  expectBadges,
  focused,
  isWithinScreen,
  openWorkspace,
  openCrowdedWorkspace,
  orderOf,
  save,
  PHONE,
  pick,
  picker,
  publish,
} from "./status-page-steps.ts";

// Each is a whole story, in two browsers at times.
vi.setConfig({ testTimeout: 60_000 });

const { house, browser } = await openBrowserHouse();

test("two of three monitors are published in a group, and everybody sees exactly those", async () => {
  const { owner } = await openWorkspace(house, "alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: owner });
  await page.goto("/status-pages");
  await page.getByText("A status page shows everybody").waitFor();
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("link", { name: "New status page" }).click();
  await page.getByLabel("Title").fill("Café Acme");
  expect(await page.getByLabel("Slug").inputValue()).toBe("cafe-acme");
  await page.getByText(`${house.url}/status/cafe-acme`).waitFor();
  await page.getByLabel("Slug").fill("acme-now");
  await page.getByLabel("Title").fill("Acme status");
  expect(await page.getByLabel("Slug").inputValue()).toBe("acme-now");
  await page.getByLabel("Description").fill("What we run.");
  await page.getByLabel("Published").check();
  await page.getByText("Never its URL").waitFor();
  await page.getByLabel("Name of group 1").fill("Customers");
  await pick(page, "Customers", "pay", "Payment API");
  expect(await picker(page, "Customers").inputValue()).toBe("");
  await pick(page, "Customers", "secret shop", "Web shop");
  await page.getByLabel("Shown name of Web shop").fill("Shop");
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Create the page" }).click();

  await page.getByRole("heading", { name: "Acme status", level: 1 }).waitFor();
  await page.getByRole("textbox", { name: "Public page" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Public page" }).inputValue()).toBe(`${house.url}/status/acme-now`);
  expect(await page.getByLabel("Atom feed", { exact: true }).inputValue()).toBe(
    `${house.url}/status/acme-now/feed.atom`,
  );
  await expectBadges(page, `${house.url}/status/acme-now`, "Shop");
  expect(await findBarriers()).toEqual([]);

  const visitor = await openVisitor(browser, house.url, { javaScriptEnabled: false });
  await visitor.page.goto("/status/acme-now");
  await visitor.page.getByRole("heading", { name: "Acme status" }).waitFor();
  await visitor.page.getByRole("heading", { name: "Customers" }).waitFor();
  const seen = await visitor.page.content();
  expect(seen).toContain("Payment API");
  expect(seen).toContain("Shop");
  for (const hidden of ["Internal wiki", "Web shop", "secret-path"]) expect(seen).not.toContain(hidden);
  expect([...complaints, ...visitor.complaints]).toEqual([]);

  await page.getByRole("link", { name: "Status pages" }).click();
  const row = page.getByRole("list", { name: "Status pages" }).getByRole("listitem");
  expect(await row.innerText()).toMatch(/Acme status[^]*acme-now[^]*Published[^]*Open[^]*2 monitors/);
  expect(await findBarriers()).toEqual([]);
  const [opened] = await Promise.all([
    page.waitForEvent("popup"),
    row.getByRole("link", { name: /^acme-now/ }).click(),
  ]);
  await opened.getByRole("heading", { name: "Acme status" }).waitFor();
});

test("a target breaks, and the page that an editor has published shows it live", async () => {
  const { owner, target, monitors } = await openWorkspace(house, "bob");
  const { id } = await publish(house, owner, "bobs-page", monitors.slice(0, 1), { is_published: false });
  const { page, complaints } = await openVisitor(browser, house.url, { as: owner });
  const visitor = await openVisitor(browser, house.url);
  await visitor.page.goto("/status/bobs-page");
  await visitor.page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.goto(`/status-pages/${id}`);
  await page.getByText("This page is a draft").waitFor();
  await page.getByLabel("Published").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The page is saved.").waitFor();

  await visitor.page.reload();
  await visitor.page.getByText("Everything is up").first().waitFor();
  target.breakIt();
  await visitor.page.getByRole("heading", { name: "Open incidents" }).waitFor({ timeout: 15_000 });
  await page.getByLabel("Shown name of Web shop").fill("The shop");
  await page.getByRole("button", { name: "Save" }).click();
  await visitor.page.getByText("The shop").first().waitFor();
  expect([...complaints, ...visitor.complaints]).toEqual([]);
});

test("a password is set, asked for, changed and taken away, and never shown", async () => {
  const { owner, monitors } = await openWorkspace(house, "carol");
  const { id } = await publish(house, owner, "carols-page", monitors);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: owner });
  await page.goto(`/status-pages/${id}`);
  await page.getByRole("button", { name: "Set a password" }).press("Enter");
  await page.keyboard.type("abc");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").filter({ hasText: "4" }).waitFor();
  await expect.poll(() => focused(page)).toBe("");
  await page.getByLabel("Password", { exact: true }).and(page.getByRole("textbox")).fill("open sesame");
  await save(page);
  await page.getByText("Visitors are asked for a password.").waitFor();
  expect(await page.content()).not.toContain("open sesame");
  await page.getByText("other sites cannot show them").waitFor();

  const visitor = await openVisitor(browser, house.url, { javaScriptEnabled: false });
  await visitor.page.goto("/status/carols-page");
  expect(await visitor.page.content()).not.toContain("Web shop");
  await visitor.page.getByLabel("Password").fill("open sesame");
  await visitor.page.getByRole("button", { name: "Show the page" }).click();
  await visitor.page.getByText("Web shop").first().waitFor();

  await page.getByRole("button", { name: "Change the password" }).press("Enter");
  await page.keyboard.type("open barley");
  await save(page);
  await visitor.page.reload();
  await visitor.page.getByLabel("Password").waitFor();
  await page.getByRole("button", { name: "Remove the password" }).press("Enter");
  await expect.poll(() => focused(page)).toBe("Keep the password");
  expect(await findBarriers()).toEqual([]);
  await save(page);
  await page.getByRole("button", { name: "Set a password" }).waitFor();
  await visitor.page.goto("/status/carols-page");
  await visitor.page.getByText("Web shop").first().waitFor();
  expect(complaints).toEqual([]);
});

test("groups and monitors are arranged by keyboard: each step is said, and the focus goes on", async () => {
  const { owner, monitors } = await openWorkspace(house, "dave");
  const { id } = await publish(house, owner, "daves-page", monitors);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: owner, viewport: PHONE });
  await page.goto(`/status-pages/${id}`);
  const said = page.getByRole("status").filter({ hasText: /\.$/ });
  const press = async (name: string, words: string, next: string) => {
    await page.getByRole("button", { name, exact: true }).press("Enter");
    await said.filter({ hasText: words }).first().waitFor();
    await expect.poll(() => focused(page)).toBe(next);
  };
  await press("Move Internal wiki up", "Internal wiki: now 2 of 3.", "Move Internal wiki up");
  await press("Move Internal wiki up", "Internal wiki: now 1 of 3.", "Move Internal wiki down");
  expect(await orderOf(page, "Customers")).toEqual(["Internal wiki", "Web shop", "Payment API"]);
  await press("Add a group", "Group 2 is added.", "Name of group 2");
  await page.keyboard.type("Staff");
  await page.getByLabel("Group of Internal wiki").selectOption("Staff");
  await expect.poll(() => focused(page)).toBe("Group of Internal wiki");
  await press("Move Staff up", "Staff: now 1 of 2 groups.", "Move Staff down");
  expect(await orderOf(page, "Staff")).toEqual(["Internal wiki"]);
  await press("Remove Web shop", "Removed from the page: Web shop.", "Remove Payment API");
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await expect.poll(() => orderOf(page, "Customers")).toEqual(["Web shop", "Payment API"]);
  expect(await isWithinScreen(page)).toBe(true);
  expect(await findBarriers()).toEqual([]);

  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByText("The page is saved.").waitFor();
  await expect.poll(() => focused(page)).toBe("Save");
  await page.reload();
  await expect.poll(() => orderOf(page, "Staff")).toEqual(["Internal wiki"]);
  await press("Remove Staff", "Removed: Staff with its monitor.", "Name of group 1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("list", { name: "Monitors in Staff" }).waitFor({ state: "detached" });
  const visitor = await openVisitor(browser, house.url, { javaScriptEnabled: false });
  await expect
    .poll(async () => {
      await visitor.page.goto("/status/daves-page");
      return visitor.page.content();
    })
    .not.toContain("Internal wiki");
  expect(complaints).toEqual([]);
});

test("saving takes back nothing that others changed meanwhile", async () => {
  const { owner, monitors } = await openWorkspace(house, "ivan");
  const { id } = await publish(house, owner, "ivans-page", monitors.slice(0, 1));
  const { page, complaints } = await openVisitor(browser, house.url, { as: owner });
  await page.goto(`/status-pages/${id}`);
  await page.getByLabel("Title").fill("By Ivan");
  const json = { description: "By Bob.", groups: [{ name: "Staff", components: [{ monitor_id: monitors[2].id }] }] };
  await house.call("PATCH", `/api/v1/status-pages/${id}`, { token: owner.token, json });
  await save(page);
  await expect.poll(() => orderOf(page, "Staff")).toEqual(["Internal wiki"]);
  expect(await page.getByLabel("Description").inputValue()).toBe("By Bob.");
  expect(complaints).toEqual([]);
});

test("what is refused is said at its field, which gets the focus", async () => {
  const { owner, monitors } = await openWorkspace(house, "erin");
  await publish(house, owner, "erins-page", []);
  const { page, complaints } = await openVisitor(browser, house.url, { as: owner });
  await page.goto("/status-pages/new");
  await page.getByRole("button", { name: "Create the page" }).click();
  await expect.poll(() => page.getByLabel("Title").evaluate((it) => it === document.activeElement)).toBe(true);
  await page.getByLabel("Title").fill("Erin's page");
  await page.getByLabel("Slug").fill("erins-page");
  await pick(page, "the group without a name", "web", "Web shop");
  await page.getByRole("button", { name: "Create the page" }).click();
  await page.getByRole("alert").getByText("Is taken").waitFor();
  await expect.poll(() => page.getByLabel("Slug").evaluate((it) => it === document.activeElement)).toBe(true);

  await page.getByLabel("Slug").fill("erins-other-page");
  await page.getByRole("button", { name: "Add a group" }).click();
  await page.getByLabel("Name of group 2").fill("");
  await page.getByRole("button", { name: "Create the page" }).click();
  await page.getByRole("alert").getByText("Another group has no name either").waitFor();
  await page.getByLabel("Name of group 2").fill("Second");
  await house.call("DELETE", `/api/v1/monitors/${monitors[0].id}`, { token: owner.token });
  await page.getByRole("button", { name: "Create the page" }).click();
  await page.getByRole("alert").getByText("Is no monitor of this workspace").waitFor();
  await page.getByRole("button", { name: "Remove A monitor that is gone" }).click();
  await page.getByRole("button", { name: "Create the page" }).click();
  await page.getByText("This page is a draft").waitFor();
  expect(complaints).toEqual([]);
});

test("what is not saved is not lost by leaving, nor kept from leaving; a page is deleted", async () => {
  const { owner, monitors } = await openWorkspace(house, "frank");
  const { id } = await publish(house, owner, "franks-page", monitors);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: owner });
  await page.goto(`/status-pages/${id}`);
  await page.getByLabel("Title").fill("Another title");
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.evaluate(() => location.reload());
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await page.getByRole("link", { name: "Incidents" }).click();
  const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await question.waitFor();
  expect(await findBarriers()).toEqual([]);
  await question.getByRole("button", { name: "Stay here" }).click();
  await question.waitFor({ state: "detached" });
  expect(await page.getByLabel("Title").inputValue()).toBe("Another title");
  await page.getByRole("link", { name: "Incidents" }).click();
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("heading", { name: "Incidents", level: 1 }).waitFor();

  await page.goBack();
  await expect.poll(() => page.getByLabel("Title").inputValue()).toBe("Acme status");
  await page.getByRole("button", { name: "Delete" }).click();
  const sure = page.getByRole("alertdialog", { name: "Delete the status page “Acme status”?" });
  await sure.waitFor();
  expect(await findBarriers()).toEqual([]);
  await sure.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("No status page yet").waitFor();
  const { status } = await house.call("GET", "/status/franks-page");
  expect(status).toBe(404);
  expect(complaints).toEqual([]);
});

test("a viewer sees the pages and their links, and nothing to change them", async () => {
  const { owner, monitors } = await openWorkspace(house, "heidi");
  const { id } = await publish(house, owner, "heidis-page", monitors);
  await house.db.prisma.membership.updateMany({ where: { userId: owner.id }, data: { role: "VIEWER" } });
  const { page, complaints } = await openVisitor(browser, house.url, { as: owner });
  await page.goto(`/status-pages/${id}`);
  await page.getByText("Your role lets you see this page").waitFor();
  await page.getByRole("textbox", { name: "Public page" }).waitFor();
  await page.getByRole("link", { name: "Status pages" }).click();
  await page.getByRole("link", { name: "Acme status" }).waitFor();
  expect(await page.getByRole("link", { name: "New status page" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("one of thousands of monitors is found; long names break nothing on a small screen", async () => {
  const owner = await openCrowdedWorkspace(house, "grace");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: owner, viewport: PHONE });
  await page.goto("/status-pages/new");
  await page.getByLabel("Title").fill("t".repeat(120));
  const search = picker(page, "the group without a name");
  await search.click();
  await page.getByText("1980 more: type to find them.").waitFor();
  expect(await page.getByRole("option").count()).toBe(20);
  expect(await findBarriers()).toEqual([]);
  expect(await isWithinScreen(page)).toBe(true);
  await page.keyboard.type("monitor 1234");
  await expect.poll(() => page.getByRole("option").count()).toBe(1);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: /^Shown name of x+Monitor 1234$/ }).waitFor();
  await expect.poll(() => search.evaluate((input) => input === document.activeElement)).toBe(true);
  await page.getByRole("button", { name: "Create the page" }).click();
  await page.getByText("This page is a draft").waitFor();
  expect(await isWithinScreen(page)).toBe(true);
  await page.getByRole("link", { name: "Status pages" }).click();
  await page.getByText("Draft", { exact: true }).waitFor();
  expect(await isWithinScreen(page)).toBe(true);
  expect(complaints).toEqual([]);
});
