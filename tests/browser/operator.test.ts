import { expect, test } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

const { house, browser } = await openBrowserHouse({ worker: false });

test("an operator: a failed job put back, a quota set, an account disabled, and all of it written down", async () => {
  const [alice, bob] = [await house.register("alice"), await house.register("bob")];
  let isBroken = true;
  const consumer = house.broker.jobs.consume("imports", 1, async () => {
    if (isBroken) throw new Error("the disk is full");
  });
  await house.broker.jobs.queue("imports").add({});
  await expect.poll(async () => (await house.broker.jobs.queue("imports").counts()).failed).toBe(1);
  await house.db.pool.query(
    "INSERT INTO system_log (at, level, process, host, pid, message, fields) VALUES (now(), 'error', 'worker', 'a-host', 7, 'it failed', '{\"monitors\": 3}')",
  );

  const operator = await openVisitor(browser, house.url, { as: alice });
  const { page } = operator;
  await page.goto("/");
  await page.getByRole("link", { name: "Operator" }).click();
  await page.getByText("No worker is alive").waitFor();
  isBroken = false;
  const failed = page.getByRole("list", { name: "Failed jobs of imports" });
  await failed.getByText("the disk is full").waitFor();
  expect(await operator.findBarriers()).toEqual([]);
  await failed.getByRole("button", { name: /^Retry job/ }).click();
  await page.getByText("1 job waits again.").waitFor();
  await failed.waitFor({ state: "detached" });

  await page.getByRole("link", { name: "Workspaces", exact: true }).click();
  await page.getByLabel("Search workspaces").fill("bob@");
  const workspaces = page.getByRole("list", { name: "Workspaces" });
  await workspaces.getByText("alice's workspace").waitFor({ state: "detached" });
  await page.getByLabel("Quotas of bob's workspace").click();
  await workspaces.getByLabel("Monitors").fill("a lot");
  await page.getByRole("button", { name: "Save quotas" }).click();
  await page.getByText("Must be a whole number, or empty").waitFor();
  await workspaces.getByLabel("Monitors").fill("0");
  expect(await operator.findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Save quotas" }).click();
  await workspaces.getByText("0 of 0").waitFor();

  await page.getByRole("link", { name: "System log" }).click();
  const log = page.getByRole("list", { name: "Warnings and errors" });
  await log.getByText("it failed").waitFor();
  await log.getByText("Details").click();
  await log.getByText('"monitors": 3').waitFor();
  await page.getByLabel("Level").selectOption("Warning");
  await page.getByText("No warning or error is like that.").waitFor();

  const member = await openVisitor(browser, house.url, { as: bob });
  await member.page.goto("/operator");
  await member.page.getByText("This is for operators").waitFor();
  expect(await member.page.getByRole("link", { name: "Operator" }).count()).toBe(0);
  await member.page.locator("[data-connection=live]").waitFor();

  await page.getByRole("link", { name: "Users" }).click();
  const users = page.getByRole("list", { name: "Users" });
  await users.getByText("1 workspace").first().click();
  await users.getByText("bob's workspace").waitFor();
  expect(await operator.findBarriers()).toEqual([]);
  expect(await page.getByRole("button", { name: `Disable ${alice.email}` }).count()).toBe(0);
  await page.getByRole("button", { name: `Disable ${bob.email}` }).click();
  await page.getByRole("button", { name: "Disable the account" }).click();
  await users.getByText("Disabled").waitFor();
  await member.page.getByRole("button", { name: "Log in" }).waitFor();
  await page.getByRole("button", { name: `Take operator right of ${alice.email}` }).click();
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByText("This is the last operator of the instance.").first().waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("link", { name: "Audit log" }).click();
  const changes = page.getByRole("list", { name: "Changes" }).getByRole("listitem");
  await changes.first().waitFor();
  expect(await changes.count()).toBe(3);
  expect(await changes.allInnerTexts()).toEqual([
    expect.stringContaining(`changed the account ${bob.email}`),
    expect.stringContaining("set the quotas of the workspace bob's workspace"),
    expect.stringContaining("put back failed jobs of the queue imports"),
  ]);
  await consumer.close();
  expect([...operator.complaints, ...member.complaints]).toEqual([]);
}, 90_000);
