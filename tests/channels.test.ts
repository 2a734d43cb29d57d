import { createHmac } from "node:crypto";
import { createChannel } from "@pulsecheck/db/channels";
import { scopeTo } from "@pulsecheck/db/scope";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type House, type HouseOptions } from "./harness/house.ts";
import { openReceiver, SECRETS, type Accepted } from "./harness/receiver.ts";
import { openTarget } from "./harness/target.ts";

async function openStreet(options: HouseOptions = {}) {
  const [receiver, target] = await Promise.all([openReceiver(), openTarget()]);
  const house = await openHouse(options);
  onTestFinished(async () => {
    await house.stop();
    await target.stop();
    await receiver.stop();
  });
  const alice = await house.register("alice");
  return { receiver, target, house, alice };
}

async function addChannel(house: House, { token }: Person, json: object): Promise<string> {
  const { status, body } = await house.call("POST", "/api/v1/channels", { token, json });
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(String) })]);
  return body.id;
}
const testIt = async (house: House, { token }: Person, id: string) =>
  (await house.call("POST", `/api/v1/channels/${id}/test`, { token })).body;

/** As docs/how-to/alert-channels.md says. */
function isSignedBy(secret: string, { headers, body }: Accepted): boolean {
  const content = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const signature = createHmac("sha256", secret).update(content).digest("base64");
  const isFresh = Math.abs(Date.now() / 1_000 - Number(headers["webhook-timestamp"])) < 300;
  return isFresh && String(headers["webhook-signature"]).split(" ").includes(`v1,${signature}`);
}

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("every kind is told of an outage and of its end, once each, as its service wants it; no answer shows a secret", async () => {
    const { receiver, target, house, alice } = await openStreet({ broker });
    const kinds = Object.keys(receiver.channels);
    const ids = new Map<string, string>();
    for (const kind of kinds) ids.set(kind, await addChannel(house, alice, receiver.channels[kind] ?? {}));
    receiver.plan("webhook", (response) => response.writeHead(503).end("busy"));
    target.breakIt();
    const name = "shop <!channel> @everyone *bold*";
    await house.addMonitor(alice, { url: target.url, name, failure_threshold: 1 });
    const services = () => receiver.accepted.map(({ service }) => service).toSorted();
    await expect.poll(services, { timeout: 30_000 }).toEqual(kinds.toSorted());
    target.mend();
    await expect.poll(services, { timeout: 30_000 }).toEqual([...kinds, ...kinds].toSorted());

    const told = (service: string) => receiver.accepted.filter((one) => one.service === service);
    for (const service of kinds) {
      const [down, up] = told(service);
      expect([service, down?.words, up?.words]).toEqual([
        service,
        expect.stringContaining("DOWN: shop"),
        expect.stringContaining("UP: shop"),
      ]);
    }
    expect(told("slack")[0]?.words).toContain("shop &lt;!channel&gt;");
    expect(told("discord")[0]?.words).toContain("\\<!channel\\> @everyone \\*bold\\*");
    const [down] = told("webhook");
    expect(JSON.parse(down?.body ?? "")).toMatchObject({
      type: "incident.opened",
      data: { incidents: [{ kind: "outage", reason: "http_status", subject: { name } }], more: 0 },
    });
    const tries = receiver.attempts.filter(({ path }) => path.startsWith("/hook/"));
    expect(new Set(tries.slice(0, 2).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const one of told("webhook")) expect(isSignedBy(SECRETS.signing, one)).toBe(true);
    expect(down && isSignedBy("another secret", down)).toBe(false);

    const { token } = alice;
    const log = async () =>
      (await house.call("GET", `/api/v1/channels/${ids.get("webhook")}/deliveries`, { token })).body.items;
    await expect
      .poll(async () => (await log()).map((one: Record<string, string>) => `${one["kind"]} ${one["state"]}`))
      .toEqual(["UP SENT", "DOWN SENT"]);
    expect((await log())[1]).toMatchObject({ attempts: 2, incident: { subject: { name } }, is_digest: false });
    const paths = [
      "channels",
      `channels/${ids.get("ntfy")}`,
      `channels/${ids.get("ntfy")}/deliveries`,
      "incidents",
      "audit",
    ];
    const shown = await Promise.all(paths.map((path) => house.call("GET", `/api/v1/${path}`, { token })));
    const text = JSON.stringify(shown.map(({ body }) => body));
    expect(text).toContain("phones");
    expect(Object.values(SECRETS).filter((secret) => text.includes(secret))).toEqual([]);
  }, 90_000);
});

test("thirty outages at once: those that go out together are listed, all of them", async () => {
  const { receiver, target, house, alice } = await openStreet({ env: { ALERT_DIGEST_AFTER: "1" } });
  await addChannel(house, alice, receiver.channels["webhook"] ?? {});
  target.breakIt();
  const names = Array.from({ length: 30 }, (_, i) => `shop ${i}`);
  for (const name of names) await house.addMonitor(alice, { url: target.url, name, failure_threshold: 1 });
  type Told = { incidents: { subject: { name: string } }[]; more: number; url: string };
  const told = (): Told[] => receiver.accepted.map(({ body }) => JSON.parse(body).data);
  const listed = () => told().flatMap(({ incidents }) => incidents.map(({ subject }) => subject.name));
  await expect.poll(() => listed().length, { timeout: 60_000 }).toBe(30);
  expect(listed().toSorted()).toEqual(names.toSorted());
  expect(told().every(({ more }) => more === 0)).toBe(true);
  expect(Math.max(...told().map(({ incidents }) => incidents.length))).toBeGreaterThan(25);
}, 90_000);

test("a test tells what the service said, without the secrets that it repeats; redirects are not followed", async () => {
  const { receiver, target, house, alice } = await openStreet();
  const id = await addChannel(house, alice, receiver.channels["slack"] ?? {});
  expect(await testIt(house, alice, id)).toEqual({ state: "SENT", detail: null });
  expect(receiver.accepted.at(-1)?.words).toContain("Test: PulseCheck reaches this channel");
  receiver.plan(
    "slack",
    (response) => response.writeHead(404).end(`no_service at /services/${SECRETS.slack}`),
    (response) => response.writeHead(302, { location: target.url }).end(),
    (response) => response.writeHead(429, { "retry-after": "30" }).end("slow down"),
    (response) => response.destroy(),
  );
  const told = [];
  for (let i = 0; i < 4; i += 1) told.push(await testIt(house, alice, id));
  expect(told).toEqual([
    { state: "REJECTED", detail: "It answered 404: no_service at ********" },
    { state: "REJECTED", detail: "It answered 302: redirects are not followed" },
    { state: "PENDING", detail: "It answered 429: slow down" },
    { state: "PENDING", detail: expect.stringContaining("closed the connection before it had answered") },
  ]);
  expect(target.journal).toEqual([]);
  const { body } = await house.call("GET", `/api/v1/channels/${id}`, { token: alice.token });
  expect(body.last_outcome).toMatchObject({ state: "PENDING", detail: expect.stringContaining("closed") });
  const log = await house.call("GET", `/api/v1/channels/${id}/deliveries`, { token: alice.token });
  type Sent = { kind: string; state: string; last_error: string | null; next_try_at: string | null; incident: null };
  expect(
    log.body.items.map(({ kind, state, next_try_at, incident }: Sent) => [kind, state, next_try_at, incident]),
  ).toEqual(["UNCONFIRMED", "REJECTED", "REJECTED", "REJECTED", "SENT"].map((state) => ["TEST", state, null, null]));
  expect(log.body.items[3].last_error).toBe("It answered 404: no_service at ********");
});

test("an instance that allows no private address connects to none, whatever was stored", async () => {
  const env = { PULSECHECK_EMBEDDED: "false", EMAIL_DEV_MODE: "true" };
  const { receiver, house, alice } = await openStreet({ env });
  const json = receiver.channels["telegram"] ?? { kind: "", name: "", config: {} };
  const refused = await house.call("POST", "/api/v1/channels", { token: alice.token, json });
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, "config.api_url"]);
  const { workspaceId } = await house.db.prisma.membership.findFirstOrThrow({ where: { userId: alice.id } });
  const box = openSecretBox(house.config.secretKey);
  for (const api_url of [receiver.url, "http://169.254.169.254/", "http://localhost/"]) {
    const config = { ...json.config, api_url };
    const input = { kind: "telegram" as const, name: "inside", tags: [], severities: [], is_active: true, config };
    const { id } = await createChannel(scopeTo(house.db, workspaceId), box, input);
    const { state, detail } = await testIt(house, alice, id);
    expect([state, detail]).toEqual(["REJECTED", expect.stringContaining("this instance does not allow it")]);
  }
  expect(receiver.attempts).toEqual([]);
});
