import { expect, onTestFinished, test } from "vitest";
import { openHouse } from "./harness/house.ts";
import { answerJson, openMailService, type MailService } from "./harness/mail-service.ts";
import { openTarget } from "./harness/target.ts";

/** Breaks and mends a monitor while the mail service behaves badly. */
async function openStreet(behave: (mails: MailService) => void) {
  const mails = await openMailService();
  const target = await openTarget();
  const house = await openHouse({ env: { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url } });
  onTestFinished(async () => {
    await house.stop();
    await target.stop();
    await mails.stop();
  });
  const alice = await house.register("alice");
  await mails.mail(({ subject }) => subject.startsWith("Verify"));
  behave(mails);
  target.breakIt();
  await house.addMonitor(alice, { url: target.url, name: "shop" });
  const isDown = ({ subject }: { subject: string }) => subject === "DOWN: shop";
  const alerts = () => mails.accepted.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject));
  const deliveries = async () =>
    (await house.call("GET", "/api/v1/incidents", { token: alice.token })).body.items[0]?.alerts ?? [];
  return { mails, target, house, isDown, alerts, deliveries };
}

test.each([429, 500, 503])("a mail service that answers %i gets the mail again, once it takes it", async (status) => {
  let refused = 0;
  const { mails, target, isDown, alerts } = await openStreet((service) =>
    service.behave((_mail, response, accept) => {
      refused += 1;
      if (refused > 1) return accept();
      answerJson(response, status, { ErrorCode: status, Message: "not now" });
    }),
  );
  await mails.mail(isDown);
  target.mend();
  await mails.mail(({ subject }) => subject === "UP: shop");
  expect(alerts()).toEqual(["DOWN: shop", "UP: shop"]);
  expect(refused).toBe(3);
});

test("a rejected recipient (406) is marked, not tried again, and hears of no recovery", async () => {
  const { mails, target, alerts, deliveries } = await openStreet((service) =>
    service.behave((_mail, response) =>
      answerJson(response, 422, {
        ErrorCode: 406,
        Message: "You tried to send to recipient(s) that have been marked as inactive.",
      }),
    ),
  );
  await expect
    .poll(async () => (await deliveries()).map((one: { state: string }) => one.state), { timeout: 15_000 })
    .toEqual(["REJECTED"]);
  const attempts = mails.attempts.length;
  mails.acceptAll();
  target.mend();
  await expect
    .poll(async () => (await deliveries()).map((one: { state: string }) => one.state).toSorted(), { timeout: 15_000 })
    .toEqual(["REJECTED", "SUPPRESSED"]);
  expect(mails.attempts).toHaveLength(attempts);
  expect(alerts()).toEqual([]);
});

test("a mail service that takes a mail and closes without an answer gets it twice at most", async () => {
  const { mails, target, isDown, alerts, deliveries } = await openStreet((service) =>
    service.behave((_mail, response, accept) => {
      response.destroy();
      accept();
    }),
  );
  await expect.poll(async () => (await deliveries())[0]?.state, { timeout: 25_000 }).toBe("SENT");
  expect(mails.accepted.filter(isDown)).toHaveLength(2);
  mails.acceptAll();
  target.mend();
  await mails.mail(({ subject }) => subject === "UP: shop");
  expect(alerts()).toEqual(["DOWN: shop", "DOWN: shop", "UP: shop"]);
}, 60_000);
