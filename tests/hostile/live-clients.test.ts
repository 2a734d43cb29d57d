import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { openBroker, type Broker } from "@pulsecheck/broker/broker";
import { CLOSE, type BusEvent } from "@pulsecheck/shared/live-events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../harness/caller.ts";
import { joinLive, type LiveClient } from "../harness/live-client.ts";
import { connectMany, connectRaw, openSiege, pour, type RawClient, type Siege } from "./siege.ts";

let siege: Siege;
let broker: Broker;
let workspace: number;
beforeAll(async () => {
  siege = await openSiege("redis");
  const { postgres, redis } = siege.fleet;
  broker = openBroker({ databaseUrl: postgres.databaseUrl, redisUrl: redis?.url ?? null, onError: () => undefined });
  workspace = await workspaceOf(siege.alice);
}, 180_000);
afterAll(async () => {
  await broker.close();
  await siege.stop();
}, 60_000);

async function workspaceOf({ id }: Person): Promise<number> {
  const { rows } = await siege.sql.query<{ workspace_id: number }>(
    "SELECT workspace_id FROM memberships WHERE user_id = $1",
    [id],
  );
  return Number(rows[0]?.workspace_id);
}

const PATH = "/api/v1/ws/dashboard";
/** What a client that is never stopped would send. */
const MOST_BYTES = 209_715_200;

/** Asks for a WebSocket by hand. Resolves with the status, the socket as it then is. */
async function upgrade(client: RawClient, token: string): Promise<number> {
  const key = randomBytes(16).toString("base64");
  const heard = once(client.socket, "data").catch(() => undefined);
  client.socket.write(
    `GET ${PATH} HTTP/1.1\r\nHost: pulsecheck\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  await Promise.race([heard, client.gone]);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(client.heard())?.[1] ?? 0);
}

const joinAlice = (): Promise<LiveClient> =>
  joinLive(siege.fleet.url + PATH, { Authorization: `Bearer ${siege.alice.token}` });

/** Tells the workspace of a hundred status changes, each about 1 KB long, through the bus of the fleet. */
function tellMany(): Promise<void> {
  return broker.bus.publish(Array.from({ length: 100 }, () => newEvent(workspace)));
}

function newEvent(of: number): BusEvent {
  const at = new Date().toISOString();
  const data = { monitor_id: crypto.randomUUID(), status: "UP", previous: "DOWN", reason: null, at } as const;
  return { workspace: of, at, type: "monitor.status", data: { ...data, detail: "x".repeat(900) } };
}

describe("readers that do not read", () => {
  test("are let go while thousands of events flow; the memory is bounded, and a good reader misses nothing", async () => {
    const good = await joinAlice();
    await good.ofType("snapshot");
    const lame = await Promise.all(Array.from({ length: 60 }, joinAlice));
    await Promise.all(lame.map((client) => client.ofType("snapshot")));
    for (const { raw } of lame) raw.pause();
    await siege.withstand(async () => {
      // 15 MB for each socket: far more than the kernel holds for it.
      for (let told = 100; told <= 15_000; told += 100) {
        await tellMany();
        await Promise.race([good.frame(() => good.frames.length > told), good.closed]);
        expect(good.raw.readyState).toBe(good.raw.OPEN);
      }
      await expect.poll(openSockets, { timeout: 10_000 }).toBe(1);
    }, 350);
    for (const { raw } of lame) raw.resume();
    const codes = await Promise.all(lame.map(({ closed }) => closed));
    // Who never takes the goodbye sees the connection end without one.
    for (const code of codes) expect([CLOSE.tooSlow, 1006]).toContain(code);
    const numbers = good.frames.filter(({ type }) => type === "monitor.status").map(({ seq }) => seq);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
    good.close();
    await good.closed;
  }, 60_000);
});

async function openSockets(): Promise<number> {
  const { body } = await siege.fleet.call("GET", "/metrics");
  return Number(/^pulsecheck_\w*sockets\w*(?:{[^}]*})? (\d+)$/m.exec(String(body))?.[1] ?? Number.NaN);
}

describe("thousands of sockets", () => {
  test("of one user: 200 are opened, however many are asked for at once; the others are told 429 and why", async () => {
    await expect.poll(openSockets).toBe(0);
    const clients = await connectMany(siege.fleet.url, 1_000);
    const statuses = await siege.withstand(
      () => Promise.all(clients.map((client) => upgrade(client, siege.alice.token))),
      200,
    );
    expect(statuses.filter((status) => status === 101)).toHaveLength(200);
    expect(statuses.filter((status) => status === 429)).toHaveLength(800);
    const refused = clients[statuses.indexOf(429)];
    expect(await refused?.gone).toMatch(
      /retry-after: 10\r\n[^]*"detail":"There are 200 sockets of this user already\."/i,
    );
    for (const { socket } of clients) socket.destroy();
    await expect.poll(openSockets, { timeout: 10_000 }).toBe(0);
    const again = await connectRaw(siege.fleet.url);
    expect(await upgrade(again, siege.alice.token)).toBe(101);
    again.socket.destroy();
    await expect.poll(openSockets, { timeout: 10_000 }).toBe(0);
  }, 60_000);

  test("of ten users: 2,000 are opened, and each hears of its own workspace", async () => {
    const people = await Promise.all(Array.from({ length: 10 }, (_, i) => siege.fleet.register(`neighbour-${i}`)));
    const clients = await connectMany(siege.fleet.url, 2_000);
    const tokenOf = (i: number) => people[i % people.length]?.token ?? "";
    await siege.withstand(async () => {
      const statuses = await Promise.all(clients.map((client, i) => upgrade(client, tokenOf(i))));
      expect(new Set(statuses)).toEqual(new Set([101]));
      await Promise.all(clients.map((client) => hears(client, '"type":"snapshot"')));
      await broker.bus.publish((await Promise.all(people.map(workspaceOf))).map(newEvent));
      await Promise.all(clients.map((client) => hears(client, '"type":"monitor.status"')));
    }, 400);
    for (const { socket } of clients) socket.destroy();
    await expect.poll(openSockets, { timeout: 10_000 }).toBe(0);
  }, 60_000);

  test("of nobody: 401 for each, and nothing is kept", async () => {
    const clients = await connectMany(siege.fleet.url, 1_000);
    const statuses = await siege.withstand(() => Promise.all(clients.map((client) => upgrade(client, "guess"))), 200);
    expect(new Set(statuses)).toEqual(new Set([401]));
    await Promise.all(clients.map(({ gone }) => gone));
  }, 60_000);
});

async function hears(client: RawClient, text: string): Promise<void> {
  while (!client.heard().includes(text) && !client.socket.destroyed)
    await Promise.race([once(client.socket, "data").catch(() => undefined), client.gone]);
  expect(client.heard()).toContain(text);
}

describe("a client that says too much", () => {
  const NOTHING = Buffer.alloc(0);
  test.each([
    ["messages without end: told 1008", NOTHING, frame(0x1, "{}"), 1_008],
    ["pings whose pongs it does not read: cut off", NOTHING, frame(0x9, "p".repeat(100)), null],
    ["a message without end: told 1009", frame(0x1, "x", false), frame(0x0, "x".repeat(1_000), false), 1_009],
    ["rubbish: told 1002", NOTHING, Buffer.alloc(4_096, 0xff), 1_002],
  ])(
    "%s",
    async (_what, first, piece, code) => {
      const client = await connectRaw(siege.fleet.url);
      expect(await upgrade(client, siege.alice.token)).toBe(101);
      if (code === null) client.socket.pause();
      await siege.withstand(async () => {
        client.socket.write(first);
        await pour(client, Buffer.concat(Array<Buffer>(Math.ceil(65_536 / piece.byteLength)).fill(piece)), MOST_BYTES);
        client.socket.resume();
        await client.gone;
      }, 150);
      if (code !== null) expect(closeCodeIn(client.heard())).toBe(code);
      expect(client.socket.bytesWritten).toBeLessThan(MOST_BYTES / 2);
    },
    30_000,
  );
});

test("all the while everybody else was answered within a second", () => {
  expect(siege.answeredMs()).toBeGreaterThan(0);
  expect(siege.answeredMs()).toBeLessThan(1_000);
});

/** A masked frame, as clients send them (RFC 6455, 5.2), with a mask of zeros. */
function frame(opcode: number, text: string, isFinal = true): Buffer {
  const { length } = text;
  const head = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, ...head, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** The code of the last frame that the server sent, which is to be its goodbye. */
function closeCodeIn(heard: string): number | null {
  const at = heard.lastIndexOf("\x88");
  return at < 0 ? null : heard.charCodeAt(at + 2) * 256 + heard.charCodeAt(at + 3);
}
