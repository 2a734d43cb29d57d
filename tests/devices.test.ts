import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type House } from "./harness/house.ts";
import { connectLive, type LiveClient } from "./harness/live-client.ts";

async function openFleet(broker: (typeof BROKERS)[number]) {
  const house = await openHouse({ broker });
  onTestFinished(() => house.stop());
  const alice = await house.register("alice");
  const key = await house.createKey(alice, "INGEST");
  const report = (json: unknown) => house.call("POST", "/api/v1/heartbeat", { token: key, json });
  return { house, alice, key, report };
}

async function connect(url: string, token: string): Promise<LiveClient> {
  const client = await connectLive(url, { Authorization: `Bearer ${token}` });
  if ("status" in client) throw new Error(`refused: ${client.status} ${client.body}`);
  onTestFinished(() => client.close());
  return client;
}
const dashboard = async ({ url }: House, { token }: Person) => {
  const client = await connect(`${url}/api/v1/ws/dashboard`, token);
  await client.ofType("snapshot");
  return client;
};
const device = ({ url }: House, key: string) => connect(`${url}/api/v1/ws/device`, key);

/** Has a device been silent for so much longer. */
const age = ({ db }: House, seconds: number) =>
  db.pool.query(
    `UPDATE device_states SET last_heard_at = last_heard_at - $1 * interval '1 second', look_at = least(look_at, now())`,
    [seconds],
  );
/** Listening began long ago, and has no gap. */
const listenFor = ({ db }: House, seconds: number) =>
  db.pool.query("UPDATE listening SET since = now() - $1 * interval '1 second'", [seconds]);
const eventsOf = async ({ db }: House, deviceId: string) => {
  const { rows } = await db.pool.query<{ type: string }>(
    `SELECT e.event_type::text AS type FROM device_events e JOIN devices d ON d.id = e.device_key WHERE d.device_id = $1 ORDER BY e.at, e.id`,
    [deviceId],
  );
  return rows.map(({ type }) => type).join("");
};
const countConnected = ({ db }: House): Promise<number> =>
  db.prisma.deviceState.count({ where: { connectionId: { not: null } } });

describe.each(BROKERS)("devices over %s", (broker) => {
  test("silence makes a device at risk, then offline with an incident and a mail; a heartbeat ends it", async () => {
    const { house, alice, report } = await openFleet(broker);
    const live = await dashboard(house, alice);
    await report({ device_id: "PC-01", name: "Till", battery_level: 80, signal_strength: -60 });
    expect((await live.ofType("device.created")).data).toMatchObject({
      device_id: "PC-01",
      name: "Till",
      battery_level: 80,
    });
    await listenFor(house, 3_600);

    await age(house, 130);
    const atRisk = await live.frame(({ type, data }) => type === "device.status" && data.status === "AT_RISK");
    expect(atRisk.data).toMatchObject({
      device_id: "PC-01",
      previous: "ONLINE",
      battery_level: 80,
      signal_strength: -60,
    });

    await age(house, 180);
    await live.frame(({ type, data }) => type === "device.status" && data.status === "OFFLINE");
    const opened = await live.ofType("incident.opened");
    expect(opened.data).toMatchObject({
      kind: "outage",
      subject: { type: "device", id: "PC-01", name: "Till" },
      monitor_id: null,
      reason: "silent",
      detail: "Nothing was heard of it for more than 5 min.",
    });
    const told = await live.frame(
      ({ type, data }) =>
        type === "incident.updated" && data.alerts.some(({ state }: { state: string }) => state === "SENT"),
    );
    expect(told.data.alerts).toMatchObject([{ kind: "DOWN", recipient: "alice@example.com" }]);

    expect((await report({ device_id: "PC-01" })).body).toMatchObject({ status: "ONLINE" });
    expect((await live.ofType("incident.closed")).data).toMatchObject({ id: opened.data.id, reason: "silent" });
    const { body } = await house.call("GET", "/api/v1/incidents", { token: alice.token });
    expect(body.items).toMatchObject([{ id: opened.data.id, ended_at: expect.any(String) }]);
    expect(await eventsOf(house, "PC-01")).toBe("orxo");
  });

  test("a restart marks nothing offline: silence counts from when somebody listens again", async () => {
    const { house, report } = await openFleet(broker);
    await report([{ device_id: "a" }, { device_id: "b" }]);
    await age(house, 3_600);
    await house.db.pool.query(
      "UPDATE listening SET seen_at = now() - interval '1 hour', since = now() - interval '2 hours'",
    );
    await expect
      .poll(
        async () =>
          (await house.db.pool.query("SELECT since > now() - interval '1 minute' AS fresh FROM listening")).rows,
        { timeout: 10_000 },
      )
      .toEqual([{ fresh: true }]);
    await expect
      .poll(
        async () =>
          (await house.db.pool.query("SELECT count(*)::int AS n FROM device_states WHERE look_at > now()")).rows,
        { timeout: 10_000 },
      )
      .toEqual([{ n: 2 }]);
    expect((await house.db.pool.query("SELECT DISTINCT status FROM device_states")).rows).toEqual([
      { status: "ONLINE" },
    ]);
  });

  test("a socket's connected and disconnected are stored and broadcast; its end is a disconnect too", async () => {
    const { house, alice, key } = await openFleet(broker);
    const live = await dashboard(house, alice);
    const socket = await device(house, key);
    socket.send({ device_id: "PC-01", event_type: "connected" });
    const told = (type: string, n: number) =>
      expect
        .poll(() => live.frames.filter((frame) => frame.type === "device.event" && frame.data.event_type === type))
        .toHaveLength(n);
    await told("connected", 1);
    socket.send({ device_id: "PC-01", event_type: "disconnected" });
    await told("disconnected", 1);
    socket.send({ device_id: "PC-01", event_type: "connected" });
    await told("connected", 2);
    socket.raw.terminate();
    await told("disconnected", 2);
    expect(await eventsOf(house, "PC-01")).toBe("ocdcd");
  });

  test("a second socket of a device takes it over, in another process too: the end of the first is no disconnect", async () => {
    const { house, alice, key } = await openFleet(broker);
    const other = await house.startApi();
    const live = await dashboard(house, alice);
    const first = await device(house, key);
    first.send({ device_id: "PC-01", event_type: "connected" });
    await live.ofType("device.event");
    const second = await connect(`${other.url}/api/v1/ws/device`, key);
    second.send({ device_id: "PC-01", event_type: "connected" });
    await expect.poll(() => live.frames.filter(({ type }) => type === "device.event")).toHaveLength(2);
    first.close();
    await first.closed;
    // What comes after the first one's end proves that it said nothing.
    second.send({ device_id: "PC-01", event_type: "heartbeat", battery_level: 70 });
    second.send({ device_id: "PC-01", event_type: "disconnected" });
    await live.frame(({ type, data }) => type === "device.event" && data.event_type === "disconnected");
    expect(await eventsOf(house, "PC-01")).toBe("occd");
  });

  test("a device whose newer socket ended may come again on the older one, and comes once", async () => {
    const { house, key } = await openFleet(broker);
    const [first, second] = [await device(house, key), await device(house, key)];
    const come = async (socket: LiveClient, events: string) => {
      socket.send({ device_id: "PC-01", event_type: "connected" });
      await expect.poll(() => eventsOf(house, "PC-01")).toBe(events);
    };
    await come(first, "oc");
    await come(second, "occ");
    second.close();
    await expect.poll(() => eventsOf(house, "PC-01")).toBe("occd");
    await come(first, "occdc");
    first.send({ device_id: "PC-01", event_type: "connected" });
    first.send({ device_id: "PC-01", event_type: "disconnected" });
    await expect.poll(() => eventsOf(house, "PC-01")).toBe("occdcd");
    expect(first.frames).toEqual([]);
  });

  test("who does not hold a device cannot let go of it: unknown, never come, left already, or held by another", async () => {
    const { house, key, report } = await openFleet(broker);
    await report({ device_id: "seen" });
    const [first, second] = [await device(house, key), await device(house, key)];
    const leave = async (deviceId: string) => {
      const before = first.frames.length;
      first.send({ device_id: deviceId, event_type: "disconnected" });
      await expect.poll(() => first.frames.slice(before)).toMatchObject([{ type: "error" }]);
      expect(first.frames.at(-1)?.detail).toContain(deviceId);
    };
    await leave("unknown");
    await leave("seen");
    second.send({ device_id: "seen", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "seen")).toBe("oc");
    await leave("seen");
    expect(await countConnected(house)).toBe(1);
    expect(await house.db.prisma.device.count()).toBe(1);
  });

  test("heartbeats are told to the dashboard that asked for their device", async () => {
    const { house, alice, key, report } = await openFleet(broker);
    await report([{ device_id: "seen" }, { device_id: "unseen" }]);
    const live = await dashboard(house, alice);
    live.send({ type: "subscribe", device_ids: ["seen"] });
    await expect
      .poll(
        async () =>
          (await house.db.pool.query("SELECT count(*)::int AS n FROM device_states WHERE watched_until > now()")).rows,
      )
      .toEqual([{ n: 1 }]);
    await report([
      { device_id: "unseen", battery_level: 1 },
      { device_id: "seen", battery_level: 77 },
    ]);
    const frame = await live.ofType("device.heartbeat");
    expect(frame.data).toMatchObject({ device_id: "seen", battery_level: 77, status: "ONLINE" });
    const socket = await device(house, key);
    socket.send({ device_id: "seen", event_type: "heartbeat", battery_level: 76 });
    await live.frame(({ type, data }) => type === "device.heartbeat" && data.battery_level === 76);
  });
});

describe("a device's socket", () => {
  test("answers what it does not understand, and goes on", async () => {
    const { house, key } = await openFleet("postgres");
    const socket = await device(house, key);
    for (const bad of [
      "device connected",
      { device_id: "PC-01", event_type: "exploded" },
      { device_id: "PC-01", event_type: "heartbeat", battery_level: 101 },
      { device_id: "with a space", event_type: "connected" },
      { event_type: "connected" },
    ])
      socket.send(bad);
    await expect.poll(() => socket.frames.filter(({ type }) => type === "error")).toHaveLength(5);
    expect(socket.frames[2]?.detail).toContain("battery_level");
    socket.send({ device_id: "PC-01", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "PC-01")).toBe("oc");
  });

  test("is refused without a right to report, and closed when its key is revoked", async () => {
    const { house, alice } = await openFleet("postgres");
    const url = `${house.url}/api/v1/ws/device`;
    expect(await connectLive(url)).toMatchObject({ status: 401 });
    const viewer = await house.createKey(alice, "VIEWER");
    expect(await connectLive(url, { Authorization: `Bearer ${viewer}` })).toMatchObject({ status: 403 });
    const made = await house.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "gate", role: "INGEST" },
    });
    const socket = await device(house, made.body.key);
    expect((await house.call("DELETE", `/api/v1/api-keys/${made.body.id}`, { token: alice.token })).status).toBe(204);
    expect(await socket.closed).toBe(4401);
  });

  test("is one of many: all are counted while they are there, and none when they vanished", async () => {
    const { house, key } = await openFleet("postgres");
    const many = Array.from({ length: 300 }, (_, i) => `PC-${i}`);
    const sockets = await Promise.all(many.map(() => device(house, key)));
    for (const [i, socket] of sockets.entries()) socket.send({ device_id: many[i], event_type: "connected" });
    await expect.poll(() => countConnected(house), { timeout: 10_000 }).toBe(many.length);
    for (const socket of sockets) socket.raw.terminate();
    await expect.poll(() => countConnected(house), { timeout: 10_000 }).toBe(0);
    const { rows } = await house.db.pool.query("SELECT FROM device_events WHERE event_type = 'd'");
    expect(rows).toHaveLength(many.length);
  });

  test("of a process that stops ends with it", async () => {
    const { house, alice, key } = await openFleet("postgres");
    const other = await house.startApi();
    const live = await dashboard(house, alice);
    const socket = await connect(`${other.url}/api/v1/ws/device`, key);
    socket.send({ device_id: "PC-01", event_type: "connected" });
    await expect.poll(() => countConnected(house)).toBe(1);
    await other.stop();
    expect(await countConnected(house)).toBe(0);
    await live.frame(({ type, data }) => type === "device.event" && data.event_type === "disconnected");
  });

  test("of a process that died without a word ends as well", async () => {
    const { house, key } = await openFleet("postgres");
    const socket = await device(house, key);
    socket.send({ device_id: "PC-01", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "PC-01")).toBe("oc");
    await listenFor(house, 60);
    await house.db.pool.query("UPDATE device_states SET connected_to = gen_random_uuid()");
    await house.db.pool.query(
      "INSERT INTO api_processes (id, last_seen_at) SELECT connected_to, now() - interval '1 minute' FROM device_states",
    );
    await expect.poll(() => eventsOf(house, "PC-01"), { timeout: 10_000 }).toBe("ocd");
  });
});
