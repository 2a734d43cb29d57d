import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type BrokerKind, type House } from "./harness/house.ts";
import { joinLive } from "./harness/live-client.ts";
import { openMailService, type MailService } from "./harness/mail-service.ts";
import { openTarget } from "./harness/target.ts";

const WINDOWS = "/api/v1/maintenance-windows";
const THRESHOLD = 3;

async function openStreet(broker: BrokerKind) {
  const mails = await openMailService();
  const targets = { shop: await openTarget(), blog: await openTarget(), shed: await openTarget() };
  const house = await openHouse({
    broker,
    env: { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url, EMAIL_FROM: "alerts@example.com" },
  });
  onTestFinished(async () => {
    await house.stop();
    for (const target of Object.values(targets)) await target.stop();
    await mails.stop();
  });
  return { mails, house, ...targets };
}

const alertsIn = ({ accepted }: MailService) =>
  accepted.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject));

async function openWindow(house: House, { token }: Person, targets: object, endsInMs: number) {
  const [starts_at, ends_at] = [Date.now() - 60_000, Date.now() + endsInMs].map((ms) => new Date(ms).toISOString());
  const json = { name: "new disks", targets, schedule: { kind: "once", starts_at, ends_at } };
  const { status, body } = await house.call("POST", WINDOWS, { token, json });
  expect(status).toBe(201);
  return body as { id: string; active_until: string; state: string };
}

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test(
    "what breaks during maintenance alerts nobody, and what is still broken after it does",
    { timeout: 90_000 },
    async () => {
      const { mails, house, shop, blog, shed } = await openStreet(broker);
      const alice = await house.register("alice");
      const { token } = alice;
      const read = async (path: string) => (await house.call("GET", path, { token })).body;
      const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${token}` });
      const add = (name: string, url: string) =>
        house.addMonitor(alice, { url, name, tags: ["disks"], failure_threshold: THRESHOLD });
      const [one, two, three] = [await add("shop", shop.url), await add("blog", blog.url), await add("shed", shed.url)];
      const statusOf = (id: string, status: string) =>
        dashboard.frame(
          ({ type, data }) => type === "monitor.status" && data.monitor_id === id && data.status === status,
        );
      for (const { id } of [one, two, three]) await statusOf(id, "UP");
      shed.breakIt();
      await statusOf(three.id, "DOWN");
      await mails.mail(({ subject }) => subject === "DOWN: shed");

      const window = await openWindow(house, alice, { tags: ["disks"] }, 600_000);
      expect(window).toMatchObject({ state: "active" });
      const begun = await dashboard.frame(({ type, data }) => type === "maintenance.changed" && data.until !== null);
      expect(begun.data).toEqual({
        until: window.active_until,
        monitor_ids: expect.arrayContaining([one.id, two.id, three.id]),
        device_ids: [],
      });
      expect((await read(`/api/v1/monitors/${one.id}`)).in_maintenance_until).toBe(window.active_until);

      // Two and three are broken and mended inside, the first one only broken.
      shop.breakIt();
      blog.breakIt();
      await shop.asked(shop.journal.length + THRESHOLD + 3);
      await blog.asked(blog.journal.length + 2);
      blog.mend();
      shed.mend();
      await statusOf(three.id, "UP");
      await blog.asked(blog.journal.length + 2);
      expect(await read("/api/v1/incidents?open=true")).toMatchObject({ items: [] });
      expect(alertsIn(mails)).toEqual(["DOWN: shed"]);
      expect(await read(`/api/v1/monitors/${one.id}`)).toMatchObject({ status: "UP" });

      const ended = await house.call("POST", `${WINDOWS}/${window.id}/end`, { token });
      expect(ended.body).toMatchObject({ state: "past", active_until: null });
      const endedAt = Date.parse(ended.body.last_occurrence.ends_at);
      await dashboard.frame(({ type, data }) => type === "maintenance.changed" && data.until === null);
      await statusOf(one.id, "DOWN");
      await mails.mail(({ subject }) => subject === "DOWN: shop");
      await mails.mail(({ subject }) => subject === "UP: shed");
      expect(alertsIn(mails).toSorted()).toEqual(["DOWN: shed", "DOWN: shop", "UP: shed"]);

      const [incident] = (await read("/api/v1/incidents?open=true")).items;
      expect(Date.parse(incident.started_at)).toBeGreaterThanOrEqual(endedAt);
      const checks = (await read(`/api/v1/monitors/${one.id}/checks?limit=100`)).items;
      const inside = checks.filter((check: { in_maintenance: boolean }) => check.in_maintenance);
      const after = checks.filter(({ checked_at }: { checked_at: string }) => Date.parse(checked_at) >= endedAt);
      expect(inside.some(({ ok }: { ok: boolean }) => !ok)).toBe(true);
      expect(after.filter(({ ok }: { ok: boolean }) => !ok).length).toBeGreaterThanOrEqual(THRESHOLD);

      // The uptime tells of no check inside, the downtime of no moment.
      const stats = await read(`/api/v1/monitors/${two.id}/stats`);
      expect(stats).toMatchObject({ uptime_ratio: 1, failures: 0, downtime_ms: 0 });
      const whole = (await read("/api/v1/incidents")).items.find(
        ({ monitor_name: name }: { monitor_name: string }) => name === "shed",
      );
      const shedStats = await read(`/api/v1/monitors/${three.id}/stats`);
      expect(shedStats.downtime_ms).toBeGreaterThan(0);
      expect(shedStats.downtime_ms).toBeLessThan(whole.duration_ms);
    },
  );
});
