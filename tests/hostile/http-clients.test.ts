import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectMany, connectRaw, openSiege, pour, type Siege } from "./siege.ts";

let siege: Siege;
beforeAll(async () => void (siege = await openSiege("postgres")), 180_000);
afterAll(() => siege.stop(), 60_000);

const MEGABYTE = 1_048_576;
const HUGE = 100 * MEGABYTE;
const POST = "POST /auth/login HTTP/1.1\r\nHost: pulsecheck\r\nContent-Type: application/json\r\n";

function expectProblem(answer: string, status: number): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*content-type: application/problem\\+json`, "i"));
  expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))).toMatchObject({ status });
}

describe("bodies of 100 MB", () => {
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65_536, " "), Buffer.from("\r\n")]);
  test.each([
    ["announced", `Content-Length: ${HUGE}\r\n\r\n`, Buffer.alloc(65_536, " ")],
    ["without a length, in chunks", "Transfer-Encoding: chunked\r\n\r\n", chunk],
  ])("%s: 413 with its problem, and not read to the end", async (_how, head, piece) => {
    const clients = await connectMany(siege.fleet.url, 20);
    const answers = await siege.withstand(async () => {
      for (const { socket } of clients) socket.write(POST + head);
      await Promise.all(clients.map((client) => pour(client, piece, HUGE)));
      return Promise.all(clients.map(({ gone }) => gone));
    }, 150);
    for (const { socket } of clients) expect(socket.bytesWritten).toBeLessThan(HUGE / 2);
    for (const answer of answers.filter((one) => one !== "")) expectProblem(answer, 413);
    expect(answers.filter((one) => one !== "").length).toBeGreaterThan(0);
  });

  test("in chunks of a byte: cut off, as each chunk costs more than its byte", async () => {
    const bytes = Buffer.from("1\r\n \r\n".repeat(50_000));
    const clients = await connectMany(siege.fleet.url, 20);
    await siege.withstand(async () => {
      for (const { socket } of clients) socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
      await Promise.all(clients.map((client) => pour(client, bytes, HUGE)));
      await Promise.all(clients.map(({ gone }) => gone));
    }, 250);
    for (const { socket } of clients) expect(socket.bytesWritten).toBeLessThan(HUGE / 2);
  });

  test("a client that waits for the answer before it sends is told at once", async () => {
    const client = await connectRaw(siege.fleet.url);
    client.socket.write(`${POST}Content-Length: ${HUGE}\r\nExpect: 100-continue\r\n\r\n`);
    expectProblem((await client.gone).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""), 413);
  });
});

test("clients that send slowly or nothing: cut off in bounded time and memory, while others are served", async () => {
  const body = Buffer.alloc(900_000, " ");
  const groups = await Promise.all([300, 1_500, 200].map((count) => connectMany(siege.fleet.url, count)));
  const [headers = [], idle = [], bodies = []] = groups;
  const startedAt = Date.now();
  const drip = setInterval(() => {
    for (const { socket } of headers) socket.write("X-Slow: 1\r\n");
    for (const { socket } of bodies) socket.write(" ");
  }, 1_000);
  await siege.withstand(async () => {
    for (const { socket } of headers) socket.write("GET /health HTTP/1.1\r\nHost: pulsecheck\r\n");
    for (const { socket } of bodies) {
      socket.write(`${POST}Content-Length: 1000000\r\n\r\n`);
      socket.write(body);
    }
    const login = { username: "nobody@example.com", password: "guess" };
    expect((await siege.fleet.call("POST", "/auth/login", { json: login })).status).toBe(401);
    await Promise.all([...headers, ...idle].map(({ gone }) => gone));
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    await Promise.all(bodies.map(({ gone }) => gone));
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  }, 150);
  clearInterval(drip);
  expect(await headers[0]?.gone).toMatch(/^HTTP\/1\.1 408 /);
  const answers = await Promise.all(bodies.map(({ gone }) => gone));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 (408|503) /);
}, 60_000);

test("a flood of logins: hashed one by one, the rest is told to come back; everything else goes on", async () => {
  const { fleet, alice } = siege;
  const clients = await connectMany(fleet.url, 1_500);
  const answers = await siege.withstand(async () => {
    clients.forEach(({ socket }, i) => {
      const body = JSON.stringify({ username: `nobody-${i}@example.com`, password: "guess" });
      socket.write(`${POST}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    const list = await fleet.call("GET", "/api/v1/monitors?limit=1", { token: alice.token });
    expect(list.status).toBe(200);
    return Promise.all(clients.map(({ gone }) => gone));
  }, 250);
  const refused = answers.filter((answer) => answer.startsWith("HTTP/1.1 503 "));
  expect(answers.filter((answer) => answer.startsWith("HTTP/1.1 401 "))).toHaveLength(answers.length - refused.length);
  for (const answer of refused) expect(answer).toMatch(/^retry-after: [1-9]/im);
  expect(refused.length).toBeGreaterThan(1_000);
}, 60_000);

test("a client that asks for another protocol is answered as if it had not, and holds nothing", async () => {
  const upgrade = "GET /health HTTP/1.1\r\nHost: pulsecheck\r\nConnection: Upgrade\r\nUpgrade:";
  for (const protocol of ["h2c", "websocket", "nonsense"]) {
    const { socket, heard } = await connectRaw(siege.fleet.url);
    socket.write(`${upgrade} ${protocol}\r\n\r\n`);
    await once(socket, "data");
    expect(heard()).toMatch(/^HTTP\/1\.1 200 [^]*{"status":"ok"}$/);
  }
});

test("headers without end: 431; what is no HTTP: 400; and the connection is closed", async () => {
  const cases: [string, RegExp][] = [
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(100_000)}`, /^HTTP\/1\.1 431 /],
    [`GET / HTTP/1.1\r\nHost: a\r\n${"X-More: and more\r\n".repeat(5_000)}`, /^HTTP\/1\.1 431 /],
    [`GET /${"x".repeat(100_000)}`, /^HTTP\/1\.1 431 /],
    ["\x16\x03\x01\x02\x00\x01\x00", /^HTTP\/1\.1 400 /],
    ["GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET / HTTP/9.9\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 (400|505) /],
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET /%ZZ HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
    [`${POST}Transfer-Encoding: chunked\r\n\r\nnothing\r\n`, /^HTTP\/1\.1 400 /],
  ];
  await siege.withstand(async () => {
    for (const [text, answer] of cases) {
      const clients = await connectMany(siege.fleet.url, 20);
      for (const { socket } of clients) socket.write(text, "latin1");
      for (const { gone } of clients) expect(await gone).toMatch(answer);
    }
  }, 100);
});

test("none of this is logged as a fault of ours, nor is a client that hangs up in the middle of its body", async () => {
  const clients = await connectMany(siege.fleet.url, 20);
  for (const { socket } of clients) socket.write(`${POST}Content-Length: 100\r\n\r\n{`);
  await Promise.all(clients.map(({ socket }) => once(socket.resetAndDestroy(), "close")));
  expect((await siege.fleet.call("GET", "/health")).status).toBe(200);
  expect(siege.log()).toContain("API started");
  expect(siege.log()).not.toMatch(/"level":[456]0|Error/);
});

test("all the while everybody else was answered within a second", () => {
  expect(siege.answeredMs()).toBeGreaterThan(0);
  expect(siege.answeredMs()).toBeLessThan(1_000);
});
