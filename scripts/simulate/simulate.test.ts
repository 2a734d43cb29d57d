import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { root } from "../launch/environment.ts";
import { readRetryAfterMs } from "./sender.ts";

type Asked = { at: number; method: string; path: string; key: string | undefined; json: any }; // oxlint-disable-line typescript/no-explicit-any
type Answer = { status: number; json?: unknown; headers?: Record<string, string> };

/** A tiny PulseCheck: takes everything, unless `answer` says otherwise, and keeps what it was asked. */
async function openReceiver(answer: (asked: Asked) => Answer | null = () => null) {
  const journal: Asked[] = [];
  const messages: unknown[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "", url: path = "", headers } = request;
    const json: unknown = text === "" ? null : JSON.parse(text);
    const asked = { at: Date.now(), method, path, key: headers.authorization, json };
    journal.push(asked);
    const { status, json: body = {}, headers: more = {} } = answer(asked) ?? usual(asked);
    response
      .writeHead(status, { "content-type": "application/json", ...more })
      .end(status === 204 ? "" : JSON.stringify(body));
  };
  const server = createServer((request, response) => void handle(request, response));
  const sockets = new WebSocketServer({ server, path: "/api/v1/ws/device" });
  sockets.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()))),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, journal, messages, asked: (path: string) => journal.filter((one) => one.path.startsWith(path)) };
}

function usual({ method, path, json }: Asked): Answer {
  if (method === "DELETE" || path === "/auth/logout") return { status: 204 };
  if (path === "/auth/login") return { status: 200, json: { access_token: "a-token" } };
  if (path === "/api/v1/api-keys") return { status: 201, json: { id: "key-1", key: "pc_made" } };
  if (path === "/api/v1/monitors") return { status: 201, json: { id: "monitor-1" } };
  if (path === "/api/v1/heartbeat") return { status: 202, json: Array.isArray(json) ? [] : {} };
  return { status: path === "/api/v1/sensors" ? 201 : 200 };
}

function start(...args: string[]) {
  const child = spawn(join(root, "node_modules/.bin/node"), [join(root, "scripts/simulate.ts"), ...args], {
    env: { ...process.env, PULSECHECK_API_KEY: "" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, out }));
  return { ended, interrupt: () => child.kill("SIGINT") };
}

const simulate = (...args: string[]) => start(...args).ended;

test("devices, sensors and cron jobs report, with the key; the jobs are gone afterwards", async () => {
  const receiver = await openReceiver();
  const { code, out } = await simulate(
    "--url",
    receiver.url,
    "--devices",
    "200",
    "--duration",
    "5s",
    "--key",
    "pc_x",
    "--seed",
    "1",
  );
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("heartbeats") });
  const heartbeats = receiver.asked("/api/v1/heartbeat");
  expect(heartbeats.length).toBeGreaterThan(20);
  expect(heartbeats[0]).toMatchObject({ method: "POST", key: "Bearer pc_x" });
  expect(Object.keys(heartbeats[0]?.json)).toEqual([
    "device_id",
    "name",
    "location",
    "battery_level",
    "signal_strength",
  ]);
  const readings = receiver.asked("/api/v1/sensors").flatMap(({ json }) => json);
  expect(readings.length).toBeGreaterThan(40);
  expect(readings[0]).toMatchObject({
    value: expect.any(Number),
    unit: expect.any(String),
    timestamp: expect.any(String),
  });
  const jobs = receiver.asked("/api/v1/monitors");
  expect(jobs.filter(({ method }) => method === "POST")).toHaveLength(20);
  expect(jobs.filter(({ method }) => method === "DELETE")).toHaveLength(20);
  expect(jobs[0]?.json).toMatchObject({ kind: "cron", interval: 60, grace_s: 30 });
  expect(receiver.asked(`/ping/${jobs[0]?.json.ping_id}/start`).length).toBeLessThanOrEqual(1);
  expect(receiver.asked("/ping/").length).toBeGreaterThan(5);
  expect(receiver.messages).toContainEqual({ device_id: expect.any(String), event_type: "connected" });
  expect(receiver.messages).toContainEqual({ device_id: expect.any(String), event_type: "disconnected" });
});

test("a login makes a key, reports with it, and revokes it when it is interrupted", async () => {
  const receiver = await openReceiver();
  const run = start("--url", receiver.url, "--email", "alice@example.com", "--password", "secret", "--devices", "100");
  await expect.poll(() => receiver.asked("/api/v1/heartbeat").length, { timeout: 10_000 }).toBeGreaterThan(3);
  run.interrupt();
  const { code, out } = await run.ended;
  expect([code, out]).toEqual([0, expect.stringContaining("accepted")]);
  expect(receiver.asked("/api/v1/api-keys")[0]?.json).toEqual({ name: "simulation", role: "USER" });
  expect(receiver.asked("/api/v1/heartbeat")[0]?.key).toBe("Bearer pc_made");
  expect(receiver.asked("/api/v1/api-keys/key-1")).toMatchObject([{ method: "DELETE", key: "Bearer a-token" }]);
});

test("who is asked to come back later waits, and sends then what was put off", async () => {
  let refusedAt = 0;
  const receiver = await openReceiver(({ path }) => {
    if (path !== "/api/v1/sensors" || refusedAt > 0) return null;
    refusedAt = Date.now();
    return { status: 429, json: { detail: "Too many." }, headers: { "retry-after": "2" } };
  });
  const { code, out } = await simulate("--url", receiver.url, "--devices", "10", "--duration", "6s", "--key", "pc_x");
  expect([code, out]).toEqual([0, expect.stringContaining("answered 429: Too many.")]);
  const [first, second] = receiver.asked("/api/v1/sensors");
  expect((second?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(1_900);
  expect(second?.json).toEqual(expect.arrayContaining(first?.json));
});

describe("where nothing is accepted, it ends with 1 and says why", () => {
  test("nobody is there", async () => {
    const { code, out } = await simulate("--url", "http://127.0.0.1:9", "--key", "pc_x");
    expect([code, out]).toEqual([1, expect.stringMatching(/http:\/\/127\.0\.0\.1:9.*ECONNREFUSED/)]);
  });

  test("the key is not allowed to report", async () => {
    const receiver = await openReceiver(({ path }) =>
      path === "/health" ? null : { status: 403, json: { detail: "A VIEWER may not." } },
    );
    const { code, out } = await simulate("--url", receiver.url, "--key", "pc_x", "--devices", "100");
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/no cron jobs.*A VIEWER may not\.[^]*nothing was accepted at .*403/),
    ]);
  });

  test("the login is wrong", async () => {
    const receiver = await openReceiver(({ path }) =>
      path === "/auth/login" ? { status: 401, json: { detail: "Wrong." } } : null,
    );
    const { code, out } = await simulate("--url", receiver.url, "--email", "a@example.com", "--password", "x");
    expect([code, out]).toEqual([1, expect.stringContaining("/auth/login answered 401: Wrong.")]);
  });

  test("an option is wrong", async () => {
    const { code, out } = await simulate("--devices", "many", "--key", "pc_x");
    expect([code, out]).toEqual([1, expect.stringContaining("--devices must be a whole number")]);
  });
});

test.each([
  ["3", 3_000],
  ["Thu, 01 Jan 1970 00:00:05 GMT", 5_000],
  ["99999999", 300_000],
  ["soon", 1_000],
  [undefined, 1_000],
])("Retry-After: %s is %i ms", (header, ms) => {
  expect(readRetryAfterMs(header, 0)).toBe(ms);
});
