import { describe, expect, test } from "vitest";
import { age, eventsOf, listenFor, openDashboard, openDeviceSocket, openFleet } from "./harness/fleet.ts";
import { BROKERS } from "./harness/house.ts";

describe.each(BROKERS)("devices over %s", (broker) => {
  test("silence makes a device at risk, then offline with an incident and a mail; a heartbeat ends it", async () => {
    const { house, alice, report } = await openFleet({ broker });
    const live = await openDashboard(house, alice);
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
    const { house, report } = await openFleet({ broker });
    const ask = async <T>(sql: string) => (await house.db.pool.query<{ is: T }>(`SELECT ${sql}`)).rows[0]?.is;
    await report([{ device_id: "a" }, { device_id: "b" }]);
    await house.api.stop();
    const isDeaf = () => ask("now() - seen_at > interval '10 seconds' AS is FROM listening");
    await expect.poll(isDeaf, { timeout: 20_000 }).toBe(true);
    await age(house, 3_600);
    await house.startApi();
    const lookedAgain = `count(*)::int AS is FROM device_states, listening
      WHERE since > now() - interval '1 minute' AND look_at - since BETWEEN interval '120 s' AND interval '121 s'`;
    await expect.poll(() => ask(lookedAgain), { timeout: 10_000 }).toBe(2);
    expect(await ask("array_agg(DISTINCT status::text) AS is FROM device_states")).toEqual(["ONLINE"]);
    expect([await eventsOf(house, "a"), await eventsOf(house, "b")]).toEqual(["o", "o"]);
  });

  test("heartbeats are told to the dashboard that asked for their device", async () => {
    const { house, alice, key, report } = await openFleet({ broker });
    await report([{ device_id: "seen" }, { device_id: "unseen" }]);
    const live = await openDashboard(house, alice);
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
    expect(frame.data).toMatchObject({ device_id: "seen", battery_level: 77, status: "ONLINE", heartbeats: 2 });
    const socket = await openDeviceSocket(house, key);
    // That it is there is no heartbeat.
    socket.send({ device_id: "seen", event_type: "connected" });
    socket.send({ device_id: "seen", event_type: "heartbeat", battery_level: 76 });
    const last = await live.frame(({ type, data }) => type === "device.heartbeat" && data.battery_level === 76);
    expect(last.data).toMatchObject({ heartbeats: 3 });
  });
});
