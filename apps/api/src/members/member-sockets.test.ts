import { describe, expect, onTestFinished, test } from "vitest";
import { createCaller } from "../../../../tests/harness/caller.ts";
import { BROKERS, openHouse } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";
import { addWorkspace, bringIn } from "./test-invitations.ts";

const OPEN = 1;

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("a demotion and a removal close in all API processes what they end, and nothing else", async () => {
    const house = await openHouse({ broker, worker: false });
    onTestFinished(() => house.stop());
    const second = await house.startApi();
    const [alice, bob] = [await house.register("alice"), await house.register("bob")];
    const team = await addWorkspace(house, alice);
    await bringIn(house, alice, bob, { role: "USER", headers: team });
    const monitor = await house.call("POST", "/api/v1/monitors", {
      token: bob.token,
      headers: team,
      json: { name: "a monitor", url: "https://example.com/", is_active: false },
    });
    const makeKey = async (role: string) =>
      (await house.call("POST", "/api/v1/api-keys", { token: alice.token, headers: team, json: { name: role, role } }))
        .body.key as string;
    await house.call("PATCH", `/api/v1/members/${bob.id.toUpperCase()}`, {
      token: alice.token,
      headers: team,
      json: { role: "ADMIN" },
    });
    const bobsKey = (
      await house.call("POST", "/api/v1/api-keys", {
        token: bob.token,
        headers: team,
        json: { name: "k", role: "VIEWER" },
      })
    ).body.key as string;

    const bobsReporter = (
      await house.call("POST", "/api/v1/api-keys", {
        token: bob.token,
        headers: team,
        json: { name: "r", role: "INGEST" },
      })
    ).body.key as string;
    /** What a key's report is answered, by each process. */
    const report = () =>
      Promise.all(
        [house.url, second.url].map(async (at) => {
          const caller = createCaller(at);
          return (await caller.call("POST", "/api/v1/heartbeat", { token: bobsReporter, json: { device_id: "d" } }))
            .status;
        }),
      );
    expect(await report()).toEqual([202, 202]);

    const as = (token: string, headers = team) => ({ Authorization: `Bearer ${token}`, ...headers });
    const join = (at: string, path: string, headers: Record<string, string>) =>
      joinLive(`${at}/api/v1/ws/${path}`, headers);
    const open = async (path: string, headers: Record<string, string>) =>
      Promise.all([house.url, second.url].map((at) => join(at, path, headers)));
    const reporting = await open("device", as(bob.token));
    const reading = [
      ...(await open("dashboard", as(bob.token))),
      ...(await open("sensors", as(bob.token))),
      ...(await open(String(monitor.body.id), as(bob.token))),
      ...(await open("dashboard", as(bobsKey, {}))),
    ];
    const others = [
      ...(await open("dashboard", as(alice.token))),
      ...(await open("dashboard", as(bob.token, {}))),
      ...(await open("device", as(await makeKey("INGEST"), {}))),
    ];
    const stillOpen = (clients: typeof others) => clients.filter(({ raw }) => raw.readyState === OPEN).length;
    const codes = (clients: typeof others) => Promise.all(clients.map(({ closed }) => closed));

    await house.call("PATCH", `/api/v1/members/${bob.id}`, {
      token: alice.token,
      headers: team,
      json: { role: "VIEWER" },
    });
    expect(await codes(reporting)).toEqual(reporting.map(() => 4401));
    await expect.poll(report, { timeout: 3_000 }).toEqual([401, 401]);
    expect(stillOpen(reading)).toBe(reading.length);

    await house.call("DELETE", `/api/v1/members/${bob.id}`, { token: alice.token, headers: team });
    expect(await codes(reading)).toEqual(reading.map(() => 4401));
    expect(stillOpen(others)).toBe(others.length);
  });
});
