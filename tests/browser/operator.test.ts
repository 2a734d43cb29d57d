import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { addWorkspace, bringIn } from "../../apps/api/src/members/test-invitations.ts";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

const { house, browser } = await openBrowserHouse({ worker: false });
/** The first to register: she operates the instance. */
const alice = await house.register("alice");

test("an operator: a failed job put back, a quota set, an account disabled, and all of it written down", async () => {
  const bob = await house.register("bob");
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
  expect(await operator.findBarriers()).toEqual([]);
  await page.getByLabel("Kind").selectOption("Queue");
  await changes.nth(1).waitFor({ state: "detached" });
  expect(await changes.allInnerTexts()).toEqual([expect.stringContaining("put back failed jobs")]);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the changes as CSV" }).click();
  const file = await readFile(await (await saved).path(), "utf8");
  expect(file.trim().split("\r\n")).toEqual([
    expect.stringContaining("action"),
    expect.stringContaining("queue.retried"),
  ]);
  await consumer.close();
  expect([...operator.complaints, ...member.complaints]).toEqual([]);
}, 90_000);

test("whoever is the last admin of others is disabled once an operator made another one", async () => {
  const [erna, fred] = [await house.register("erna"), await house.register("fred")];
  const team = await addWorkspace(house, erna, "the shop");
  await bringIn(house, erna, fred, { role: "USER", headers: team });
  const operator = await openVisitor(browser, house.url, { as: alice });
  const { page } = operator;
  await page.goto("/operator?section=users");
  const disable = async () => {
    await page.getByRole("button", { name: `Disable ${erna.email}` }).click();
    await page.getByRole("button", { name: "Disable the account" }).click();
  };
  await disable();
  await page.getByText('This is the last admin of the workspace "the shop".').first().waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();

  const item = page.getByRole("listitem").filter({ hasText: fred.email }).first();
  await item.getByText("2 workspaces").click();
  await item.getByRole("button", { name: `Make ${fred.email} an admin of the shop` }).click();
  expect(await operator.findBarriers()).toEqual([]);
  await page.getByRole("button", { name: "Make them an admin" }).click();
  await page.getByText(`${fred.email} is an admin of the shop now.`).first().waitFor();
  await disable();
  await page.getByText(`${erna.email} is disabled.`).first().waitFor();
}, 60_000);
