import { describe, expect, test } from "vitest";
import { createCrowd, isMost, isUnreachable, networkOf, type Crowd } from "./own-network.ts";

const NOW = 10_000_000;

/** `monitors` on `hosts`, all reached a minute ago. */
function crowdOf(monitors: number, hosts: number): Crowd {
  const crowd = createCrowd();
  for (let i = 0; i < monitors; i++)
    crowd.noteReached(new URL(`https://host-${i % hosts}.example/${i}`), i, NOW - 60_000);
  return crowd;
}

describe("whom to ask whether our network is there", () => {
  test.each([
    [20, 5, 4],
    [19, 5, 0],
    [20, 4, 0],
    [400, 50, 10],
  ])("of %i monitors on %i hosts, %i others are asked", (monitors, hosts, asked) => {
    expect(crowdOf(monitors, hosts).whomToAsk("host-0.example", NOW)).toHaveLength(asked);
  });

  test("a failing host that was never reached counts as one more", () => {
    expect(crowdOf(19, 4).whomToAsk("new.example", NOW)).toHaveLength(4);
    expect(crowdOf(18, 4).whomToAsk("new.example", NOW)).toHaveLength(0);
  });

  test("each host once, the latest reached first, never the failing one, never one that is down or long not seen", () => {
    const crowd = crowdOf(60, 6);
    crowd.noteReached(new URL("https://host-3.example/"), 3, NOW - 2_000);
    crowd.forget("host-1.example");
    const hosts = crowd.whomToAsk("host-0.example", NOW).map(({ hostname }) => hostname);
    expect(hosts[0]).toBe("host-3.example");
    expect(hosts.toSorted()).toEqual(["host-2.example", "host-3.example", "host-4.example", "host-5.example"]);
    expect(crowd.whomToAsk("host-0.example", NOW + 3 * 3_600_000)).toEqual([]);
  });

  test("memory is bounded, and the oldest go first", () => {
    const crowd = createCrowd();
    for (let i = 0; i < 2_000; i++) crowd.noteReached(new URL(`https://h${i}.example/`), i, NOW + i);
    const hosts = crowd.whomToAsk("none.example", NOW + 2_000).map(({ hostname }) => hostname);
    expect(hosts[0]).toBe("h1999.example");
    expect(hosts).toHaveLength(10);
  });
});

test.each([
  [0, 0, false],
  [2, 4, false],
  [3, 4, true],
  [6, 10, false],
  [7, 10, true],
])("%i of %i out of reach: is that most? %s", (unreachable, asked, expected) => {
  expect(isMost(unreachable, asked)).toBe(expected);
});

test("only a check that never got through may be our own fault", () => {
  const phases = { dns: 1, connect: null, tls: null, firstByte: null, total: 2 };
  expect(isUnreachable({ outcome: "failure", phases })).toBe(true);
  expect(isUnreachable({ outcome: "failure", phases: { ...phases, connect: 0.4 } })).toBe(false);
  expect(isUnreachable({ outcome: "inconclusive", phases })).toBe(false);
});

test.each([
  ["example.com", null, "public"],
  ["example.com", "192.168.1.5", "private"],
  ["192.0.2.7", null, "private"],
  ["8.8.8.8", null, "public"],
  ["127.0.0.1", "127.0.0.1", "private"],
  ["[::1]", null, "private"],
  ["nas.local", null, "private"],
  ["localhost", null, "private"],
] as const)("%s at %s is on the %s network", (hostname, address, expected) => {
  expect(networkOf(hostname, address)).toBe(expected);
});
