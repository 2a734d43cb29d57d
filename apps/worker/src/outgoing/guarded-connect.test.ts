import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parseCidrs } from "@pulsecheck/shared/target-address";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startDeadline, TIMED_OUT } from "./deadline.ts";
import { guardedConnect, type Trace } from "./guarded-connect.ts";
import { check, closeServers, httpServer, LOOPBACK, portOf, rawServer, urlOf } from "../check/probes/test-target.ts";

afterEach(async () => {
  vi.restoreAllMocks();
  await closeServers();
});

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A server that counts who connects. */
async function watched(host = "127.0.0.1", port = 0) {
  const server = await rawServer((socket) => socket.write(OK), { host, port });
  let connections = 0;
  server.on("connection", () => (connections += 1));
  return { server, port: portOf(server), connections: () => connections };
}

/** Node's resolver answers A records from a list, the next one each time; there are no AAAA records. */
function answerNames(...answers: string[][]) {
  vi.spyOn(Resolver.prototype, "resolve6").mockRejectedValue(Object.assign(new Error("none"), { code: "ENODATA" }));
  const spy = vi.spyOn(Resolver.prototype, "resolve4");
  for (const answer of answers) spy.mockResolvedValueOnce(answer);
  return spy;
}

describe("where loopback is not allowed", () => {
  it.each([
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "127.0.0.1.",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::1]",
    "0.0.0.0",
    "[::]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "any.localhost",
  ])("http://%s/ is refused and not connected to", async (host) => {
    const { port, connections } = await watched();
    const result = await check(`http://${host}:${port}/`, {}, []);
    expect(result).toMatchObject({ outcome: "inconclusive", reason: "blocked", resolvedAddress: null });
    expect(result.detail).toMatch(/ was not connected to: .+, and this instance does not allow it\.$/);
    expect(result.phases.connect).toBeNull();
    expect(connections()).toBe(0);
  });

  it.each(["127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0"])(
    "a public name that resolves to %s is refused and not connected to",
    async (address) => {
      const { port, connections } = await watched();
      answerNames([address]);
      const result = await check(`http://innocent.example:${port}/`, {}, []);
      expect(result).toMatchObject({ reason: "blocked" });
      expect(result.detail).toContain(`innocent.example was not connected to: ${address} is a `);
      expect(connections()).toBe(0);
    },
  );
});

describe("where some addresses are allowed", () => {
  const ONE = parseCidrs("127.0.0.2/32");

  it("of a name's addresses only those are tried, whatever their order", async () => {
    const right = await watched("127.0.0.2");
    const wrong = await watched("127.0.0.1", right.port);
    answerNames(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    const result = await check(`http://both.example:${right.port}/`, {}, ONE);
    expect(result).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.2" });
    expect([right.connections(), wrong.connections()]).toEqual([1, 0]);
  });

  it("rebinding does not help: what was judged is what is connected to, with one look-up", async () => {
    const right = await watched("127.0.0.2");
    const wrong = await watched("127.0.0.1", right.port);
    const lookups = answerNames(["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]);
    expect(await check(`http://rebind.example:${right.port}/`, {}, ONE)).toMatchObject({ outcome: "ok" });
    expect(lookups).toHaveBeenCalledTimes(1);
    expect(wrong.connections()).toBe(0);
  });

  it("a redirect to the same name, which now resolves elsewhere, is judged anew", async () => {
    const server = await httpServer(
      (_request, response) => response.writeHead(302, { location: "/x" }).end(),
      "127.0.0.2",
    );
    answerNames(["127.0.0.2"], ["127.0.0.1"]);
    const result = await check(`http://rebind.example:${portOf(server)}/`, {}, ONE);
    expect(result).toMatchObject({ reason: "blocked", httpStatus: null });
  });
});

describe("a name with several addresses", () => {
  it("is connected to at the one that answers", async () => {
    const { port } = await watched("127.0.0.2");
    answerNames(["127.0.0.9", "127.0.0.2"]);
    const result = await check(`http://two.example:${port}/`);
    expect(result).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.2" });
    expect(result.phases.dns).not.toBeNull();
  });

  it("none of which answers, is refused in the words of one that did", async () => {
    const { server, port } = await watched();
    server.close();
    answerNames(["127.0.0.8", "127.0.0.9"]);
    const result = await check(`http://two.example:${port}/`);
    expect(result).toMatchObject({ reason: "connect", detail: `two.example:${port} refused the connection.` });
  });
});

describe("a target that does not take the connection", () => {
  it("hangs while connecting: timeout; and another address of its name is tried within the limit", async () => {
    const { port, stop } = await startDeaf();
    try {
      const alone = await check(`http://127.0.0.1:${port}/`, { timeoutMs: 400 });
      expect(alone).toMatchObject({ reason: "timeout", phases: { connect: null }, resolvedAddress: "127.0.0.1" });
      expect(alone.detail).toMatch(/did not answer within 0\.4 s: time ran out while connecting\.$/);
      expect(alone.phases.total).toBeLessThan(2_000);

      const { connections } = await watched("127.0.0.2", port);
      answerNames(["127.0.0.1", "127.0.0.2"], ["127.0.0.1", "127.0.0.2"]);
      expect(await check(`http://two.example:${port}/`)).toMatchObject({ outcome: "ok", resolvedAddress: "127.0.0.2" });
      // Cut off between the two attempts, it leaves no socket behind either.
      expect(await check(`http://two.example:${port}/`, { timeoutMs: 300 })).toMatchObject({ reason: "timeout" });
      await delay(1_200);
      expect(connections()).toBe(1);
    } finally {
      await stop();
    }
  });
});

describe("a deadline", () => {
  const trace = (): Trace => ({ phase: "dns", dns: null, connect: null, tls: null, address: null, tlsExpiresAt: null });

  it.each(["http://127.0.0.1", "https://127.0.0.1", "http://name.example"])(
    "that is over before %s is connected to: rejected, and nothing is left open",
    async (origin) => {
      const { server } = await watched();
      const deadline = startDeadline(0);
      await new Promise<void>((resolve) => deadline.ends(() => resolve()));
      const options = { allowed: LOOPBACK, verifyTls: true, deadline };
      await expect(guardedConnect(new URL(`${origin}:${portOf(server)}/`), options, trace())).rejects.toBe(TIMED_OUT);
    },
  );

  it("that is cleared ends nothing", async () => {
    const deadline = startDeadline(20);
    let isEnded = false;
    deadline.ends(() => (isEnded = true));
    deadline.clear();
    const later = startDeadline(40);
    await new Promise<void>((resolve) => later.ends(() => resolve()));
    expect(isEnded).toBe(false);
  });

  it("is not needed by a connection handed over: it survives an error that comes before anybody listens", async () => {
    const { server } = await watched();
    const deadline = startDeadline(5_000);
    const options = { allowed: LOOPBACK, verifyTls: true, deadline };
    const socket = await guardedConnect(new URL(urlOf(server)), options, trace());
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.destroy(new Error("out of the blue"));
    expect(await closed).toBe(true);
    deadline.clear();
  });
});

/** A process that listens and never takes a connection, with its short queue of them full: the next one hangs. */
async function startDeaf(): Promise<{ port: number; stop: () => Promise<void> }> {
  const program = `
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [bytes] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(bytes.toString());
  const fillers = Array.from({ length: 8 }, () => net.connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.race(fillers.map((socket) => once(socket, "connect")));
  return {
    port,
    async stop() {
      for (const socket of fillers) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
