import { randomUUID } from "node:crypto";
import type { CheckView } from "@pulsecheck/shared/check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive, type Frame, type LiveClient } from "../../../../tests/harness/live-client.ts";

let house: House;
let alice: Person;
let id: string;
let workspace: number;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  ({ id } = await house.addMonitor(alice, { url: "https://example.com/" }));
  workspace = (await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: id } })).workspaceId;
});
afterAll(() => house.stop());

const open = (path: string) => joinLive(`${house.url}/api/v1/ws/${path}`, { Authorization: `Bearer ${alice.token}` });
const rename = (name: string) => house.call("PATCH", `/api/v1/monitors/${id}`, { token: alice.token, json: { name } });
const named = (client: LiveClient, name: string) =>
  client.frame(({ type, data }) => type === "monitor.updated" && data.name === name);
const publishCheck = (monitor_id: string, detail = "") =>
  house.broker.bus.publish([
    { workspace, at: new Date().toISOString(), type: "monitor.checked", data: { monitor_id, detail } as CheckView },
  ]);
const checked = (client: LiveClient, detail: string) =>
  client.frame(({ type, data }) => type === "monitor.checked" && data.detail === detail);
const isRising = (frames: readonly Frame[]) => frames.every(({ seq }, i) => seq >= (frames[i - 1]?.seq ?? 0));

describe("the first frame is a snapshot", () => {
  test("of the monitor, whole", async () => {
    const client = await open(id);
    await client.ofType("snapshot");
    const [first] = client.frames;
    expect(first).toEqual({
      type: "snapshot",
      at: expect.any(String),
      seq: expect.any(Number),
      data: expect.anything(),
    });
    expect(first?.data).toEqual((await house.call("GET", `/api/v1/monitors/${id}`, { token: alice.token })).body);
    client.close();
  });

  test("of the dashboard: counts, open incidents, seq", async () => {
    const client = await open("dashboard");
    const { data, seq } = await client.ofType("snapshot");
    expect(data).toEqual({
      counts: { total: 1, up: 0, down: 0, unknown: 1, paused: 0, open_incidents: 0 },
      open_incidents: [],
      seq,
    });
    client.close();
  });
});

test("the socket of a monitor ends with it; those of others and of its dashboard stay", async () => {
  const gone = await house.addMonitor(alice, { url: "https://example.com/gone" });
  const [own, other, dashboard] = [await open(gone.id), await open(id), await open("dashboard")];
  dashboard.send({ type: "subscribe", monitor_ids: [gone.id] });
  await Promise.all([own, other, dashboard].map((client) => client.ofType("snapshot")));
  await house.call("DELETE", `/api/v1/monitors/${gone.id}`, { token: alice.token });
  expect(await own.closed).toBe(1000);
  await dashboard.ofType("monitor.deleted");
  await rename("still here");
  await named(dashboard, "still here");
  expect([other.raw.readyState, dashboard.raw.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  for (const client of [other, dashboard]) client.close();
});

test("every frame is {type, at, seq, data}, and seq grows", async () => {
  const client = await open("dashboard");
  await client.ofType("snapshot");
  for (const name of ["one", "two", "three"]) await rename(name);
  const made = await house.addMonitor(alice, { url: "https://example.com/", name: "short-lived" });
  await house.call("DELETE", `/api/v1/monitors/${made.id}`, { token: alice.token });
  await client.ofType("monitor.deleted");
  expect(client.frames.map(({ type }) => type)).toEqual([
    "snapshot",
    ...Array<string>(3).fill("monitor.updated"),
    "monitor.created",
    "monitor.deleted",
  ]);
  for (const frame of client.frames) {
    expect(Object.keys(frame).toSorted()).toEqual(["at", "data", "seq", "type"]);
    expect(new Date(frame.at).toISOString()).toBe(frame.at);
  }
  const numbers = client.frames.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  client.close();
});

describe("who was away asks with since", () => {
  test("and gets exactly what was missed, as another socket has seen it", async () => {
    const [away, witness] = [await open("dashboard"), await open("dashboard")];
    await Promise.all([away.ofType("snapshot"), witness.ofType("snapshot")]);
    await rename("seen");
    const { seq } = await named(away, "seen");
    away.close();
    for (const name of ["missed 1", "missed 2", "missed 3"]) await rename(name);
    const back = await open(`dashboard?since=${seq}`);
    await rename("again");
    await Promise.all([named(back, "again"), named(witness, "again")]);
    expect(back.frames).toEqual(witness.frames.filter((frame) => frame.seq > seq));
    expect(back.frames.map(({ data }) => data.name)).toEqual(["missed 1", "missed 2", "missed 3", "again"]);
    for (const client of [back, witness]) client.close();
  });

  test("a monitor's socket gets the checks it missed", async () => {
    const first = await open(id);
    await first.ofType("snapshot");
    await publishCheck(id, "seen");
    const { seq } = await checked(first, "seen");
    first.close();
    for (const detail of ["missed a", "missed b"]) await publishCheck(id, detail);
    const back = await open(`${id}?since=${seq}`);
    await checked(back, "missed b");
    expect(back.frames.map(({ data }) => data.detail)).toEqual(["missed a", "missed b"]);
    back.close();
  });

  test("a since from before this process listened, or from the future: a snapshot", async () => {
    const earlier = await open("dashboard");
    const { seq } = await earlier.ofType("snapshot");
    await rename("before the second process");
    await named(earlier, "before the second process");
    const second = await house.startApi();
    for (const since of [0, seq, Number.MAX_SAFE_INTEGER]) {
      const client = await joinLive(`${second.url}/api/v1/ws/dashboard?since=${since}`, {
        Authorization: `Bearer ${alice.token}`,
      });
      await client.ofType("snapshot");
      expect(client.frames[0]?.type).toBe("snapshot");
      client.close();
    }
    earlier.close();
  });
});

describe("what a client may say", () => {
  const error = (client: LiveClient, n: number) =>
    client.frame(() => client.frames.filter(({ type }) => type === "error").length >= n);

  test("a dashboard asks whether it is heard, and is answered at once", async () => {
    const client = await open("dashboard");
    client.send({ type: "ping" });
    expect(await client.ofType("pong")).toEqual({ type: "pong" });
    client.close();
  });

  test("a dashboard subscribes to checks, and a new subscription replaces the old one", async () => {
    const other = await house.addMonitor(alice, { url: "https://example.com/" });
    const client = await open("dashboard");
    await client.ofType("snapshot");
    await publishCheck(id, "nobody asked");
    await rename("after what nobody asked for");
    await named(client, "after what nobody asked for");
    client.send({ type: "subscribe", monitor_ids: [id.toUpperCase()] });
    client.send("an answer to this says that the one before was heard");
    await error(client, 1);
    await publishCheck(id, "asked");
    await checked(client, "asked");
    client.send({ type: "subscribe", monitor_ids: [other.id] });
    client.send("again");
    await error(client, 2);
    await publishCheck(id, "no more");
    await publishCheck(other.id, "the other");
    await checked(client, "the other");
    const details = client.frames.filter(({ type }) => type === "monitor.checked").map(({ data }) => data.detail);
    expect(details).toEqual(["asked", "the other"]);
    client.close();
  });

  test("500 ids are heard, 501 are answered with an error, and the socket stays", async () => {
    const client = await open("dashboard");
    await client.ofType("snapshot");
    const ids = (count: number) => [id, ...Array.from({ length: count - 1 }, () => randomUUID())];
    client.send({ type: "subscribe", monitor_ids: ids(500) });
    client.send({ type: "subscribe", monitor_ids: ids(501) });
    expect((await client.ofType("error")).detail).toContain("500");
    await publishCheck(id, "with 500");
    await checked(client, "with 500");
    expect(client.frames.filter(({ type }) => type === "error")).toHaveLength(1);
    client.close();
  });

  test("garbage is answered with {type: error, detail}, on either socket", async () => {
    const garbage = [
      "",
      "x",
      "null",
      "[]",
      "{}",
      '{"type":"subscribe"}',
      '{"type":"publish","monitor_ids":[]}',
      '{"type":"subscribe","monitor_ids":["x"]}',
      '{"type":"subscribe","monitor_ids":[],"x":1}',
      "\u0000",
      "[".repeat(10_000),
    ];
    for (const path of ["dashboard", id]) {
      const client = await open(path);
      await client.ofType("snapshot");
      for (const text of garbage) client.send(text);
      client.raw.send(Buffer.from([0xff, 0xfe]));
      await error(client, garbage.length + 1);
      for (const frame of client.frames.slice(1)) expect(frame).toEqual({ type: "error", detail: expect.any(String) });
      client.close();
    }
  });

  test("too large a message (1009) and too many of them (1008) end it", async () => {
    const large = await open("dashboard");
    large.send("x".repeat(70_000));
    expect(await large.closed).toBe(1009);
    const many = await open("dashboard");
    for (let i = 0; i < 130; i += 1) many.send("x");
    expect(await many.closed).toBe(1008);
  });
});

test("a slow reader gets the latest check of each monitor, and every change, in order", async () => {
  const client = await open("dashboard");
  await client.ofType("snapshot");
  const monitors = [id, randomUUID()];
  client.send({ type: "subscribe", monitor_ids: monitors });
  client.send("heard?");
  await client.ofType("error");
  client.raw.pause();
  const rounds = 800;
  const padding = " ".repeat(30_000);
  for (let round = 1; round <= rounds; round += 1)
    for (const one of monitors) await publishCheck(one, `${round}${padding}`);
  await rename("while it slept");
  client.raw.resume();
  await named(client, "while it slept");
  for (const one of monitors)
    await client.frame(
      ({ type, data }) => type === "monitor.checked" && data.monitor_id === one && Number(data.detail) === rounds,
    );
  const checks = client.frames.filter(({ type }) => type === "monitor.checked");
  expect(checks.length).toBeLessThan(rounds * monitors.length);
  expect(isRising(client.frames.filter(({ seq }) => seq !== undefined))).toBe(true);
  client.close();
});

test("a reader that takes nothing at all is cut off, and nobody else waits for it", async () => {
  const [slow, quick] = [await open("dashboard"), await open("dashboard")];
  await Promise.all([slow.ofType("snapshot"), quick.ofType("snapshot")]);
  slow.raw.pause();
  const padding = " ".repeat(20_000);
  for (let batch = 1; batch <= 30; batch += 1) {
    const event = {
      workspace,
      at: new Date().toISOString(),
      type: "monitor.deleted",
      data: { id: `${batch}${padding}` },
    } as const;
    await house.broker.bus.publish(Array.from({ length: 100 }, () => event));
  }
  await quick.frame(({ type, data }) => type === "monitor.deleted" && Number(data.id) === 30);
  slow.raw.resume();
  // Whether the goodbye still reaches it depends on how much the network holds.
  expect([4408, 1006]).toContain(await slow.closed);
  expect(slow.frames.length).toBeLessThan(3_000);
  quick.close();
});
