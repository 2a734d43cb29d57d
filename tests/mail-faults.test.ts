import type { IncidentView } from "@pulsecheck/shared/incident";
import { describe, onTestFinished, test } from "vitest";
import { alertsOf } from "./fire/judges.ts";
import { BROKERS, openHouse } from "./harness/house.ts";
import { answerJson, openMailService, type Behaviour, type MailService } from "./harness/mail-service.ts";
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
  const alerts = () => mails.accepted.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject));
  const deliveries = async () =>
    (await house.call("GET", "/api/v1/incidents", { token: alice.token })).body.items[0]?.alerts ?? [];
  return { mails, target, house, alerts, deliveries };
}

test("a rejected recipient (406) is marked, not tried again, and hears of no recovery", async ({ expect }) => {
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

/** What the service does with the nth DOWN mail (from 0) of a monitor; after that it accepts. */
const FATES: Record<string, { tries: Behaviour[]; copies: number; ends: "SENT" | "UNCONFIRMED" }> = {
  "busy (429)": { tries: [refuse(429), refuse(429)], copies: 1, ends: "SENT" },
  "broken (500)": { tries: [refuse(500), refuse(500)], copies: 1, ends: "SENT" },
  "away (503)": { tries: [refuse(503)], copies: 1, ends: "SENT" },
  "cut at first": { tries: [takeAndCut], copies: 2, ends: "SENT" },
  cut: { tries: [takeAndCut, takeAndCut, takeAndCut], copies: 2, ends: "UNCONFIRMED" },
  slow: { tries: [answerAfter(12_000)], copies: 1, ends: "SENT" },
  "deaf at first": { tries: [() => undefined], copies: 1, ends: "SENT" },
  "silent at first": { tries: [takeInSilence], copies: 2, ends: "SENT" },
  silent: { tries: [takeInSilence, takeInSilence, takeInSilence], copies: 2, ends: "UNCONFIRMED" },
  "cut within its 200": { tries: [cutWithin(200)], copies: 1, ends: "SENT" },
  "cut within its 500": { tries: [cutWithin(500)], copies: 1, ends: "SENT" },
};

function refuse(status: number): Behaviour {
  return (_mail, response) => answerJson(response, status, { ErrorCode: status, Message: "not now" });
}

function answerAfter(ms: number): Behaviour {
  return (_mail, _response, accept, take) => {
    take();
    setTimeout(accept, ms);
  };
}

function takeInSilence(...[, , , take]: Parameters<Behaviour>): void {
  take();
}

function takeAndCut(...[, response, , take]: Parameters<Behaviour>): void {
  take();
  response.destroy();
}

function cutWithin(status: number): Behaviour {
  return (_mail, response, _accept, take) => {
    if (status === 200) take();
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": 1_000 });
    response.write('{"ErrorCode":', () => response.destroy());
  };
}

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("whatever the mail service does, each incident has one DOWN and one UP mail, and one more where an answer was lost", async ({
    expect,
  }) => {
    const mails = await openMailService();
    const target = await openTarget();
    const env = { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url, ALERT_DIGEST_AFTER: "100" };
    const house = await openHouse({ broker, env });
    try {
      const alice = await house.register("alice");
      const tries = new Map<string, number>();
      mails.behave((mail, ...rest) => {
        const name = mail.subject.replace(/^DOWN: /, "");
        const n = tries.get(name) ?? 0;
        tries.set(name, n + 1);
        (FATES[name]?.tries[n] ?? ((_mail, _response, accept) => accept()))(mail, ...rest);
      });
      target.breakIt();
      for (const name of Object.keys(FATES)) await house.addMonitor(alice, { url: target.url, name });
      const readAlerts = async (kind: string): Promise<Record<string, { state: string; detail: string | null }>> => {
        const { body } = await house.call("GET", "/api/v1/incidents", { token: alice.token });
        const rows = body.items.flatMap(({ monitor_name, alerts }: IncidentView) =>
          alerts.filter((alert) => alert.kind === kind).map(({ state, detail }) => [monitor_name, { state, detail }]),
        );
        return Object.fromEntries(rows);
      };
      const readStates = async (kind: string) =>
        Object.fromEntries(Object.entries(await readAlerts(kind)).map(([name, { state }]) => [name, state]));
      const wanted = Object.fromEntries(Object.entries(FATES).map(([name, { ends }]) => [name, ends]));
      await expect.poll(() => readStates("DOWN"), { timeout: 80_000, interval: 500 }).toEqual(wanted);
      target.mend();
      const allSent = Object.fromEntries(Object.keys(FATES).map((name) => [name, "SENT"]));
      await expect.poll(() => readStates("UP"), { timeout: 30_000 }).toEqual(allSent);

      const details = Object.entries(await readAlerts("DOWN")).map(([name, { detail }]) => [name, detail]);
      expect(Object.fromEntries(details.filter(([, detail]) => detail !== null))).toEqual({
        silent: expect.stringContaining("none came within 15 s"),
        cut: expect.stringContaining("the connection was cut"),
      });
      const sent = alertsOf(mails.accepted);
      for (const [name, { copies }] of Object.entries(FATES)) {
        expect([name, sent.filter((subject) => subject.endsWith(`: ${name}`))]).toEqual([
          name,
          [...Array.from({ length: copies }, () => `DOWN: ${name}`), `UP: ${name}`],
        ]);
      }
    } finally {
      await house.stop();
      await target.stop();
      await mails.stop();
    }
  }, 150_000);
});
