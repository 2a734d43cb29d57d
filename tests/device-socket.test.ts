import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { countConnected, eventsOf, listenFor, openDashboard, openDeviceSocket, openFleet } from "./harness/fleet.ts";
import { BROKERS, openHouse, type House } from "./harness/house.ts";
import { connectLive, type LiveClient } from "./harness/live-client.ts";

describe.each(BROKERS)("a device's socket over %s", (broker) => {
  test("a socket's connected and disconnected are stored and broadcast; its end is a disconnect too", async () => {
    const { house, alice, key } = await openFleet({ broker });
    const live = await openDashboard(house, alice);
    const socket = await openDeviceSocket(house, key);
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
    const { house, alice, key } = await openFleet({ broker });
    const other = await house.startApi();
    const live = await openDashboard(house, alice);
    const first = await openDeviceSocket(house, key);
    first.send({ device_id: "PC-01", event_type: "connected" });
    await live.ofType("device.event");
    const second = await openDeviceSocket(other, key);
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
    const { house, key } = await openFleet({ broker });
    const [first, second] = [await openDeviceSocket(house, key), await openDeviceSocket(house, key)];
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
    const { house, key, report } = await openFleet({ broker });
    await report({ device_id: "seen" });
    const [first, second] = [await openDeviceSocket(house, key), await openDeviceSocket(house, key)];
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

  test("that answers no ping is cut off, and its devices are disconnected; one that does is heard by it", async () => {
    const { house, alice, key } = await openFleet({ broker, sockets: { pingEveryMs: 2_000 } });
    const live = await openDashboard(house, alice);
    const [gone, there] = [await openDeviceSocket(house, key, { autoPong: false }), await openDeviceSocket(house, key)];
    gone.send({ device_id: "gone", event_type: "connected" });
    there.send({ device_id: "there", event_type: "connected" });
    await expect.poll(() => countConnected(house)).toBe(2);
    expect(await gone.closed).toBe(1006);
    const told = await live.frame(({ type, data }) => type === "device.event" && data.event_type === "disconnected");
    expect(told.data).toMatchObject({ device_id: "gone" });
    expect([await eventsOf(house, "gone"), await eventsOf(house, "there")]).toEqual(["ocd", "oc"]);
    const heardLater = {
      where: { device: { deviceId: "there" } },
      select: { lastHeardAt: true, connectedSince: true },
    };
    const { lastHeardAt, connectedSince } = await house.db.prisma.deviceState.findFirstOrThrow(heardLater);
    expect(lastHeardAt.getTime() - (connectedSince?.getTime() ?? 0)).toBeGreaterThan(1_000);
  });

  test("speaks by its pongs for the devices that it holds, and neither for one that went elsewhere nor for a deleted one", async () => {
    const { house, alice, key } = await openFleet({ broker, sockets: { pingEveryMs: 500 } });
    const gateway = await openDeviceSocket(house, key);
    for (const device_id of ["own", "roaming", "deleted"]) gateway.send({ device_id, event_type: "connected" });
    await expect.poll(() => countConnected(house)).toBe(3);
    const elsewhere = await openDeviceSocket(house, key);
    elsewhere.send({ device_id: "roaming", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "roaming")).toBe("occ");
    elsewhere.raw.terminate();
    await house.call("DELETE", "/api/v1/devices/deleted", { token: alice.token });
    await expect.poll(() => countConnected(house)).toBe(1);
    const heardAt = async (deviceId: string) => {
      const where = { device: { deviceId } };
      return (await house.db.prisma.deviceState.findFirstOrThrow({ where })).lastHeardAt.getTime();
    };
    // Of the devices of one socket a pong is written in one piece.
    const [own, roaming] = [await heardAt("own"), await heardAt("roaming")];
    await expect.poll(() => heardAt("own")).toBeGreaterThan(own + 1_000);
    expect(await heardAt("roaming")).toBe(roaming);
    expect(await house.db.prisma.device.count()).toBe(2);
  });

  test("is one of many: all are counted while they are there, and none when they vanished", async () => {
    const { house, key } = await openFleet({ broker });
    const many = Array.from({ length: 300 }, (_, i) => `PC-${i}`);
    const sockets = await Promise.all(many.map(() => openDeviceSocket(house, key)));
    for (const [i, socket] of sockets.entries()) socket.send({ device_id: many[i], event_type: "connected" });
    await expect.poll(() => countConnected(house), { timeout: 10_000 }).toBe(many.length);
    for (const socket of sockets) socket.raw.terminate();
    await expect.poll(() => countConnected(house), { timeout: 10_000 }).toBe(0);
    const { rows } = await house.db.pool.query("SELECT FROM device_events WHERE event_type = 'd'");
    expect(rows).toHaveLength(many.length);
  });

  test("of a process that stops ends with it", async () => {
    const { house, alice, key } = await openFleet({ broker });
    const other = await house.startApi();
    const live = await openDashboard(house, alice);
    const socket = await openDeviceSocket(other, key);
    socket.send({ device_id: "PC-01", event_type: "connected" });
    await expect.poll(() => countConnected(house)).toBe(1);
    await other.stop();
    expect(await countConnected(house)).toBe(0);
    await live.frame(({ type, data }) => type === "device.event" && data.event_type === "disconnected");
  });

  test("of a process that died without a word ends as well", async () => {
    const { house, key } = await openFleet({ broker });
    const socket = await openDeviceSocket(house, key);
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

describe("what a device's socket takes", () => {
  const heartbeat = { device_id: "PC-01", event_type: "heartbeat" };
  let quiet: { house: House; key: string };
  let sockets = 0;
  beforeAll(async () => {
    const house = await openHouse({ worker: false });
    quiet = { house, key: await house.createKey(await house.register("alice"), "INGEST") };
  });
  afterAll(() => quiet.house.stop());

  test.each([
    ["no JSON", "device connected", "Not understood"],
    ["an unknown event", { device_id: "PC-01", event_type: "exploded" }, "event_type"],
    ["no event", { device_id: "PC-01" }, "event_type"],
    ["a bad id", { device_id: "with a space", event_type: "connected" }, "device_id"],
    ["no id", { event_type: "connected" }, "device_id"],
    ["battery too high", { ...heartbeat, battery_level: 101 }, "battery_level"],
    ["battery too low", { ...heartbeat, battery_level: -1 }, "battery_level"],
    ["battery as a string", { ...heartbeat, battery_level: "5" }, "battery_level"],
    ["NaN", '{"device_id":"PC-01","event_type":"heartbeat","battery_level":NaN}', "Not understood"],
    ["signal too high", { ...heartbeat, signal_strength: 1 }, "signal_strength"],
    ["signal too low", { ...heartbeat, signal_strength: -151 }, "signal_strength"],
    ["an unknown field", { ...heartbeat, colour: "red" }, "colour"],
  ])("%s is answered, nothing is written, and the socket goes on", async (_what, bad, named) => {
    const { house, key } = quiet;
    const socket = await openDeviceSocket(house, key);
    socket.send(bad);
    const { detail } = await socket.ofType("error");
    expect(detail).toContain(named);
    expect(await house.db.prisma.device.count({ where: { deviceId: "PC-01" } })).toBe(0);
    const own = `own-${++sockets}`;
    socket.send({ device_id: own, event_type: "connected" });
    await expect.poll(() => eventsOf(house, own)).toBe("oc");
    expect(socket.frames).toHaveLength(1);
  });

  test("a message of more than 64 kB ends the socket with 1009, and so its devices' connections", async () => {
    const { house, key } = quiet;
    const socket = await openDeviceSocket(house, key);
    socket.send({ device_id: "wordy", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "wordy")).toBe("oc");
    socket.send({ device_id: "wordy", event_type: "heartbeat", name: "x".repeat(65_536) });
    expect(await socket.closed).toBe(1009);
    await expect.poll(() => eventsOf(house, "wordy")).toBe("ocd");
  });

  test("one device more than the workspace may have is refused; those that are there go on", async () => {
    const { house, key } = quiet;
    const { body } = await house.call("POST", "/api/v1/heartbeat", { token: key, json: { device_id: "known" } });
    expect(body).toMatchObject({ is_new: true });
    await house.db.pool.query("UPDATE workspaces SET max_devices = (SELECT count(*) FROM devices)");
    onTestFinished(async () => void (await house.db.pool.query("UPDATE workspaces SET max_devices = NULL")));
    const socket = await openDeviceSocket(house, key);
    const refusals = () => socket.frames.map(({ type, detail }) => [type, detail?.includes("may not have more")]);
    socket.send({ device_id: "one-more", event_type: "connected" });
    socket.send({ device_id: "one-more", event_type: "heartbeat", battery_level: 50 });
    await expect.poll(refusals).toEqual([
      ["error", true],
      ["error", true],
    ]);
    socket.send({ device_id: "known", event_type: "connected" });
    await expect.poll(() => eventsOf(house, "known")).toBe("oc");
    expect(await house.db.prisma.device.count({ where: { deviceId: "one-more" } })).toBe(0);
  });

  test("is refused without a right to report, and closed when its key is revoked", async () => {
    const { house, alice } = await openFleet({ worker: false });
    const url = `${house.url}/api/v1/ws/device`;
    expect(await connectLive(url)).toMatchObject({ status: 401 });
    const viewer = await house.createKey(alice, "VIEWER");
    expect(await connectLive(url, { Authorization: `Bearer ${viewer}` })).toMatchObject({ status: 403 });
    const made = await house.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "gate", role: "INGEST" },
    });
    const socket = await openDeviceSocket(house, made.body.key);
    expect((await house.call("DELETE", `/api/v1/api-keys/${made.body.id}`, { token: alice.token })).status).toBe(204);
    expect(await socket.closed).toBe(4401);
  });
});
