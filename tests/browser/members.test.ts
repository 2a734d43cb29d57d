import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PASSWORD } from "../harness/caller.ts";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

const { house, browser } = await openBrowserHouse();

const PATIENT = { timeout: 10_000 };

/** The link in the latest invitation of this address, as a path. */
async function invitationOf(email: string): Promise<string> {
  let path = "";
  await expect
    .poll(async () => {
      const { items } = (await house.call("GET", "/dev/mails")).body;
      const mail = items.find(
        (one: { to: string; subject: string }) => one.to === email && one.subject === "You are invited to PulseCheck",
      );
      const link = /https?:\/\/\S+\/invitation\?token=\S+/.exec(mail?.text ?? "")?.[0];
      path = link === undefined ? "" : new URL(link).pathname + new URL(link).search;
      return path;
    }, PATIENT)
    .not.toBe("");
  return path;
}

const workspaceShown = async (page: Page) =>
  page.getByLabel("Workspace", { exact: true }).locator("option:checked").textContent();
const waitForWorkspace = (page: Page, words: string) => expect.poll(() => workspaceShown(page), PATIENT).toBe(words);
const rows = (page: Page) => page.getByRole("list", { name: "Monitors" });

test("a team: made, joined by somebody new, worked in together, and left by the one who is removed", async () => {
  const alice = await house.register("alice");
  const own = await house.addMonitor(alice, { name: "alice's own", url: "https://example.com/", is_active: false });
  const owner = await openVisitor(browser, house.url, { as: alice });
  await owner.page.goto("/settings?section=workspaces");
  await owner.page.getByLabel("Name").fill("The ops team");
  await owner.page.getByRole("button", { name: "Create the workspace" }).click();
  await waitForWorkspace(owner.page, "ADMIN · The ops team");
  await owner.page.goto("/settings?section=members");
  await owner.page.getByLabel("E-mail address").fill("dora@example.com");
  await owner.page.getByLabel("Role", { exact: true }).selectOption("USER");
  await owner.page.getByRole("button", { name: "Invite" }).click();
  await owner.page.getByRole("list", { name: "Invitations" }).getByText("dora@example.com").waitFor();
  expect(await owner.findBarriers()).toEqual([]);

  // Somebody new: the link leads through the registration, and back.
  const guest = await openVisitor(browser, house.url);
  const { page } = guest;
  await page.goto(await invitationOf("dora@example.com"));
  await page.getByRole("heading", { name: "Join The ops team" }).waitFor();
  await page.getByText("alice Example invites dora@example.com").waitFor();
  expect(await guest.findBarriers()).toEqual([]);
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("First name").fill("Dora");
  await page.getByLabel("Last name").fill("Example");
  await page.getByLabel("E-mail address").fill("dora@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create the account" }).click();
  await page.getByRole("button", { name: "Join the workspace" }).click();
  await waitForWorkspace(page, "USER · The ops team");
  await page.locator("[data-connection=live]").waitFor();

  // What one makes shows in the other's, live; what is alice's own does not.
  await owner.page.goto("/");
  await owner.page.locator("[data-connection=live]").waitFor();
  const { id: teamId } = await house.db.prisma.workspace.findFirstOrThrow({ where: { name: "The ops team" } });
  const { publicId } = await house.db.prisma.workspace.findUniqueOrThrow({ where: { id: teamId } });
  await house.call("POST", "/api/v1/monitors", {
    token: alice.token,
    headers: { "X-Workspace-Id": publicId },
    json: { name: "ours", url: "https://example.com/", is_active: false },
  });
  for (const one of [page, owner.page]) await rows(one).getByText("ours").waitFor();
  expect(await rows(owner.page).getByText("alice's own").count()).toBe(0);

  // A USER sees the people, and changes nothing of them.
  await page.goto("/settings?section=members");
  await page.getByRole("list", { name: "Members" }).getByText("alice@example.com").waitFor();
  expect(await page.getByRole("button", { name: /^Remove/ }).count()).toBe(0);
  expect(await page.getByRole("button", { name: "Invite" }).count()).toBe(0);

  // Back and forth; another tab keeps to what it shows.
  await owner.page.getByLabel("Workspace", { exact: true }).selectOption({ label: "ADMIN · alice's workspace" });
  await rows(owner.page).getByText("alice's own").waitFor();
  await waitForWorkspace(page, "USER · The ops team");
  await owner.page.getByLabel("Workspace", { exact: true }).selectOption({ label: "ADMIN · The ops team" });
  await rows(owner.page).getByText("ours").waitFor();

  // A mail's link says which workspace it is about, whatever was chosen last.
  const personal = (await house.call("GET", "/api/v1/workspace", { token: alice.token })).body.id;
  const tab = await owner.page.context().newPage();
  await tab.goto(`/monitors/${own.id}?workspace=${personal}`);
  await tab.getByRole("heading", { name: "alice's own" }).waitFor();
  await waitForWorkspace(tab, "ADMIN · alice's workspace");
  await tab.close();

  await page.goto("/");
  await rows(page).getByText("ours").waitFor();
  await owner.page.goto("/settings?section=members");
  await owner.page.getByLabel("Role of dora@example.com").selectOption("VIEWER");
  await owner.page.getByText("dora@example.com is VIEWER now.").waitFor();
  await owner.page.getByRole("button", { name: "Remove dora@example.com" }).click();
  await owner.page.getByRole("button", { name: "Remove them" }).click();
  await page.getByText("You are not a member of that workspace any more").first().waitFor();
  await waitForWorkspace(page, "ADMIN · Dora's workspace");
  expect(await page.getByText("ours", { exact: true }).count()).toBe(0);
  await page.locator("[data-connection=live]").waitFor();
  expect([...owner.complaints, ...guest.complaints]).toEqual([]);
}, 90_000);

test("an invitation is for one person, and is over once it is taken back", async () => {
  const [erin, frank] = [await house.register("erin"), await house.register("frank")];
  const host = await openVisitor(browser, house.url, { as: erin });
  await host.page.goto("/settings?section=members");
  await host.page.getByLabel("E-mail address").fill(frank.email);
  await host.page.getByRole("button", { name: "Invite" }).click();
  const link = await invitationOf(frank.email);

  const visitor = await openVisitor(browser, house.url, { as: erin });
  await visitor.page.goto(link);
  await visitor.page.getByText("You are logged in as erin@example.com").waitFor();
  await visitor.page.getByRole("button", { name: "Log out" }).click();
  await visitor.page.getByRole("link", { name: "Log in" }).click();
  await visitor.page.getByLabel("E-mail address").fill(frank.email);
  await visitor.page.getByLabel("Password").fill(PASSWORD);
  await visitor.page.getByRole("button", { name: "Log in" }).click();
  await visitor.page.getByRole("button", { name: "Join the workspace" }).waitFor();

  await host.page.getByRole("button", { name: `Revoke the invitation of ${frank.email}` }).click();
  await host.page.getByRole("button", { name: "Revoke it" }).click();
  await host.page.getByText("Nobody is invited just now.").waitFor();
  await visitor.page.getByRole("button", { name: "Join the workspace" }).click();
  await visitor.page.getByRole("alert").waitFor();
  await visitor.page.reload();
  await visitor.page.getByRole("heading", { name: "This invitation is over" }).waitFor();
  expect([...host.complaints, ...visitor.complaints]).toEqual([]);
}, 60_000);
