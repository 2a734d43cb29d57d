import { once } from "node:events";
import { setInterval as every } from "node:timers";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { ProbeResult } from "@pulsecheck/shared/check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MAX_BODY_BYTES } from "../../outgoing/exchange.ts";
import { check, closeServers, httpServer, portOf, rawServer, urlOf } from "./test-target.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note).on("uncaughtExceptionMonitor", note));
afterAll(() => {
  process.off("unhandledRejection", note).off("uncaughtExceptionMonitor", note);
  expect(unhandled).toEqual([]);
});
afterEach(closeServers);

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

function expectFailure(result: ProbeResult, reason: string, sentence: RegExp): void {
  expect([result.reason, result.outcome]).toEqual([reason, reason === "blocked" ? "inconclusive" : "failure"]);
  expect(result.detail).toMatch(sentence);
  expect(result.detail).toMatch(/\.$/);
}

describe("a target that misbehaves while it is connected to", () => {
  it("refuses: connect", async () => {
    const server = await rawServer(() => undefined);
    const url = urlOf(server);
    await closeServers();
    const result = await check(url);
    expectFailure(result, "connect", /^127\.0\.0\.1:\d+ refused the connection\.$/);
    expect(result).toMatchObject({ httpStatus: null, resolvedAddress: "127.0.0.1", phases: { firstByte: null } });
  });

  it("resets at once: connect, and not blocked, though its address is no longer known", async () => {
    const server = await rawServer((socket) => socket.resetAndDestroy(), { onConnect: true });
    const results = await Promise.all(Array.from({ length: 50 }, () => check(urlOf(server))));
    for (const result of results) expectFailure(result, "connect", /(cut|closed) the connection/);
  });

  it("has a name that does not exist: dns", async () => {
    expectFailure(await check("http://nothing.invalid/"), "dns", /^The name nothing\.invalid could not be resolved: /);
  });

  it("has a name that no DNS can hold: dns", async () => {
    expectFailure(await check(`http://${"a".repeat(64)}.test/`), "dns", /could not be resolved/);
  });
});

describe("a target that misbehaves instead of answering", () => {
  it.each([
    ["closes without a word", "", /^127\.0\.0\.1:\d+ closed the connection before it had answered\.$/],
    ["closes in the middle of its headers", "HTTP/1.1 200 OK\r\nContent-", /cut|closed|proper HTTP/],
  ])("%s", async (_name, text, sentence) => {
    const server = await rawServer((socket) => socket.end(text));
    const result = await check(urlOf(server));
    expect(result.reason).toMatch(/^(connect|protocol)$/);
    expectFailure(result, result.reason ?? "", sentence);
  });

  it.each([
    ["another protocol", "220 smtp.example.com ESMTP\r\n"],
    ["a wrong version", "HTTP/9.9 200 OK\r\n\r\n"],
    ["a header without a colon", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"],
    ["two content lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
    ["no status", "HTTP/1.1\r\n\r\n"],
    ["zeros", "\0\0\0\0\0\0\0\0"],
  ])("speaks %s: protocol", async (_name, text) => {
    const server = await rawServer((socket) => socket.end(text));
    expectFailure(await check(urlOf(server)), "protocol", /^127\.0\.0\.1:\d+ did not answer in proper HTTP/);
  });

  it.each([
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
  ])("answers what nobody asked (%j): a failure, at once", async (text) => {
    const server = await rawServer((socket) => socket.write(text));
    expectFailure(await check(urlOf(server)), "protocol", /did not answer in proper HTTP/);
  });

  it("sends early hints first: ok", async () => {
    const server = await rawServer((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`));
    expect(await check(urlOf(server))).toMatchObject({ outcome: "ok", httpStatus: 200 });
  });

  it("sends early hints for ever: timeout", async () => {
    const server = await rawServer((socket) => {
      const timer = every(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)), 5);
      socket.on("close", () => clearInterval(timer));
    });
    expectFailure(
      await check(urlOf(server), { timeoutMs: 300 }),
      "timeout",
      /within 0\.3 s: time ran out while waiting/,
    );
  });

  it("sends headers without end: too_large", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(`X-More: ${"x".repeat(1_000)}\r\n`));
      };
      socket.on("drain", more);
      more();
    });
    expectFailure(await check(urlOf(server)), "too_large", /more headers than PulseCheck reads \(16 KiB\)\.$/);
  });

  it("answers more than was asked: ok, and the rest is thrown away", async () => {
    const server = await rawServer((socket) => socket.write(OK + OK + OK));
    expect(await check(urlOf(server))).toMatchObject({ outcome: "ok", httpStatus: 200 });
  });

  it("answers before it was asked: a result, at once", async () => {
    const server = await rawServer((socket) => socket.write(OK), { onConnect: true });
    const result = await check(urlOf(server));
    expect(result.phases.total).toBeLessThan(2_000);
  });

  it("sends a body with HEAD: ok", async () => {
    const server = await rawServer((socket) => socket.write(OK));
    expect(await check(urlOf(server), { method: "HEAD" })).toMatchObject({ outcome: "ok", httpStatus: 200 });
  });
});

describe("a target that takes its time has none beyond the limit", () => {
  it.each<[string, string, string, RegExp]>([
    ["in the TLS handshake", "https", "", /during the TLS handshake\.$/],
    ["before its headers", "http", "", /while waiting for its answer\.$/],
    ["in its headers", "http", "HTTP/1.1 200 OK\r\nX-", /while waiting for its answer\.$/],
    ["in its body", "http", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", /while its answer was being read\.$/],
  ])("hangs %s: timeout", async (_name, scheme, text, sentence) => {
    const server = await rawServer((socket) => void (text !== "" && socket.write(text)));
    const result = await check(`${scheme}://127.0.0.1:${portOf(server)}/`, { timeoutMs: 300 });
    expectFailure(result, "timeout", sentence);
    expect(result.detail).toContain("did not answer within 0.3 s");
    expect(result.phases.total).toBeGreaterThanOrEqual(290);
    expect(result.phases.total).toBeLessThan(1_500);
    expect(result.phases.connect).not.toBeNull();
  });

  it.each([
    ["headers", "HTTP/1.1 200 OK\r\nX-Slow: "],
    ["body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"],
  ])("drips a byte of its %s every 100 ms: timeout", async (_name, start) => {
    const server = await rawServer((socket) => {
      socket.write(start);
      const timer = every(() => socket.write("x"), 100);
      socket.on("close", () => clearInterval(timer));
    });
    const result = await check(urlOf(server), { timeoutMs: 600 });
    expectFailure(result, "timeout", /within 0\.6 s/);
    expect(result.phases.total).toBeLessThan(2_000);
  });

  it("is told by status and first byte, when the head of its answer came", async () => {
    const server = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
    const result = await check(urlOf(server), { timeoutMs: 300 });
    expect(result.httpStatus).toBe(200);
    expect(result.phases.firstByte).not.toBeNull();
  });

  it("spends one limit on all hops of a redirect", async () => {
    const server = await httpServer((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url}x` }).end(), 150);
    });
    const result = await check(urlOf(server), { timeoutMs: 400, maxRedirects: 10 });
    expectFailure(result, "timeout", /within 0\.4 s/);
    expect(result.phases.total).toBeLessThan(1_500);
  });
});

describe("a target that says too much is not read to the end", () => {
  async function endless(): Promise<{ url: string; sent: () => number }> {
    let sent = 0;
    const server = await httpServer((_request, response) => {
      const chunk = Buffer.alloc(65_536, "a");
      const more = () => {
        let wantsMore = true;
        while (wantsMore && !response.destroyed) {
          wantsMore = response.write(chunk);
          sent += chunk.byteLength;
        }
      };
      response.on("drain", more);
      more();
    });
    return { url: urlOf(server), sent: () => sent };
  }

  it("an endless body: ok after the cap", async () => {
    const { url, sent } = await endless();
    expect(await check(url)).toMatchObject({ outcome: "ok", httpStatus: 200 });
    expect(sent()).toBeLessThan(20 * MAX_BODY_BYTES);
  });

  it("an endless body that may hold the keyword further on: too_large", async () => {
    const { url, sent } = await endless();
    expectFailure(await check(url, { keyword: "needle" }), "too_large", /longer than the 1048576 bytes/);
    expectFailure(await check(url, { keywordAbsent: "needle" }), "too_large", /longer than the 1048576 bytes/);
    expect(sent()).toBeLessThan(40 * MAX_BODY_BYTES);
  });

  it("an endless body that holds the keyword at once: ok", async () => {
    const { url } = await endless();
    expect(await check(url, { keyword: "aaa" })).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["gzip", gzipSync(Buffer.alloc(64 * MAX_BODY_BYTES))],
    ["br", brotliCompressSync(Buffer.alloc(64 * MAX_BODY_BYTES))],
  ])("a %s bomb: too_large, with no more memory than the cap takes", async (encoding, bomb) => {
    const server = await httpServer((_request, response) => {
      response.setHeader("content-encoding", encoding);
      response.end(bomb);
    });
    const before = process.memoryUsage().arrayBuffers;
    expectFailure(await check(urlOf(server), { keyword: "needle" }), "too_large", /longer than the 1048576 bytes/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MAX_BODY_BYTES);
  });
});

describe("a body that is cut or broken", () => {
  it("ends before its length: connect", async () => {
    const server = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    const result = await check(urlOf(server));
    expect(result.httpStatus).toBe(200);
    expect(result.reason).toMatch(/^(connect|protocol)$/);
  });

  it("is reset in its middle: connect", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => socket.resetAndDestroy());
    });
    const result = await check(urlOf(server), { keyword: "whole" });
    expectFailure(result, "connect", /cut the connection/);
  });

  it.each(["gzip", "br", "deflate"])("says it is %s and is not: protocol", async (encoding) => {
    const server = await httpServer((_request, response) => {
      response.setHeader("content-encoding", encoding);
      response.end("plain text, sadly");
    });
    expectFailure(await check(urlOf(server), { keyword: "plain" }), "protocol", /^The body could not be unpacked \(/);
  });

  it("with an encoding and no bytes, as a HEAD has it: its text is empty", async () => {
    const server = await httpServer((_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end();
    });
    for (const method of ["HEAD", "GET"]) {
      expect(await check(urlOf(server), { method, keywordAbsent: "error" })).toMatchObject({ outcome: "ok" });
    }
  });
});

it("a hundred checks of one bad target leave no listener and no warning behind", async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on("warning", warn);
  const server = await rawServer((socket) => socket.end("nonsense\r\n"));
  await Promise.all(Array.from({ length: 100 }, () => check(urlOf(server))));
  const idle = await httpServer((_request, response) => response.end());
  const client = check(urlOf(idle), { maxRedirects: 0 });
  await Promise.all([client, once(idle, "request")]);
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});
