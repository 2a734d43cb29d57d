import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import net, { type Server, type Socket } from "node:net";
import tls from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createAuthority, type KeyPair } from "./test-certificates.ts";

const NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1";
const authority = createAuthority();
const good = authority.issue(NAMES);
// Before the checker is loaded: it builds its list of trusted authorities once.
const before = tls.getCACertificates("default");
tls.setDefaultCACertificates([authority.cert]);
const { check, closeServers, portOf, rawServer, tlsServer, httpServer } = await import("./test-target.ts");

afterEach(closeServers);
afterAll(() => {
  tls.setDefaultCACertificates(before);
  authority.remove();
});

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A server that answers every request with 200 and notes what it was sent. */
async function secureServer(pair: KeyPair, options: tls.TlsOptions = {}) {
  const asked: string[] = [];
  const server = await tlsServer({ ...pair, ...options }, (socket) => {
    socket.on("data", (bytes) => {
      asked.push(bytes.toString());
      socket.write(ANSWER);
    });
  });
  return { server, asked, url: (host = "127.0.0.1") => `https://${host}:${portOf(server)}/` };
}

const endOf = ({ cert }: KeyPair) => new X509Certificate(cert).validToDate;

describe("a certificate that is good", () => {
  it.each(["127.0.0.1", "localhost", "LOCALHOST"])("for %s: ok, and its end is told", async (host) => {
    const { url } = await secureServer(good);
    const result = await check(url(host));
    expect(result).toMatchObject({ outcome: "ok", httpStatus: 200, resolvedAddress: "127.0.0.1" });
    expect(result.tlsExpiresAt).toEqual(endOf(good));
    expect(result.phases.tls).toBeGreaterThan(0);
  });

  it("the name is sent with the handshake (SNI), an address is not", async () => {
    const names: unknown[] = [];
    const { url, server } = await secureServer(good);
    server.on("secureConnection", (socket: tls.TLSSocket) => names.push(socket.servername));
    await check(url("localhost"));
    await check(url());
    expect(names).toEqual(["localhost", false]);
  });
});

describe("a certificate that is bad: tls, with a sentence of its own, and nothing is sent", () => {
  const bad: [string, () => KeyPair, RegExp][] = [
    ["self-signed", () => authority.selfSigned(NAMES), /its certificate is self-signed\.$/],
    ["expired", () => authority.issue(NAMES, -9, -2), /its certificate has expired\.$/],
    ["not valid yet", () => authority.issue(NAMES, 1, 3), /its certificate is not valid yet\.$/],
    ["for another name", () => authority.issue("DNS:other.example"), /its certificate is for another name\.$/],
  ];

  it.each(bad)("%s", async (_name, issue, sentence) => {
    const pair = issue();
    const { url, asked } = await secureServer(pair);
    const result = await check(url(), { headers: { "x-key": "s3cret" } });
    expect(result).toMatchObject({ outcome: "failure", reason: "tls", httpStatus: null });
    expect(result.detail).toMatch(/^TLS with 127\.0\.0\.1:\d+ failed: /);
    expect(result.detail).toMatch(sentence);
    expect(result.tlsExpiresAt).toEqual(endOf(pair));
    expect(asked).toEqual([]);
  });

  it.each(bad)("%s, but verify_tls is false: ok, and its end is told", async (_name, issue) => {
    const pair = issue();
    const { url } = await secureServer(pair);
    const result = await check(url(), { verifyTls: false });
    expect(result).toMatchObject({ outcome: "ok", httpStatus: 200 });
    expect(result.tlsExpiresAt).toEqual(endOf(pair));
  });
});

describe("a TLS server that misbehaves", () => {
  it("is none: tls", async () => {
    const server = await httpServer((_request, response) => response.end());
    const result = await check(`https://127.0.0.1:${portOf(server)}/`);
    expect(result).toMatchObject({ reason: "tls" });
    expect(result.detail).toMatch(/failed: it does not speak TLS/);
  });

  it("hangs up in the handshake: tls", async () => {
    const server = await rawServer((socket) => socket.destroy());
    const result = await check(`https://127.0.0.1:${portOf(server)}/`);
    expect(result).toMatchObject({ reason: "tls" });
    expect(result.detail).toMatch(/failed: it cut the connection\.$/);
  });

  it("speaks only what nobody speaks any more: tls", async () => {
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const;
    const { url } = await secureServer(good, old);
    expect(await check(url())).toMatchObject({ reason: "tls", httpStatus: null });
  });

  it("wants a certificate of ours, and says so after the handshake: tls", async () => {
    const { url } = await secureServer(good, { requestCert: true, rejectUnauthorized: true, ca: authority.cert });
    const results = await Promise.all(Array.from({ length: 20 }, () => check(url())));
    expect(new Set(results.map(({ reason }) => reason))).toEqual(new Set(["tls"]));
    expect(results[0]?.detail).toMatch(/failed: it wants a certificate from its clients\.$/);
  });

  it("resets right after the handshake: connect", async () => {
    const server = await tlsServer(good, (socket) => socket.destroy());
    const result = await check(`https://127.0.0.1:${portOf(server)}/`);
    expect(result).toMatchObject({ reason: "connect", httpStatus: null });
  });

  it.each([
    ["its headers", "", /while waiting for its answer\.$/],
    ["its body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", /while its answer was being read\.$/],
  ])("hangs after the handshake, before %s: timeout", async (_what, text, sentence) => {
    const server = await tlsServer(good, (socket) => void (text !== "" && socket.write(text)));
    const result = await check(`https://127.0.0.1:${portOf(server)}/`, { timeoutMs: 400 });
    expect(result).toMatchObject({ outcome: "failure", reason: "timeout" });
    expect(result.detail).toMatch(sentence);
    expect(result.phases.tls).not.toBeNull();
    expect(result.phases.total).toBeLessThan(2_000);
  });

  it("sends rubbish in place of records after the handshake: tls", async () => {
    const { promise: client, resolve } = Promise.withResolvers<Socket>();
    const inner = await tlsServer(good, () => void client.then((socket) => socket.write("rubbish\r\n\r\n")));
    const server = await rawServer(
      (socket) => {
        resolve(socket);
        const back = net.connect(portOf(inner), "127.0.0.1").on("error", () => undefined);
        socket
          .on("close", () => back.destroy())
          .pipe(back)
          .pipe(socket);
      },
      { onConnect: true },
    );
    expect(await check(`https://127.0.0.1:${portOf(server)}/`)).toMatchObject({ reason: "tls", httpStatus: null });
  });
});

it("a redirect from https to http is followed; the end of the last hop's certificate is told, which is none", async () => {
  const plain = await httpServer((_request, response) => response.end("ok"));
  const to = `http://127.0.0.1:${portOf(plain)}/`;
  const server: Server = await tlsServer(good, (socket) => {
    socket.once("data", () => socket.end(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`));
  });
  const [result] = await Promise.all([check(`https://127.0.0.1:${portOf(server)}/`), once(plain, "request")]);
  expect(result).toMatchObject({ outcome: "ok", tlsExpiresAt: null });
});
