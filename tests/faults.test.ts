import { SHARDS } from "@pulsecheck/shared/schedule";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { BROKERS, type BrokerKind } from "./harness/house.ts";
import { joinLive } from "./harness/live-client.ts";
import { openMailService } from "./harness/mail-service.ts";
import { openFleet } from "./harness/processes.ts";
import { openTarget, type Target } from "./harness/target.ts";

async function openTown(broker: BrokerKind) {
  const mails = await openMailService();
  const target = await openTarget();
  const fleet = await openFleet(broker, { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url });
  onTestFinished(async () => {
    await fleet.stop();
    await target.stop();
    await mails.stop();
  }, 60_000);
  const api = await fleet.startApi();
  const worker = await fleet.startWorker();
  const alice = await fleet.register("alice");
  return { mails, target, fleet, api, worker, alice };
}

/** The longest time between two checks that the target saw, from the nth on, in ms. */
function longestGap(target: Target, from: number): number {
  const times = target.journal.slice(from).map(({ at }) => at.getTime());
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time)));
}

const alertsOf = (subjects: { subject: string }[]) =>
  subjects.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject));

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("a worker that is killed leaves its work to the next one, which re-reads what is due from Postgres", async () => {
    const { target, fleet, worker, alice } = await openTown(broker);
    await fleet.addMonitor(alice, { url: target.url, timeout_ms: 1_000 });
    await target.asked(3);
    worker.signal("SIGKILL");
    await worker.exited;
    const before = target.journal.length;
    const startedAt = Date.now();
    await fleet.startWorker();
    await target.asked(before + 3);
    // A check under way died with its lease of time-out and margin; one that was not is due at once.
    expect(Date.now() - startedAt).toBeLessThan(40_000);
  }, 120_000);

  test("SIGTERM drains: checks under way end and are kept, the process is gone within 10 s with nothing lost", async () => {
    const { target, fleet, worker, alice } = await openTown(broker);
    target.answer((_request, response) => {
      setTimeout(() => response.end("slow"), 1_500);
    });
    const monitor = await fleet.addMonitor(alice, { url: target.url, interval: 30 });
    await target.asked(1);
    const stoppedAt = Date.now();
    worker.signal("SIGTERM");
    expect(await worker.exited).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    const { body } = await fleet.call("GET", `/api/v1/monitors/${monitor.id}/checks`, { token: alice.token });
    expect(body.items).toHaveLength(1);
    expect(body.items[0].ok).toBe(true);
  }, 60_000);

  test("the broker's restart costs at most a late check, and no alert is lost or doubled", async () => {
    const { mails, target, fleet, alice } = await openTown(broker);
    await fleet.addMonitor(alice, { url: target.url, name: "shop" });
    await target.asked(3);
    const before = target.journal.length;
    if (fleet.redis === null) await fleet.postgres.restart();
    else await fleet.redis.restart();
    target.breakIt();
    await mails.mail(({ subject }) => subject === "DOWN: shop");
    target.mend();
    await mails.mail(({ subject }) => subject === "UP: shop");
    await target.asked(target.journal.length + 3);
    expect(alertsOf(mails.accepted)).toEqual(["DOWN: shop", "UP: shop"]);
    expect(longestGap(target, before - 1)).toBeLessThan(15_000);
    await expect.poll(async () => (await fleet.call("GET", "/ready")).status, { timeout: 20_000 }).toBe(200);
  }, 120_000);
});

test("Redis that is gone stops neither checks nor alerts, /ready says so, and a flush of all that is in it is mended by itself", async () => {
  const { mails, target, fleet, alice } = await openTown("redis");
  await fleet.addMonitor(alice, { url: target.url, name: "shop" });
  const report = (value: number) =>
    fleet.call("POST", "/api/v1/sensors", { token: alice.token, json: { sensor_id: "boiler", value } });
  await report(20);
  await fleet.call("PATCH", "/api/v1/sensors/boiler", { token: alice.token, json: { above: 30 } });
  await target.asked(3);
  await fleet.redis?.kill("SIGKILL");
  const before = target.journal.length;
  await target.asked(before + 3);
  await expect.poll(async () => (await fleet.call("GET", "/ready")).status, { timeout: 25_000 }).toBe(503);
  target.breakIt();
  expect((await report(31)).status).toBe(201);
  await expect
    .poll(async () => (await fleet.call("GET", "/api/v1/incidents", { token: alice.token })).body.items.length, {
      timeout: 20_000,
    })
    .toBe(2);
  await mails.mail(({ subject }) => subject === "DOWN: shop");
  await mails.mail(({ subject }) => subject === "ALARM: boiler");
  await fleet.redis?.restart();
  await expect.poll(async () => (await fleet.call("GET", "/ready")).status, { timeout: 25_000 }).toBe(200);

  // Everything in it is forgotten, schedulers and all, while it answers as if nothing were.
  const redis = new Redis(fleet.redis?.url ?? "");
  onTestFinished(() => redis.disconnect());
  await redis.flushall();
  target.mend();
  await mails.mail(({ subject }) => subject === "UP: shop");
  await expect.poll(() => redis.zcard("bull:checks:repeat"), { timeout: 20_000 }).toBe(SHARDS);
  const told = async () => (await redis.xrevrange("bull:checks:events", "+", "-", "COUNT", 100)).flat(2);
  await expect.poll(told, { timeout: 20_000 }).toContain("completed");
  expect((await fleet.call("GET", "/ready")).status).toBe(200);
  expect(alertsOf(mails.accepted)).toEqual(["DOWN: shop", "UP: shop"]);
  expect(longestGap(target, before - 1)).toBeLessThan(10_000);
}, 120_000);

test("a worker that freezes loses its lead over readings: another one judges and tells them", async () => {
  const { fleet, worker, alice } = await openTown("postgres");
  const headers = { Authorization: `Bearer ${alice.token}` };
  const socket = await joinLive(`${fleet.url}/api/v1/ws/sensors`, headers);
  const report = (value: number) =>
    fleet.call("POST", "/api/v1/sensors", { token: alice.token, json: { sensor_id: "sensor1", value } });
  await report(1);
  await socket.frame(({ type, data }) => type === "sensor.reading" && data.value === 1);
  await fleet.startWorker();
  worker.signal("SIGSTOP");
  await report(2);
  await socket.frame(({ type, data }) => type === "sensor.reading" && data.value === 2);

  // The one that froze finds its connection gone, and tells nothing twice.
  worker.signal("SIGCONT");
  await report(3);
  await socket.frame(({ type, data }) => type === "sensor.reading" && data.value === 3);
  const told = socket.frames.filter(({ type }) => type === "sensor.reading").map(({ data }) => data.value);
  expect(told).toEqual([1, 2, 3]);
}, 90_000);

test("an unreadable environment stops the start with one message that lists every problem", async () => {
  const fleet = openFleet("postgres", { PORT: "eight", CHECK_CONCURRENCY: "0", POSTMARK_API_URL: "nonsense" });
  const opened = await fleet;
  onTestFinished(() => opened.stop());
  for (const start of [() => opened.startApi(), () => opened.startWorker()]) {
    const failure = await start().then(
      () => "it started",
      (error: Error) => error.message,
    );
    expect(failure).toContain("ended with 1");
    for (const name of ["PORT", "CHECK_CONCURRENCY", "POSTMARK_API_URL"]) expect(failure).toContain(name);
  }
}, 60_000);
