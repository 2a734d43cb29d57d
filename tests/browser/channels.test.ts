import { expect, onTestFinished, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";
import { openReceiver, SECRETS } from "../harness/receiver.ts";

const SOON = { timeout: 20_000 };
const { house, browser } = await openBrowserHouse();

test("a channel is added, tested, told of an outage, edited without its secret, and deleted; it fits a phone", async () => {
  const receiver = await openReceiver();
  onTestFinished(() => receiver.stop());
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, {
    as: alice,
    viewport: { width: 360, height: 740 },
  });
  await page.goto("/settings?section=channels");
  await page.getByText("There are none yet.").waitFor();
  await page.getByLabel("Kind").selectOption("ntfy");
  await page.getByLabel("Access token (optional)").waitFor();
  await page.getByLabel("Kind").selectOption("Slack");
  await page.getByRole("button", { name: "Add the channel" }).click();
  await page.getByText("Is needed").waitFor();
  await page.getByLabel("Name").fill(`ops-${"x".repeat(90)}`);
  await page.getByLabel("Webhook URL").fill(receiver.channels["slack"]?.config["url"] ?? "");
  await page.getByRole("button", { name: "Add the channel" }).click();
  const item = page.getByRole("list", { name: "Channels" }).getByRole("listitem");
  await item.getByText("Every incident").waitFor();
  expect(await page.content()).not.toContain(SECRETS.slack);

  await item.getByRole("button", { name: "Test ops-" }).click();
  await item.getByText("The test was sent. Look there.").waitFor(SOON);
  await item.getByText("Last message: sent").waitFor();
  receiver.plan("slack", (response) => response.writeHead(404).end("no_service"));
  await item.getByRole("button", { name: "Test ops-" }).click();
  await item.getByText("It answered 404: no_service").waitFor(SOON);
  expect(await findBarriers()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

  const target = await openTargetForTest();
  target.breakIt();
  await house.addMonitor(alice, { url: target.url, name: "shop", failure_threshold: 1, tags: ["prod"] });
  await expect.poll(() => receiver.accepted.some(({ words }) => words.includes("DOWN: shop")), SOON).toBe(true);
  await item.getByRole("button", { name: "Deliveries of ops-" }).click();
  await item.getByRole("row", { name: /Began: shop.*(Sent|On its way)/ }).waitFor();
  await item.getByRole("row", { name: /Test.*Refused.*no_service/ }).waitFor();
  await item.getByRole("row", { name: /Test.*Sent/ }).waitFor();
  expect(await findBarriers()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

  await item.getByRole("button", { name: "Edit ops-" }).click();
  await item.getByLabel("Name").fill("ops");
  await item.getByLabel("Only what has one of these tags").fill("prod, db");
  await item.getByLabel("Values out of bounds").check();
  await item.getByRole("button", { name: "Save" }).click();
  await item.getByText("Only: tag prod, tag db, threshold").waitFor();
  await item.getByRole("button", { name: "Test ops" }).click();
  await item.getByText("The test was sent. Look there.").waitFor(SOON);

  await item.getByRole("button", { name: "Delete ops" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete it" }).click();
  await item.waitFor({ state: "detached" });
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), SOON).toBe("main");
  expect(complaints).toEqual([]);
}, 120_000);
