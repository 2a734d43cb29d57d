import { expect, test } from "vitest";
import { openBrowserHouse, openTargetForTest, openVisitor } from "../harness/browser.ts";

const { house, browser } = await openBrowserHouse();

/** The link of the latest mail to this address, as a path. */
async function mailedPath(email: string, subject: RegExp): Promise<string> {
  let path = "";
  await expect
    .poll(async () => {
      const { body } = await house.call("GET", "/dev/mails");
      const mail = body.items.find(
        (one: { to: string; subject: string }) => one.to === email && subject.test(one.subject),
      );
      const link = /https?:\/\/\S+token=\S+/.exec(mail?.text ?? "")?.[0];
      path = link === undefined ? "" : new URL(link).pathname + new URL(link).search;
      return path;
    })
    .not.toBe("");
  return path;
}

test("a newcomer signs up, is asked for one thing, a URL, and sees it checked within seconds", async () => {
  const target = await openTargetForTest();
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url);
  await page.goto("/");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("heading", { name: "Create an account" }).waitFor();
  expect(await findBarriers()).toEqual([]);

  await page.getByLabel("First name").fill("Dora");
  await page.getByLabel("Last name").fill("Example");
  await page.getByLabel("E-mail address").fill("dora@example.com");
  await page.getByLabel("Password").fill("12345678");
  await page.getByRole("button", { name: "Create the account" }).click();
  await page.getByText("Is too easy to guess").waitFor();
  await page.getByLabel("Password").fill("a good long password");
  await page.getByRole("button", { name: "Create the account" }).click();

  await page.getByRole("heading", { name: "Hello Dora. What shall we watch?" }).waitFor();
  expect(await findBarriers()).toEqual([]);
  const url = page.getByLabel("URL");
  expect(await url.evaluate((input) => input === document.activeElement)).toBe(true);
  await url.fill("ftp://example.com");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("http").waitFor();
  await url.fill(target.url.replace("http://", ""));
  const pastedAt = Date.now();
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Monitors" }).getByText("Up", { exact: true }).waitFor({ timeout: 5_000 });
  expect(Date.now() - pastedAt).toBeLessThan(3_000);
  expect(complaints).toEqual([]);
});

test("log-in leads where one wanted to go, and never to another site; log-out closes the door", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url);
  await page.goto("/incidents");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  expect(await findBarriers()).toEqual([]);
  await page.getByLabel("E-mail address").fill(alice.email);
  await page.getByLabel("Password").fill("not her password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/incidents");
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(alice.token);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();

  await page.goto("/login?next=//evil.example/");
  await page.getByLabel("E-mail address").fill(alice.email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
  expect(new URL(page.url()).origin).toBe(house.url);
  expect(complaints).toEqual([]);
});

test("a forgotten password is replaced by a mailed link, which works once", async () => {
  const erin = await house.register("erin");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url);
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await page.getByLabel("E-mail address").fill(erin.email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();

  const path = await mailedPath(erin.email, /password/i);
  await page.goto(path);
  expect(await findBarriers()).toEqual([]);
  await page.getByLabel("New password", { exact: true }).fill("another long password");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByRole("heading", { name: "Your password is changed" }).waitFor();
  expect(page.url()).not.toContain(path.split("token=")[1]);
  await page.goto(path);
  await page.getByLabel("New password", { exact: true }).fill("yet another password");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByRole("alert").waitFor();

  await page.goto("/login");
  await page.getByLabel("E-mail address").fill(erin.email);
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "What shall we watch?" }).waitFor();
  expect(complaints).toEqual([]);
});

test("the link in the first mail verifies the address, by a click and not by being opened", async () => {
  const frank = await house.register("frank");
  const isVerified = async () => (await house.call("GET", "/users/me", { token: frank.token })).body.is_verified;
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url);
  await page.goto(await mailedPath(frank.email, /verif|address/i));
  await page.getByRole("heading", { name: "Is this your address?" }).waitFor();
  expect(await findBarriers()).toEqual([]);
  expect(await isVerified()).toBe(false);
  await page.getByRole("button", { name: "Yes, verify it" }).click();
  await page.getByText("Your address is verified").waitFor();
  expect(await isVerified()).toBe(true);
  expect(complaints).toEqual([]);
});

test("an address that does not exist says so, and the API's stay the API's", async () => {
  const { page } = await openVisitor(browser, house.url);
  await page.goto("/no/such/page");
  await page.getByRole("main").getByRole("heading", { name: "There is nothing here" }).waitFor();
  const answer = await house.call("GET", "/api/v1/nothing", { headers: { Accept: "text/html" } });
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
});
