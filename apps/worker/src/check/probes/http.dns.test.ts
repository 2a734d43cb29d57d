import { setTimeout as delay } from "node:timers/promises";
import { parseCidrs } from "@pulsecheck/shared/target-address";
import { afterEach, describe, expect, it } from "vitest";
import { openNameServer, type NameServer } from "./test-name-server.ts";
import { check, closeServers, httpServer, portOf } from "./test-target.ts";

let names: NameServer | undefined;
afterEach(async () => {
  await names?.stop();
  names = undefined;
  await closeServers();
});

async function healthy(host = "127.0.0.1") {
  const server = await httpServer((_request, response) => response.end("ok"), host);
  return portOf(server);
}
/** One answer is announced, and its name points beyond the end. */
const RUBBISH = Buffer.from([0xc0, 0xff, 0xff, 0xff]);
/** An alias (CNAME) that stands for itself. */
const LOOP = Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12]);
const HOME = { addresses: ["127.0.0.1"] };

describe("a name that a real name server knows", () => {
  it("is asked for IPv4 and IPv6, anew with each check: no answer outlives the check that asked", async () => {
    const port = await healthy();
    names = await openNameServer(() => HOME);
    for (let i = 0; i < 2; i++) {
      const result = await check(`http://shop.test:${port}/`);
      expect(result).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.1" });
      expect(result.phases.dns).toBeLessThan(1_000);
    }
    const asked = ["A", "AAAA"].map((type) => names?.journal.filter((question) => question.type === type).length);
    expect(asked).toEqual([2, 2]);
    expect(new Set(names.journal.map(({ name }) => name))).toEqual(new Set(["shop.test"]));
  });

  it("that resolves slowly is waited for, and the time it took is told as such", async () => {
    const port = await healthy();
    names = await openNameServer(() => delay(400, HOME));
    const { outcome, phases } = await check(`http://slow.test:${port}/`);
    expect(outcome).toBe("ok");
    expect(phases.dns).toBeGreaterThanOrEqual(395);
    expect(phases.connect).toBeLessThan(300);
  });

  it("that takes longer than the resolver is used to is asked for again, until it is known", async () => {
    const port = await healthy();
    names = await openNameServer(({ name }, nth) => (name === "lost.test" && nth < 3 ? null : HOME));
    for (let i = 0; i < 20; i++) await check(`http://quick-${i}.test:${port}/`);
    const { outcome, phases } = await check(`http://lost.test:${port}/`);
    expect(outcome).toBe("ok");
    expect(phases.dns).toBeGreaterThan(1_000);
    expect(phases.dns).toBeLessThan(4_500);
  });

  it("whose AAAA queries are dropped costs a moment, not the resolver's patience", async () => {
    const port = await healthy();
    names = await openNameServer(({ type }) => (type === "A" ? HOME : null));
    const { outcome, phases } = await check(`http://half.test:${port}/`);
    expect(outcome).toBe("ok");
    expect(phases.dns).toBeGreaterThanOrEqual(45);
    expect(phases.dns).toBeLessThan(500);
  });

  it("that has IPv6 alone is connected to over IPv6", async () => {
    const port = await healthy("::1");
    names = await openNameServer(() => ({ addresses: ["::1"] }));
    expect(await check(`http://six.test:${port}/`)).toMatchObject({ outcome: "ok", resolvedAddress: "::1" });
  });
});

describe("a name that does not resolve: dns, with its sentence", () => {
  it.each([
    ["does not exist", { rcode: 3 }, "there is no such name"],
    ["has no address", { addresses: [] }, "it has no address"],
    ["is refused", { rcode: 5 }, "the name server refused to answer"],
    ["makes its name server fail", { rcode: 2 }, "its name server failed"],
    ["is answered with rubbish", { raw: RUBBISH }, "its name server answered with rubbish"],
    ["points at itself for ever", { raw: LOOP }, "it has no address"],
  ] as const)(
    "%s",
    async (_name, answer, why) => {
      names = await openNameServer(() => answer);
      const result = await check("http://broken.test:1/", { timeoutMs: 15_000 });
      expect(result).toMatchObject({
        outcome: "failure",
        reason: "dns",
        resolvedAddress: null,
        phases: { connect: null },
      });
      expect(result.detail).toBe(`The name broken.test:1 could not be resolved: ${why}.`);
      expect(result.phases.total).toBeLessThan(12_000);
    },
    20_000,
  );

  it("whose name server never answers: timeout, at the check's own limit", async () => {
    names = await openNameServer(() => null);
    const result = await check("http://silent.test/", { timeoutMs: 300 });
    expect(result).toMatchObject({ reason: "timeout", resolvedAddress: null, phases: { dns: null, connect: null } });
    expect(result.detail).toMatch(/did not answer within 0\.3 s: time ran out while its name was being resolved\.$/);
    expect(result.phases.total).toBeLessThan(1_500);
  });

  it("silent names do not keep a known one waiting", async () => {
    const port = await healthy();
    names = await openNameServer(({ name }) => (name === "known.test" ? HOME : null));
    const hanging = Array.from({ length: 80 }, (_, i) => check(`http://silent-${i}.test/`, { timeoutMs: 1_000 }));
    expect(await check(`http://known.test:${port}/`, { timeoutMs: 900 })).toMatchObject({ outcome: "ok" });
    const results = await Promise.all(hanging);
    expect(new Set(results.map(({ reason }) => reason))).toEqual(new Set(["timeout"]));
    expect(Math.max(...results.map(({ phases }) => phases.total ?? Infinity))).toBeLessThan(4_000);
  });
});

describe("a name that resolves to a private address", () => {
  const ONE = parseCidrs("127.0.0.2/32");

  it("at once: blocked, without a connection", async () => {
    let connections = 0;
    const server = await httpServer((_request, response) => response.end());
    server.on("connection", () => (connections += 1));
    names = await openNameServer(() => ({ addresses: ["127.0.0.1", "::1"] }));
    const result = await check(`http://inside.test:${portOf(server)}/`, {}, []);
    expect(result).toMatchObject({ outcome: "inconclusive", reason: "blocked", resolvedAddress: null });
    expect(connections).toBe(0);
  });

  it("the second time (DNS rebinding): the address that was judged is the one connected to", async () => {
    const port = await healthy("127.0.0.2");
    names = await openNameServer((_question, nth) => ({ addresses: [nth === 1 ? "127.0.0.2" : "127.0.0.1"] }));
    const first = await check(`http://rebind.test:${port}/`, {}, ONE);
    expect(first).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.2" });
    expect(names.journal.filter(({ type }) => type === "A")).toHaveLength(1);
    const second = await check(`http://rebind.test:${port}/`, {}, ONE);
    expect(second).toMatchObject({ outcome: "inconclusive", reason: "blocked", resolvedAddress: null });
  });

  it("on the way of a redirect: blocked, and the target behind it hears nothing", async () => {
    const asked: string[] = [];
    const server = await httpServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(302, { location: "/again" }).end();
    }, "127.0.0.2");
    names = await openNameServer((_question, nth) => ({ addresses: [nth === 1 ? "127.0.0.2" : "127.0.0.1"] }));
    const result = await check(`http://rebind.test:${portOf(server)}/first`, {}, ONE);
    expect(result).toMatchObject({ outcome: "inconclusive", reason: "blocked" });
    expect(asked).toEqual(["/first"]);
  });

  it("and to a public one: the private one is not even tried", async () => {
    const port = await healthy("127.0.0.2");
    names = await openNameServer(() => ({ addresses: ["127.0.0.1", "127.0.0.2", "::1"] }));
    const result = await check(`http://both.test:${port}/`, {}, ONE);
    expect(result).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.2" });
  });
});
