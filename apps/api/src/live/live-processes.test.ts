import { describe, expect, onTestFinished, test } from "vitest";
import { BROKERS, openHouse } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("two API processes both deliver each event, once, with the same number", async () => {
    const house = await openHouse({ broker, worker: false });
    onTestFinished(() => house.stop());
    const second = await house.startApi();
    const alice = await house.register("alice");
    const headers = { Authorization: `Bearer ${alice.token}` };
    const clients = [
      await joinLive(`${house.url}/api/v1/ws/dashboard`, headers),
      await joinLive(`${second.url}/api/v1/ws/dashboard`, headers),
    ];
    await Promise.all(clients.map((client) => client.ofType("snapshot")));
    for (let i = 0; i < 20; i += 1)
      await house.addMonitor(alice, { url: "https://example.com/", name: `${i}`, is_active: false });
    await Promise.all(clients.map((client) => client.frame(({ data }) => data.name === "19")));
    const [first, other] = clients.map(({ frames }) => frames.slice(1));
    expect(first?.map(({ data }) => data.name)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    expect(other).toEqual(first);

    // Who moves to the other process goes on where the first one ended.
    const since = first?.[9]?.seq;
    const moved = await joinLive(`${second.url}/api/v1/ws/dashboard?since=${since}`, headers);
    await moved.frame(({ data }) => data.name === "19");
    expect(moved.frames).toEqual(first?.slice(10));
  });

  test("a logout at one process closes the sockets of the other", async () => {
    const house = await openHouse({ broker, worker: false });
    onTestFinished(() => house.stop());
    const second = await house.startApi();
    const alice = await house.register("alice");
    const client = await joinLive(`${second.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await house.call("POST", "/auth/logout", { token: alice.token });
    expect(await client.closed).toBe(4401);
  });
});
