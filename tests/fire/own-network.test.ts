import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openHouse, type House } from "../harness/house.ts";
import { addManyMonitors } from "../harness/many-monitors.ts";
import { openMailService, type MailService } from "../harness/mail-service.ts";
import type { Person } from "../harness/caller.ts";

/** A host of its own (an address in 127.0.0.0/8), which can go and come back at the same place. */
type Host = { url: string; asked: number; go(): Promise<void>; comeBack(): Promise<void> };

async function openHost(address: string): Promise<Host> {
  let server: Server;
  const host: Host = { url: "", asked: 0, go, comeBack: () => listen(Number(new URL(host.url).port)) };
  async function listen(port: number): Promise<void> {
    server = createServer((_request, response) => {
      host.asked += 1;
      response.setHeader("connection", "close").end("all is well");
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    host.url = `http://${address}:${(server.address() as AddressInfo).port}/`;
  }
  async function go(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await listen(0);
  return host;
}

type Village = { house: House; mails: MailService; hosts: Host[]; alice: Person };

async function openVillage(monitors: number, hostCount: number, env: Record<string, string> = {}): Promise<Village> {
  const mails = await openMailService();
  const hosts = await Promise.all(Array.from({ length: hostCount }, (_, i) => openHost(`127.0.0.${i + 11}`)));
  const house = await openHouse({
    env: { POSTMARK_API_TOKEN: "a-token", POSTMARK_API_URL: mails.url, ALERT_DIGEST_AFTER: "1000", ...env },
  });
  onTestFinished(async () => {
    await house.stop();
    await Promise.all(hosts.map((host) => host.go().catch(() => undefined)));
    await mails.stop();
  }, 60_000);
  const alice = await house.register("alice");
  for (const [i, { url }] of hosts.entries()) {
    const count = Math.floor(monitors / hostCount);
    await addManyMonitors(house.db.pool, {
      ownerId: alice.id,
      url,
      count,
      intervalS: 2,
      timeoutMs: 1_000,
      name: `host ${i}`,
    });
  }
  return { house, mails, hosts, alice };
}

const statuses = async ({ house, alice }: Village) => {
  const { body } = await house.call("GET", "/api/v1/monitors?limit=100", { token: alice.token });
  return (body.items as { status: string }[]).map(({ status }) => status);
};
const incidents = async ({ house, alice }: Village) =>
  (await house.call("GET", "/api/v1/incidents", { token: alice.token })).body.items as { monitor_name: string }[];
const ready = async ({ house }: Village) => (await house.call("GET", "/ready")).body;
const alerts = ({ mails }: Village) => mails.accepted.filter(({ subject }) => /^(DOWN|UP)/.test(subject));
const every = async (village: Village, status: string) =>
  expect.poll(async () => [...new Set(await statuses(village))], { timeout: 20_000, interval: 200 }).toEqual([status]);

test("where every target fails at once, the network is ours to blame: no outage, no mail; one host alone is down", async () => {
  const village = await openVillage(24, 6);
  const { house, mails, hosts, alice } = village;
  await every(village, "UP");
  await Promise.all(hosts.map((host) => host.go()));
  // As many inconclusive checks in a row as the threshold end the claim that a target is up; nothing says it is down.
  await every(village, "UNKNOWN");
  expect((await ready(village)).workers_offline).toBe(1);
  // A worker that starts in the middle of it knows no better, and asks the database who was well.
  await house.startWorker();
  await expect.poll(async () => (await ready(village)).workers_offline, { timeout: 15_000 }).toBe(2);
  const { body } = await house.call("GET", "/api/v1/monitors?limit=1", { token: alice.token });
  const checks = await house.call("GET", `/api/v1/monitors/${body.items[0].id}/checks`, { token: alice.token });
  expect(checks.body.items[0]).toMatchObject({ ok: false, reason: "connect" });
  expect(checks.body.items[0].detail).toMatch(/own network seemed to be gone/);
  await Promise.all(hosts.map((host) => host.comeBack()));
  await every(village, "UP");
  await expect.poll(async () => (await ready(village)).workers_offline, { timeout: 10_000 }).toBe(0);
  expect([await incidents(village), alerts(village)]).toEqual([[], []]);
  const metrics = await house.call("GET", "/metrics");
  expect(String(metrics.body)).toMatch(/pulsecheck_own_network_outages_total\{network="private"\} [1-9]/);

  await hosts[0]?.go();
  await mails.mail(({ subject }) => subject === "DOWN: host 0 1");
  expect(new Set((await incidents(village)).map(({ monitor_name: name }) => name.slice(0, 6)))).toEqual(
    new Set(["host 0"]),
  );
}, 90_000);

test("named canaries decide, however few monitors there are", async () => {
  const canary = await openHost("127.0.0.30");
  onTestFinished(() => canary.go().catch(() => undefined));
  const village = await openVillage(1, 1, { CANARY_URLS: canary.url });
  await every(village, "UP");
  await canary.go();
  await village.hosts[0]?.go();
  await every(village, "UNKNOWN");
  expect(await incidents(village)).toEqual([]);
  await canary.comeBack();
  await village.mails.mail(({ subject }) => subject === "DOWN: host 0 1");
  expect(alerts(village)).toHaveLength(1);
  // Canaries are connected to, and never asked for anything.
  expect(canary.asked).toBe(0);
}, 60_000);
