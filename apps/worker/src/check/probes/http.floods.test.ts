import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Reason } from "@pulsecheck/shared/check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { MAX_BODY_BYTES } from "../../outgoing/exchange.ts";
import type { HttpTarget } from "./http-request.ts";
import { createAuthority } from "./test-certificates.ts";
import { check, closeServers, httpServer, portOf, rawServer, tlsServer, urlOf } from "./test-target.ts";

const authority = createAuthority();
const certificate = authority.issue("IP:127.0.0.1");
afterAll(authority.remove);
afterEach(closeServers);

const LIMIT_MS = 2_000;
/** What a check may read, and what the kernel's buffers on both sides may hold unread. */
const MOST_BYTES = 16 * MAX_BODY_BYTES;
const MOST_MEMORY = 64 * MAX_BODY_BYTES;

/** Sends `start` and then `piece` for ever, as fast as it is taken. Tells how much was. */
function flood(socket: Socket | TLSSocket, start: string, piece: string, sent: { bytes: number }): void {
  const many = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)), "latin1");
  const more = () => {
    while (!socket.destroyed) {
      sent.bytes += many.byteLength;
      if (!socket.write(many)) return;
    }
  };
  socket.write(start, "latin1");
  socket.on("drain", more);
  more();
}

/** The result of a check, after its time and memory were found bounded, and what the target could send. */
async function checkWithin(url: string, target: Partial<HttpTarget>, sent = { bytes: 0 }) {
  const memory = () => process.memoryUsage().rss;
  const before = memory();
  const result = await check(url, { timeoutMs: LIMIT_MS, ...target });
  expect(result.phases.total).toBeLessThan(LIMIT_MS + 1_500);
  expect(memory() - before).toBeLessThan(MOST_MEMORY);
  expect(sent.bytes).toBeLessThan(MOST_BYTES);
  return result;
}

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

const FLOODS: [what: string, start: string, piece: string, reason: Reason | null][] = [
  ["headers", HEAD, "X-More: and more\r\n", "too_large"],
  ["one header's name", HEAD, "x", "too_large"],
  ["one header's value", `${HEAD}X-Long: `, "x", "too_large"],
  ["a body with a length", `${HEAD}Content-Length: 999999999999\r\n\r\n`, "a", null],
  ["a body without a length", `${HEAD}\r\n`, "a", null],
  ["a body in chunks of a byte", CHUNKED, "1\r\na\r\n", null],
  ["trailers", `${CHUNKED}1\r\na\r\n0\r\n`, "X-Trailer: and more\r\n", "too_large"],
  ["the body of a redirect", "HTTP/1.1 302 Found\r\nContent-Length: 999999999999\r\n\r\n", "a", "redirect"],
  ["the body of an error", "HTTP/1.1 500 Oh\r\nContent-Length: 999999999999\r\n\r\n", "a", "http_status"],
  ["its status line", "HTTP/1.1 200 ", "O", "too_large"],
  ["empty lines before its status", "", "\r\n", "too_large"],
  ["early hints", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "too_large"],
  ["a chunk's extension", `${CHUNKED}1;e=`, "x", null],
  ["a chunk's length", CHUNKED, "0", null],
  ["rubbish", "", "rubbish", "protocol"],
  ["zeros", "", "\0", "protocol"],
];

describe("a target that never stops sending: a reason of its own, in bounded time, bytes and memory", () => {
  it.each(FLOODS)("%s", async (_what, start, piece, reason) => {
    const sent = { bytes: 0 };
    const server = await rawServer((socket) => flood(socket, start, piece, sent));
    expect(await checkWithin(urlOf(server), {}, sent)).toMatchObject({ reason });
  });

  it.each(FLOODS)("%s, over TLS", async (_what, start, piece, reason) => {
    const sent = { bytes: 0 };
    const server = await tlsServer(certificate, (socket) => flood(socket, start, piece, sent));
    const url = `https://127.0.0.1:${portOf(server)}/`;
    expect(await checkWithin(url, { verifyTls: false }, sent)).toMatchObject({ reason });
  });

  it("an answer before it was asked", async () => {
    const sent = { bytes: 0 };
    const act = (socket: Socket) => flood(socket, `${HEAD}Content-Length: 999999999999\r\n\r\n`, "a", sent);
    const server = await rawServer(act, { onConnect: true });
    expect((await checkWithin(urlOf(server), {}, sent)).phases.total).toBeLessThan(LIMIT_MS);
  });

  it.each(["x", "\x16\x03\x03\x40\x00"])("%j in place of a TLS handshake: tls", async (piece) => {
    const sent = { bytes: 0 };
    const server = await rawServer((socket) => flood(socket, "", piece, sent));
    const result = await checkWithin(`https://127.0.0.1:${portOf(server)}/`, {}, sent);
    expect(result).toMatchObject({ reason: "tls", httpStatus: null });
  });
});

describe("a body that is packed to burst: too_large, with no more memory than the cap takes", () => {
  const plain = Buffer.alloc(64 * MAX_BODY_BYTES, "a");
  it.each([
    ["gzip", gzipSync(plain)],
    ["x-gzip", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["br", brotliCompressSync(plain)],
  ])("%s, 64 MiB of it, twenty times at once", async (encoding, bomb) => {
    const server = await httpServer((_request, response) => {
      response.setHeader("content-encoding", encoding);
      response.end(bomb);
    });
    const before = process.memoryUsage().rss;
    const checks = Array.from({ length: 20 }, () => check(urlOf(server), { keyword: "needle", timeoutMs: 10_000 }));
    for (const result of await Promise.all(checks)) expect(result).toMatchObject({ reason: "too_large" });
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * MAX_BODY_BYTES);
  });

  it("one that goes on for ever and unpacks to nothing is read up to the cap", async () => {
    const sent = { bytes: 0 };
    // A gzip member's head, then stored blocks of no bytes at all (RFC 1951, 3.2.4).
    const start = `${HEAD}Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03`;
    const server = await rawServer((socket) => flood(socket, start, "\x00\x00\x00\xff\xff", sent));
    expect(await checkWithin(urlOf(server), { keyword: "needle" }, sent)).toMatchObject({ reason: "too_large" });
  });

  it("packed twice: searched as it came, unpacked no further", async () => {
    const sent = { bytes: 0 };
    const twice = gzipSync(gzipSync(plain));
    const server = await httpServer((_request, response) => {
      response.setHeader("content-encoding", "gzip, gzip");
      sent.bytes += twice.byteLength;
      response.end(twice);
    });
    expect(await checkWithin(urlOf(server), { keyword: "aaaa" }, sent)).toMatchObject({ reason: "assertion" });
  });
});
