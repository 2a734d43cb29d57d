import { describe, expect, onTestFinished, test } from "vitest";
import { BROKERS, openHouse, type BrokerKind } from "./harness/house.ts";
import { joinLive } from "./harness/live-client.ts";
import { openMailService } from "./harness/mail-service.ts";
import { openTarget } from "./harness/target.ts";

async function openStreet(broker: BrokerKind, env: Record<string, string> = {}) {
  const mails = await openMailService();
  const target = await openTarget();
  const house = await openHouse({
    broker,
    env: {
      POSTMARK_API_TOKEN: "a-server-token",
      POSTMARK_API_URL: mails.url,
      EMAIL_FROM: "alerts@example.com",
      ...env,
    },
  });
  onTestFinished(async () => {
    await house.stop();
    await target.stop();
    await mails.stop();
  });
  return { mails, target, house };
}

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("from sign-up to live status, one DOWN mail and one UP mail", async () => {
    const { mails, target, house } = await openStreet(broker);
    const alice = await house.register("alice");
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    expect((await dashboard.ofType("snapshot")).data.counts.total).toBe(0);

    const monitor = await house.addMonitor(alice, { url: target.url, name: "shop" });
    const socket = await joinLive(`${house.url}/api/v1/ws/${monitor.id}`, { Authorization: `Bearer ${alice.token}` });
    expect((await dashboard.ofType("monitor.created")).data.id).toBe(monitor.id);
    await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "UP");
    expect((await socket.ofType("monitor.checked")).data).toMatchObject({
      monitor_id: monitor.id,
      ok: true,
      http_status: 200,
    });

    target.breakIt();
    const down = await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "DOWN");
    expect(down.data).toMatchObject({ monitor_id: monitor.id, previous: "UP", reason: "http_status" });
    expect((await dashboard.ofType("incident.opened")).data.monitor_id).toBe(monitor.id);
    const downMail = await mails.mail(({ subject }) => subject === "DOWN: shop");
    expect(downMail).toMatchObject({ to: alice.email, from: "alerts@example.com", token: "a-server-token" });
    expect(downMail.text).toContain("answered with status 500");
    expect(downMail.text).toContain(monitor.id);
    const told = await dashboard.ofType("incident.updated");
    expect(told.data.alerts).toMatchObject([{ kind: "DOWN", state: "SENT", recipient: alice.email }]);

    target.mend();
    await mails.mail(({ subject }) => subject === "UP: shop");
    const closed = await dashboard.ofType("incident.closed");
    expect(closed.data).toMatchObject({ reason: "http_status", monitor_name: "shop" });
    expect(Date.parse(closed.data.confirmed_at)).toBeLessThan(Date.parse(closed.data.ended_at));
    const readIncidents = async () => (await house.call("GET", "/api/v1/incidents", { token: alice.token })).body.items;
    const alertsOf = ([incident]: Awaited<ReturnType<typeof readIncidents>>) =>
      incident.alerts.map((alert: { kind: string; state: string }) => `${alert.kind} ${alert.state}`).toSorted();
    expect(await readIncidents()).toMatchObject([{ id: closed.data.id, reason: "http_status" }]);
    await expect.poll(async () => alertsOf(await readIncidents())).toEqual(["DOWN SENT", "UP SENT"]);

    // A few more good checks: nothing more is sent.
    await target.asked(target.journal.length + 2);
    expect(mails.accepted.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject))).toEqual([
      "DOWN: shop",
      "UP: shop",
    ]);
  });

  test("a failing check below the threshold changes nothing and tells nobody", async () => {
    const { mails, target, house } = await openStreet(broker);
    const alice = await house.register("alice");
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    const monitor = await house.addMonitor(alice, { url: target.url, failure_threshold: 3 });
    dashboard.send({ type: "subscribe", monitor_ids: [monitor.id] });
    await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "UP");

    let failures = 0;
    target.answer((_request, response) => {
      failures += 1;
      response.statusCode = failures <= 2 ? 503 : 200;
      response.end();
    });
    const isRecovered = () =>
      dashboard.frames.filter(({ type, data }) => type === "monitor.checked" && !data.ok).length === 2;
    await dashboard.frame(({ type, data }) => type === "monitor.checked" && data.ok && isRecovered());
    expect(dashboard.frames.filter(({ type }) => type === "monitor.status")).toHaveLength(1);
    expect((await house.call("GET", "/api/v1/incidents", { token: alice.token })).body.items).toEqual([]);
    expect(mails.accepted.filter(({ subject }) => subject.startsWith("DOWN"))).toEqual([]);
  });

  test("flapping inside the debounce window sends one DOWN mail, and an outage still on at its end is announced then", async () => {
    const windowS = 9;
    const { mails, target, house } = await openStreet(broker, { EMAIL_DEBOUNCE_MINUTES: String(windowS / 60) });
    const alice = await house.register("alice");
    const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    const statuses = () =>
      dashboard.frames.filter(({ type }) => type === "monitor.status").map(({ data }) => data.status);
    await house.addMonitor(alice, { url: target.url, name: "flapper", failure_threshold: 1 });

    const flap = async (count: number) => {
      await dashboard.frame(() => statuses().length >= count);
    };
    await flap(1);
    target.breakIt();
    await flap(2);
    const first = await mails.mail(({ subject }) => subject === "DOWN: flapper");
    target.mend();
    await flap(3);
    target.breakIt();
    await flap(4);
    target.mend();
    await flap(5);
    target.breakIt();
    await flap(6);
    expect(statuses()).toEqual(["UP", "DOWN", "UP", "DOWN", "UP", "DOWN"]);

    const second = await mails.mail((mail) => mail.subject === "DOWN: flapper" && mail !== first);
    expect(second.at.getTime() - first.at.getTime()).toBeGreaterThanOrEqual((windowS - 0.5) * 1_000);
    target.mend();
    await mails.mail((mail) => mail.subject === "UP: flapper" && mail.at > second.at);
    const alerts = mails.accepted
      .map(({ subject }) => subject.split(":")[0])
      .filter((word) => word === "DOWN" || word === "UP");
    expect(alerts).toEqual(["DOWN", "UP", "DOWN", "UP"]);
  });
});
