import { queueMonthlyReports } from "@pulsecheck/db/monthly-reports";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import { createCounters } from "@pulsecheck/shared/counters";
import { maintain } from "@pulsecheck/worker/maintenance/maintain";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { openMailService, type MailService } from "./harness/mail-service.ts";
import { addPast } from "./harness/measured-past.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const path = "/api/v1/reports/monthly-mail";
/** The first of this month: the report is of the one before. */
const today = new Date();
const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1));
const month = new Date(first.getTime() - DAY);
const monthDays = month.getUTCDate();

let house: House;
let mails: MailService;
let alice: Person;
beforeAll(async () => {
  mails = await openMailService();
  house = await openHouse({
    worker: false,
    env: {
      POSTMARK_API_TOKEN: "a-server-token",
      POSTMARK_API_URL: mails.url,
      PUBLIC_URL: "https://status.example.com/pulse",
    },
  });
  alice = await house.register("alice");
});
afterAll(async () => {
  await house.stop();
  await mails.stop();
});

const set = (json: unknown, token: string | undefined) => house.call("PUT", path, { token, json });
const get = async (token: string) => (await house.call("GET", path, { token })).body;

/** The housekeeping of a worker, at any time. */
const maintainAt = (now: Date) => {
  const { config, db, broker } = house;
  const box = openSecretBox(config.secretKey);
  return maintain({ config, db, broker, box, log: pino({ level: "silent" }), counters: createCounters() }, now);
};

describe("PUT /api/v1/reports/monthly-mail", () => {
  test("works: it is off until it is asked for, and stands in the audit log", async () => {
    expect(await get(alice.token)).toEqual({ is_wanted: false });
    expect(await set({ is_wanted: true }, alice.token)).toMatchObject({ status: 200, body: { is_wanted: true } });
    expect(await set({ is_wanted: true }, alice.token)).toMatchObject({ status: 200 });
    expect(await get(alice.token)).toEqual({ is_wanted: true });
    const { body } = await house.call("GET", "/api/v1/audit?action=member.updated", { token: alice.token });
    expect(body.items).toMatchObject([{ before: { monthly_report: false }, after: { monthly_report: true } }]);
  });

  test("400 for what says nothing, 401 without a login, 403 for a key", async () => {
    expect((await set({}, alice.token)).status).toBe(400);
    expect((await set({ is_wanted: true }, undefined)).status).toBe(401);
    expect((await set({ is_wanted: true }, await house.createKey(alice, "ADMIN"))).status).toBe(403);
  });

  test("404 in a workspace of others", async () => {
    const charlie = await house.register("charlie");
    const { body } = await house.call("GET", "/users/me/workspaces", { token: alice.token });
    const headers = { "X-Workspace-Id": body.items[0].id as string };
    const { status } = await house.call("PUT", path, { token: charlie.token, headers, json: { is_wanted: true } });
    expect(status).toBe(404);
  });
});

test("each member who asked gets the month once, whoever queues it how often; who left or is inactive gets none", async () => {
  const monitors = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      house.addMonitor(alice, {
        url: "https://example.com/",
        name: `shop ${i} <b>`,
        is_active: false,
        tags: i < 2 ? ["prod"] : [],
      }),
    ),
  );
  const past = monitors.map(({ id }, i) => ({ monitorId: id, days: 5, failEvery: i === 11 ? 1_000_000 : 5 + i }));
  await addPast(house.db, past, first);
  const { id: monitorId, workspaceId } = await house.db.prisma.monitor.findUniqueOrThrow({
    where: { publicId: monitors[0]?.id ?? "" },
  });
  const startedAt = new Date(first.getTime() - 2 * DAY);
  await house.db.prisma.incident.create({
    data: {
      workspaceId,
      monitorId,
      startedAt,
      confirmedAt: startedAt,
      endedAt: new Date(startedAt.getTime() + HOUR),
      reason: 1,
      detail: "",
    },
  });
  const people = await Promise.all(["bob", "dave", "erin", "frank"].map((name) => house.register(name)));
  const [bob, dave, erin] = people;
  for (const { id } of people)
    await house.db.prisma.membership.create({
      data: { workspaceId, userId: id, role: "VIEWER", monthlyReport: id !== bob?.id },
    });
  await house.db.prisma.user.update({ where: { id: dave?.id ?? "" }, data: { isActive: false } });

  // One who asked leaves between the queue and the mail.
  await Promise.all([maintainAt(new Date(first.getTime() + HOUR)), maintainAt(new Date(first.getTime() + HOUR))]);
  await maintainAt(new Date(first.getTime() + 2 * HOUR));
  await house.db.prisma.membership.delete({
    where: { workspaceId_userId: { workspaceId, userId: erin?.id ?? "" } },
  });
  await Promise.all([house.startWorker(), house.startWorker()]);

  const isReport = (to: string) => (mail: { to: string; subject: string }) =>
    mail.to === to && mail.subject.startsWith("Uptime of ");
  const mail = await mails.mail(isReport(alice.email));
  await mails.mail(isReport("frank@example.com"));
  const states = () =>
    house.db.prisma.delivery.findMany({
      where: { kind: "MONTHLY_REPORT" },
      orderBy: { recipient: "asc" },
      select: { recipient: true, state: true },
    });
  await expect.poll(states, { timeout: 20_000 }).toEqual([
    { recipient: "alice@example.com", state: "SENT" },
    { recipient: "erin@example.com", state: "SUPPRESSED" },
    { recipient: "frank@example.com", state: "SENT" },
  ]);
  expect(mails.accepted.filter(({ subject }) => subject.startsWith("Uptime of "))).toHaveLength(2);

  const named = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(month);
  expect(mail.subject).toContain(`in ${named}`);
  expect(mail.text).toContain("Monitors: 12");
  expect(mail.text).toContain("Outages: 1");
  expect(mail.text).toContain("Downtime: 1 h");
  expect(mail.text).toContain("Mean time to recovery: 1 h");
  // The ten worst of them, the worst first; what was always available is not among them.
  const worst = [...mail.text.matchAll(/^(shop \d+) <b>: (\d+\.\d\d) %/gm)].map(([, name]) => name);
  expect(worst).toEqual(Array.from({ length: 10 }, (_, i) => `shop ${i}`));
  const latencies = String.raw`p50 \d+ ms, p95 \d+ ms, p99 \d+ ms$`;
  const figures = String.raw`8\d\.\d\d %, 1 outage, 1 h down, 1 h to recover, ${latencies}`;
  expect(mail.text).toMatch(new RegExp(`^shop 0 <b>: ${figures}`, "m"));
  expect(mail.text).toMatch(new RegExp(`^Tag prod: ${figures}`, "m"));
  expect(mail.text).toMatch(new RegExp(`^Latency: ${latencies}`, "m"));
  const day = month.toISOString().slice(0, 8);
  expect(mail.text).toContain(`https://status.example.com/pulse/report?from=${day}01&to=${day}${monthDays}&workspace=`);
  expect(mail.html).toContain("shop 0 &lt;b&gt;");

  // The tables that the report page exports, of all monitors and of all tags.
  const name = `uptime-${month.toISOString().slice(0, 7)}-by`;
  expect(mail.attachments.map((one) => [one.name, one.type])).toEqual([
    [`${name}-monitor.csv`, "text/csv"],
    [`${name}-tag.csv`, "text/csv"],
  ]);
  for (const [i, by] of ["monitor", "tag"].entries()) {
    const query = `format=csv&by=${by}&from=${day}01T00:00:00Z&to=${first.toISOString()}`;
    const { status, body } = await house.call("GET", `/api/v1/exports/uptime?${query}`, { token: alice.token });
    expect([status, mail.attachments[i]?.text]).toEqual([200, `\uFEFF${body}`]);
  }
});

test("nothing is queued before the last day is rolled up, nor when the month is long over", async () => {
  await house.db.prisma.delivery.deleteMany({ where: { kind: "MONTHLY_REPORT" } });
  const queue = (now: number, rolledUntil: number) =>
    queueMonthlyReports(house.db, {
      now: new Date(now),
      rolledUntil: new Date(rolledUntil),
      mayMailUnverified: true,
    });
  const start = first.getTime();
  expect(await queue(start + HOUR, start - DAY)).toBe(0);
  expect(await queue(start + 3 * DAY, start)).toBe(0);
  expect(await queue(start + HOUR, start)).toBe(2);
});
