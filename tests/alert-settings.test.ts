import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type House } from "./harness/house.ts";
import { openMailService, type MailService, type SentMail } from "./harness/mail-service.ts";
import { openTarget } from "./harness/target.ts";

/** An instance that mails nobody unverified, with a monitor of alice's, who is verified, that works. */
async function openStreet(broker: (typeof BROKERS)[number] = "postgres", env: Record<string, string> = {}) {
  const mails = await openMailService();
  const target = await openTarget();
  const house = await openHouse({
    broker,
    env: {
      PULSECHECK_EMBEDDED: "false",
      ALLOW_PRIVATE_TARGETS: "127.0.0.0/8",
      POSTMARK_API_TOKEN: "a-server-token",
      POSTMARK_API_URL: mails.url,
      PUBLIC_URL: "https://status.example.com/pulse",
      ...env,
    },
  });
  onTestFinished(async () => {
    await house.stop();
    await target.stop();
    await mails.stop();
  });
  const alice = await house.register("alice");
  await verify(house, mails, alice);
  const monitor = await house.addMonitor(alice, { url: target.url, name: "shop", failure_threshold: 1 });
  await house.checkNow(alice, monitor.id);
  return { mails, target, house, alice, monitor };
}

/** The token of the link to this page, as somebody finds it in the mail. */
function tokenOf({ html, text }: SentMail, page: string): string {
  const link = new RegExp(`https://status\\.example\\.com/pulse/${page}\\?token=([\\w.-]+)`);
  const [, token = ""] = link.exec(text) ?? [];
  expect(html).toContain(`${page}?token=${token}`);
  return token;
}

async function verify(house: House, mails: MailService, { email }: Person): Promise<void> {
  const mail = await mails.mail(({ to, subject }) => to === email && subject === "Verify your e-mail address");
  expect((await house.call("POST", "/auth/verify", { json: { token: tokenOf(mail, "verify") } })).status).toBe(200);
}

/** Asks an address to confirm, and waits for the mail. */
async function addAddress(house: House, mails: MailService, { token }: Person, email: string): Promise<SentMail> {
  expect((await house.call("POST", "/api/v1/alert-addresses", { token, json: { email } })).status).toBe(201);
  return mails.mail(({ to, subject }) => to === email && subject === "Confirm that you want alerts");
}

async function confirm(house: House, mail: SentMail): Promise<void> {
  const json = { token: tokenOf(mail, "verify-alert-address") };
  expect((await house.call("POST", "/auth/verify-alert-address", { json })).body).toMatchObject({ email: mail.to });
}

const settle = (house: House, { token }: Person, json: object) =>
  house.call("PATCH", "/api/v1/workspace", { token, json });
const alertsOf = ({ accepted }: MailService, kind: "DOWN" | "UP") =>
  accepted.filter(({ subject }) => subject.startsWith(`${kind}:`)).map(({ to }) => to);

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("every member and confirmed address gets one mail, nobody else; the recovery goes to the same", async () => {
    const { mails, target, house, alice } = await openStreet(broker);
    const { workspaceId } = await house.db.prisma.membership.findFirstOrThrow({ where: { userId: alice.id } });
    for (const name of ["bob", "unverified"]) {
      const member = await house.register(name);
      if (name === "bob") await verify(house, mails, member);
      await house.db.prisma.membership.create({ data: { workspaceId, userId: member.id, role: "VIEWER" } });
    }
    await settle(house, alice, { alert_audience: "members" });
    for (const email of ["ops@example.com", "bob@example.com"])
      await confirm(house, await addAddress(house, mails, alice, email));
    await addAddress(house, mails, alice, "unconfirmed@example.com");

    target.breakIt();
    const told = ["alice@example.com", "bob@example.com", "ops@example.com"];
    await expect.poll(() => alertsOf(mails, "DOWN").toSorted(), { timeout: 15_000 }).toEqual(told);
    await settle(house, alice, { alert_audience: "addresses_only" });
    await confirm(house, await addAddress(house, mails, alice, "late@example.com"));
    target.mend();
    await expect.poll(() => alertsOf(mails, "UP").toSorted(), { timeout: 15_000 }).toEqual(told);
    expect(alertsOf(mails, "DOWN")).toHaveLength(3);
  });
});

test("an address outside stops its mails by a link that needs no login, between DOWN and UP; members have none", async () => {
  const { mails, target, house, alice, monitor } = await openStreet();
  await confirm(house, await addAddress(house, mails, alice, "ops@example.com"));
  target.breakIt();
  const [down, hers] = await Promise.all(
    ["ops@example.com", alice.email].map((email) =>
      mails.mail(({ to, subject }) => to === email && subject === "DOWN: shop"),
    ),
  );
  for (const mail of [down, hers])
    expect(mail?.text).toContain(`https://status.example.com/pulse/monitors/${monitor.id}`);
  expect(hers?.text).not.toContain("stop-alerts");
  expect(hers?.html).not.toContain("stop-alerts");
  const json = { token: down ? tokenOf(down, "stop-alerts") : "" };
  expect((await house.call("POST", "/auth/stop-alerts", { json })).status).toBe(204);
  target.mend();
  await mails.mail(({ to, subject }) => to === alice.email && subject === "UP: shop");
  const states = async () => {
    const { body } = await house.call("GET", "/api/v1/incidents", { token: alice.token });
    return body.items[0].alerts.map(
      (one: Record<string, string>) => `${one["kind"]} ${one["recipient"]} ${one["state"]}`,
    );
  };
  await expect
    .poll(states)
    .toEqual(expect.arrayContaining(["UP ops@example.com SUPPRESSED", `UP ${alice.email} SENT`]));
  expect(alertsOf(mails, "UP")).toEqual([alice.email]);
});

test("a workspace that wants every outage at once gets it, whatever the instance's window", async () => {
  const { mails, target, house, alice } = await openStreet();
  await settle(house, alice, { debounce_minutes: 0 });
  for (const outages of [1, 2, 3]) {
    target.breakIt();
    await expect.poll(() => alertsOf(mails, "DOWN"), { timeout: 15_000 }).toHaveLength(outages);
    target.mend();
    await expect.poll(() => alertsOf(mails, "UP"), { timeout: 15_000 }).toHaveLength(outages);
  }
});

test("the mail that asks a stranger carries no link but ours, whatever the workspace is called", async () => {
  const { mails, house, alice } = await openStreet();
  await settle(house, alice, { name: 'Win at https://evil.example/x?y or <a href="//evil.example">' });
  const { html, text } = await addAddress(house, mails, alice, "stranger@example.com");
  expect(`${html}${text}`).not.toMatch(/evil\.example|<a href="\/\//);
  expect(text).toContain("Asked by: the workspace Win at https evil example x y or a href evil example");
  expect([...html.matchAll(/href="([^?"]*)/g)].map(([, href]) => href)).toEqual([
    "https://status.example.com/pulse/verify-alert-address",
  ]);
});

test("on an instance that mails at once, an added address is told without a confirmation", async () => {
  const { mails, target, house, alice } = await openStreet("postgres", { PULSECHECK_EMBEDDED: "true" });
  await addAddress(house, mails, alice, "ops@example.com");
  target.breakIt();
  await expect
    .poll(() => alertsOf(mails, "DOWN").toSorted(), { timeout: 15_000 })
    .toEqual([alice.email, "ops@example.com"]);
});
