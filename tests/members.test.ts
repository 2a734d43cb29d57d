import { expect, onTestFinished, test } from "vitest";
import { openHouse, type House } from "./harness/house.ts";
import { openMailService, type MailService } from "./harness/mail-service.ts";
import { openTarget } from "./harness/target.ts";

/** An instance that mails nobody unverified. */
async function openStreet(): Promise<{ house: House; mails: MailService }> {
  const mails = await openMailService();
  const house = await openHouse({
    env: {
      PULSECHECK_EMBEDDED: "false",
      ALLOW_PRIVATE_TARGETS: "127.0.0.0/8",
      POSTMARK_API_TOKEN: "a-server-token",
      POSTMARK_API_URL: mails.url,
      PUBLIC_URL: "https://status.example.com/pulse",
    },
  });
  onTestFinished(async () => {
    await house.stop();
    await mails.stop();
  });
  return { house, mails };
}

test("a team by mail: invited, joined and verified by it; and when its maker leaves, the admins hear of the outage", async () => {
  const { house, mails } = await openStreet();
  const target = await openTarget();
  onTestFinished(() => target.stop());
  const [alice, bob] = [await house.register("alice"), await house.register("bob")];
  await house.db.prisma.user.update({ where: { id: alice.id }, data: { isVerified: true } });
  const name = "Win a prize at https://evil.example.com/<b>";
  const made = await house.call("POST", "/users/me/workspaces", { token: alice.token, json: { name } });
  const headers = { "X-Workspace-Id": String(made.body.id) };
  const asAlice = { token: alice.token, headers };

  const invitation = { email: bob.email, role: "USER" };
  const { body } = await house.call("POST", "/api/v1/invitations", { ...asAlice, json: invitation });
  const isInvitation = ({ to, subject }: { to: string; subject: string }) =>
    to === bob.email && subject === "You are invited to PulseCheck";
  const first = await mails.mail(isInvitation);
  // Whatever the workspace is called, the mail leads nowhere but to us.
  expect(first.text).toContain("alice Example");
  expect(first.text.match(/https?:\/\/[\w.-]+/g)).toEqual(["https://status.example.com"]);
  expect(first.html).not.toContain("evil.example.com");
  const linkIn = ({ text }: { text: string }) => /pulse\/invitation\?token=([\w.-]+)/.exec(text)?.[1] ?? "";
  await house.call("POST", `/api/v1/invitations/${body.id}/resend`, asAlice);
  const second = await mails.mail((mail) => isInvitation(mail) && linkIn(mail) !== linkIn(first));

  const accept = (token: string) =>
    house.call("POST", "/users/me/invitations/accept", { token: bob.token, json: { token } });
  expect((await accept(linkIn(first))).status).toBe(400);
  expect((await accept(linkIn(second))).status).toBe(200);
  expect((await house.call("GET", "/users/me", { token: bob.token })).body.is_verified).toBe(true);

  const monitor = await house.call("POST", "/api/v1/monitors", {
    token: bob.token,
    headers,
    json: { name: "shop", url: target.url, interval: 1, failure_threshold: 1 },
  });
  expect(monitor.status).toBe(201);
  expect((await house.call("DELETE", `/api/v1/members/${bob.id}`, asAlice)).status).toBe(204);
  target.breakIt();
  const down = await mails.mail(({ subject }) => subject === "DOWN: shop");
  target.mend();
  const up = await mails.mail(({ subject }) => subject === "UP: shop");
  expect([down.to, up.to]).toEqual([alice.email, alice.email]);
}, 60_000);
