import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import { parseCidrs } from "@pulsecheck/shared/target-address";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpTarget } from "./http-request.ts";
import { check, closeServers, httpServer, portOf, urlOf } from "./test-target.ts";

afterEach(closeServers);

type Asked = {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
};

/** A server that remembers what it was asked, and redirects where its table says so. */
async function journalServer(redirects: Record<string, [number, string | null]> = {}, host = "127.0.0.1") {
  const journal: Asked[] = [];
  const server = await httpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    journal.push({ method: request.method, path: request.url, headers: request.headers, body });
    const [status, location] = redirects[request.url ?? ""] ?? [200, null];
    if (location !== null) response.setHeader("location", location);
    response.writeHead(status).end("all is well");
  }, host);
  return { journal, url: (path = "/") => `http://${host}:${portOf(server)}${path}` };
}

const ENTRUSTED: Partial<HttpTarget> = {
  method: "POST",
  headers: { "X-Api-Key": "s3cret", Cookie: "session=s3cret" },
  body: "s3cret",
  auth: { type: "bearer", token: "s3cret" },
};

describe("what is asked", () => {
  it("method, path, query, headers and body, as the monitor says", async () => {
    const { url, journal } = await journalServer();
    await check(url("/a%20b?q=1&q=2"), { method: "PUT", headers: { "X-One": "1" }, body: '{"ünï":1}' });
    expect(journal).toMatchObject([
      { method: "PUT", path: "/a%20b?q=1&q=2", headers: { "x-one": "1" }, body: '{"ünï":1}' },
    ]);
    expect(journal[0]?.headers["user-agent"]).toMatch(/^PulseCheck/);
  });

  it.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s", async (method) => {
    const { url, journal } = await journalServer();
    expect(await check(url(), { method })).toMatchObject({ outcome: "ok", httpStatus: 200 });
    expect(journal.map((asked) => asked.method)).toEqual([method]);
  });

  it("basic auth, in UTF-8", async () => {
    const { url, journal } = await journalServer();
    await check(url(), { auth: { type: "basic", username: "älice", password: "a:b" } });
    expect(journal[0]?.headers.authorization).toBe(`Basic ${Buffer.from("älice:a:b").toString("base64")}`);
  });

  it("bearer auth", async () => {
    const { url, journal } = await journalServer();
    await check(url(), { auth: { type: "bearer", token: "abc.def" } });
    expect(journal[0]?.headers.authorization).toBe("Bearer abc.def");
  });

  it("one header of a name, whatever its case: the monitor's own", async () => {
    const { url, journal } = await journalServer();
    await check(url(), { headers: { "USER-agent": "mine", Host: "shop.example" } });
    expect(journal[0]?.headers).toMatchObject({ "user-agent": "mine", host: "shop.example" });
  });

  it("on a connection of its own, every time", async () => {
    const ports = new Set<number | undefined>();
    const server = await httpServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let i = 0; i < 3; i++) await check(urlOf(server));
    expect(ports.size).toBe(3);
  });
});

describe("what is expected", () => {
  async function answering(status: number, text: string, encoding?: string) {
    const server = await httpServer((_request, response) => {
      if (encoding !== undefined) response.setHeader("content-encoding", encoding);
      response.writeHead(status).end(encoding === undefined ? text : gzipSync(text));
    });
    return urlOf(server);
  }

  it.each([
    [200, ["200-299"], null],
    [204, ["204"], null],
    [404, ["200-299", "404"], null],
    [304, ["300-399"], null],
    [500, ["200-299"], "http_status"],
    [404, ["200-299"], "http_status"],
    [200, ["500-599"], "http_status"],
    [304, ["200-299"], "http_status"],
  ])("status %i, expected %j: %s", async (status, expectedStatus, reason) => {
    const result = await check(await answering(status, ""), { expectedStatus });
    expect(result).toMatchObject({ httpStatus: status, reason });
    expect(result.phases.firstByte).not.toBeNull();
    if (reason !== null) expect(result.detail).toMatch(/answered with status \d+; expected was .+\.$/);
  });

  it.each<[Partial<HttpTarget>, string | null]>([
    [{ keyword: "well" }, null],
    [{ keyword: "Well" }, "assertion"],
    [{ keywordAbsent: "error" }, null],
    [{ keywordAbsent: "all" }, "assertion"],
    [{ keyword: "well", keywordAbsent: "all" }, "assertion"],
    [{ keyword: "well", keywordAbsent: "error" }, null],
    [{ keyword: "zum Glück" }, null],
  ])("%j: %s, packed or not", async (target, reason) => {
    const text = "all is well, zum Glück";
    expect((await check(await answering(200, text), target)).reason).toBe(reason);
    const packed = await check(await answering(200, text, "gzip"), target);
    expect(packed.reason).toBe(reason);
    if (reason !== null) expect(packed.detail).toMatch(/^The answer of 127\.0\.0\.1:\d+ .+\.$/);
  });
});

describe("what is told", () => {
  it("phases that sum up to the total", async () => {
    const server = await httpServer((_request, response) => void setTimeout(() => response.end("ok"), 100));
    const { phases, resolvedAddress, outcome } = await check(urlOf(server));
    const parts = (phases.dns ?? 0) + (phases.connect ?? 0) + (phases.tls ?? 0) + (phases.firstByte ?? 0);
    expect({ outcome, resolvedAddress }).toEqual({ outcome: "ok", resolvedAddress: "127.0.0.1" });
    expect(phases).toMatchObject({ dns: null, tls: null });
    expect(phases.firstByte).toBeGreaterThanOrEqual(95);
    expect(phases.total).toBeGreaterThanOrEqual(parts - 1);
    expect((phases.total ?? Infinity) - parts).toBeLessThan(100);
  });

  it("a URL that no monitor may have is data too: blocked, not thrown", async () => {
    for (const url of ["", "nonsense", "ftp://example.com/", "http://a\\b/"]) {
      expect(await check(url)).toMatchObject({ outcome: "inconclusive", reason: "blocked" });
    }
  });
});

describe("redirects", () => {
  it.each([301, 302, 303, 307, 308])("%i is followed, to a relative address too", async (status) => {
    const { url, journal } = await journalServer({ "/old/": [status, "../new?x=1"] });
    expect(await check(url("/old/"))).toMatchObject({ outcome: "ok", httpStatus: 200 });
    expect(journal.map(({ path }) => path)).toEqual(["/old/", "/new?x=1"]);
  });

  it("are not followed where the monitor says so, or expects them", async () => {
    const { url, journal } = await journalServer({ "/old": [302, "/new"] });
    expect(await check(url("/old"), { followRedirects: false })).toMatchObject({ reason: "http_status" });
    expect(await check(url("/old"), { expectedStatus: ["302"] })).toMatchObject({ outcome: "ok", httpStatus: 302 });
    expect(journal).toHaveLength(2);
  });

  it("in a loop: redirect, after as many as are allowed", async () => {
    const { url, journal } = await journalServer({ "/loop": [302, "/loop"] });
    const result = await check(url("/loop"), { maxRedirects: 3 });
    expect(result).toMatchObject({ reason: "redirect", httpStatus: 302 });
    expect(result.detail).toMatch(/redirected more than 3 times\.$/);
    expect(journal).toHaveLength(4);
  });

  it.each([
    [null, "it did not name"],
    ["http://[bad/", "is not a valid URL"],
    ["ftp://127.0.0.1/", "must start with http:// or https:// and name a host"],
    ["http://user:pw@127.0.0.1/", "must not contain a user name or password"],
    [`/${"x".repeat(3_000)}`, "must be at most 2048 characters long"],
  ])("to %s: redirect", async (location, why) => {
    const { url } = await journalServer({ "/": [302, location] });
    const result = await check(url());
    expect(result).toMatchObject({ reason: "redirect", httpStatus: 302 });
    expect(result.detail).toContain(`redirected to an address that ${why}`);
  });

  it("to an address that is not allowed: blocked, though the first hop is allowed", async () => {
    const inner = await journalServer({}, "127.0.0.2");
    for (const location of [inner.url(), inner.url().replace("127.0.0.2", "0x7f.2")]) {
      const outer = await journalServer({ "/": [302, location] });
      const result = await check(outer.url(), {}, parseCidrs("127.0.0.1/32"));
      expect(result).toMatchObject({ reason: "blocked", outcome: "inconclusive", resolvedAddress: null });
    }
    expect(inner.journal).toEqual([]);
  });

  it("to link-local metadata: blocked, whatever is allowed", async () => {
    const { url } = await journalServer({ "/": [302, "http://169.254.169.254/latest/meta-data/"] });
    const result = await check(url(), {}, parseCidrs("0.0.0.0/0, ::/0"));
    expect(result).toMatchObject({ reason: "blocked" });
    expect(result.detail).toContain("link-local or metadata address");
  });
});

describe("what was entrusted to one origin", () => {
  it("stays with it: headers, body and login do not go to another", async () => {
    const stranger = await journalServer();
    for (const status of [301, 302, 303, 307, 308]) {
      const first = await journalServer({ "/": [status, stranger.url("/else")] });
      expect(await check(first.url(), ENTRUSTED)).toMatchObject({ outcome: "ok" });
      expect(JSON.stringify(first.journal)).toContain("s3cret");
    }
    expect(stranger.journal).toHaveLength(5);
    expect(stranger.journal.map(({ method }) => method)).toEqual(["GET", "GET", "GET", "GET", "GET"]);
    expect(JSON.stringify(stranger.journal)).not.toContain("s3cret");
  });

  it("does not come back by way of a stranger", async () => {
    const first = await journalServer();
    const stranger = await journalServer({ "/": [307, first.url("/back")] });
    const start = await journalServer({ "/": [307, stranger.url()] });
    await check(start.url(), ENTRUSTED);
    expect(JSON.stringify([first.journal, stranger.journal])).not.toContain("s3cret");
  });

  it.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [303, "HEAD", "HEAD", ""],
    [302, "PUT", "PUT", "s3cret"],
    [307, "POST", "POST", "s3cret"],
    [308, "POST", "POST", "s3cret"],
  ])("is kept on the same origin: %i turns %s into %s", async (status, method, becomes, body) => {
    const { url, journal } = await journalServer({ "/": [status, "/next"] });
    await check(url(), { ...ENTRUSTED, method, body: method === "HEAD" ? null : "s3cret" });
    expect(journal[1]).toMatchObject({
      method: becomes,
      path: "/next",
      body,
      headers: { "x-api-key": "s3cret", authorization: "Bearer s3cret" },
    });
  });
});

it("a check leaves no socket open: it is closed when the result is told, though the server would keep it", async () => {
  const server = await httpServer((_request, response) => response.end("ok"));
  const closed = once(server, "connection").then(([socket]) => once(socket, "close"));
  expect(await check(urlOf(server))).toMatchObject({ outcome: "ok" });
  await closed;
});
