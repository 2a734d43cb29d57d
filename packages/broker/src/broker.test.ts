import type { BusBatch, BusEvent } from "@pulsecheck/shared/live-events";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROKERS, ownRedisUrl } from "../../../tests/harness/house.ts";
import { createTestDatabase, type TestDatabase } from "../../../tests/setup/database.ts";
import { openBroker, type Broker } from "./broker.ts";

const event = (n: number, padding = ""): BusEvent => ({
  workspace: 1,
  at: new Date().toISOString(),
  type: "monitor.deleted",
  data: { id: `${n}${padding}` },
});

/** Collects what a subscriber hears, and resolves when it has heard so much. */
function createEar() {
  const batches: BusBatch[] = [];
  const looks = new Set<() => void>();
  let gaps = 0;
  const ids = () => batches.flatMap((batch) => batch.events.map((one) => (one as { data: { id: string } }).data.id));
  const until = (isEnough: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => isEnough() && resolve();
      looks.add(look);
      look();
    });
  return {
    batches,
    ids,
    gaps: () => gaps,
    until,
    onBatch: (batch: BusBatch) => {
      batches.push(batch);
      for (const look of looks) look();
    },
    onGap: () => {
      gaps += 1;
      for (const look of looks) look();
    },
  };
}

describe.each(BROKERS)("the broker on %s", (kind) => {
  let database: TestDatabase;
  let redisUrl: string | null = null;
  let broker: Broker;
  let other: Broker;
  const open = () => openBroker({ databaseUrl: database.url, redisUrl, onError: () => undefined });

  beforeAll(async () => {
    database = await createTestDatabase();
    redisUrl = kind === "redis" ? await ownRedisUrl() : null;
    broker = open();
    other = open();
  });
  afterAll(async () => {
    await Promise.all([broker.close(), other.close()]);
    await database.drop();
  });

  /** Cuts every connection of the broker's server, or of those that listen. */
  async function cutConnections(): Promise<void> {
    if (redisUrl !== null) {
      const redis = new Redis(redisUrl);
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
      redis.disconnect();
      return;
    }
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pulsecheck live listener' AND datname = current_database()",
    );
    await client.end();
  }

  async function flush(): Promise<void> {
    if (redisUrl !== null) {
      const redis = new Redis(redisUrl);
      await redis.flushdb();
      redis.disconnect();
      return;
    }
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ tablename: string }>(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'bullmq'",
    );
    const tables = rows
      .filter(({ tablename }) => !/schema|version|migration/.test(tablename))
      .map(({ tablename }) => `bullmq.${tablename}`);
    await client.query(`TRUNCATE ${tables.join(", ")} CASCADE`);
    await client.end();
  }

  test("a job is handled by exactly one of many consumers, and each job once", async () => {
    const handled: number[] = [];
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const handle = async (data: unknown) => {
      handled.push((data as { n: number }).n);
      if (handled.length === 40) resolve();
    };
    const consumers = [broker, other].map((one) => one.jobs.consume("once", 3, handle));
    for (let n = 0; n < 40; n++) await broker.jobs.queue("once").add({ n });
    await all;
    expect(handled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    await Promise.all(consumers.map((consumer) => consumer.close()));
  });

  test("a request is answered with what its handler returns, and fails with its error or its patience", async () => {
    const consumer = other.jobs.consume("ask", 2, async (data) => {
      if ((data as { bad?: boolean }).bad) throw new Error("cannot do that");
      return { doubled: (data as { n: number }).n * 2 };
    });
    const queue = broker.jobs.queue("ask");
    expect(await queue.request({ n: 21 }, 5_000)).toEqual({ doubled: 42 });
    await expect(queue.request({ bad: true }, 5_000)).rejects.toThrow("cannot do that");
    await expect(broker.jobs.queue("nobody-listens").request({}, 300)).rejects.toThrow(/timed out/);
    await consumer.close();
  });

  test("a scheduler keeps its beat, survives being ensured again, and comes back after a flush", async () => {
    let beats = 0;
    let onBeat = () => {};
    const beatsMore = (n: number) =>
      new Promise<void>((resolve) => {
        const goal = beats + n;
        onBeat = () => beats >= goal && resolve();
      });
    const consumer = other.jobs.consume("beat", 1, async () => {
      beats += 1;
      onBeat();
    });
    const queue = broker.jobs.queue("beat");
    await queue.ensureScheduler("beat", 200, {});
    const startedAt = Date.now();
    await beatsMore(5);
    expect(Date.now() - startedAt).toBeGreaterThan(700);
    await queue.ensureScheduler("beat", 200, {});
    await beatsMore(3);
    await flush();
    await queue.ensureScheduler("beat", 200, {});
    await beatsMore(3);
    await consumer.close();
  }, 20_000);

  test("a failed job is shown with its reason, and put back alone or with all others", async () => {
    const done: number[] = [];
    let isBroken = true;
    const consumer = other.jobs.consume("fragile", 1, async (data) => {
      const { n } = data as { n: number };
      if (isBroken) throw new Error(`cannot do ${n}`);
      done.push(n);
    });
    const queue = broker.jobs.queue("fragile");
    for (const n of [1, 2, 3]) await queue.add({ n });
    await expect.poll(async () => (await queue.counts()).failed, { timeout: 10_000 }).toBe(3);
    const failed = await queue.failed(10);
    expect(failed.map(({ reason }) => reason).toSorted()).toEqual(["cannot do 1", "cannot do 2", "cannot do 3"]);
    expect(await queue.failed(2)).toHaveLength(2);
    expect(Date.now() - (failed[0]?.at.getTime() ?? 0)).toBeLessThan(60_000);

    isBroken = false;
    const second = failed.find(({ reason }) => reason === "cannot do 2");
    expect(await queue.retry(second?.id)).toBe(1);
    await expect.poll(() => done, { timeout: 10_000 }).toEqual([2]);
    expect([await queue.retry(second?.id), await queue.retry("nobody")]).toEqual([0, 0]);
    const counts = await Promise.all([queue.retry(), queue.retry()]);
    expect(counts.reduce((a, b) => a + b)).toBe(2);
    await expect.poll(() => done.toSorted((a, b) => a - b), { timeout: 10_000 }).toEqual([1, 2, 3]);
    await expect.poll(() => queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    await consumer.close();
  }, 30_000);

  test("its server says its version, where it is one of its own", async () => {
    expect(await broker.jobs.serverVersion()).toEqual(kind === "redis" ? expect.stringMatching(/^\d+\.\d+/) : null);
  });

  test("every subscriber hears every event once, in the order of ever-growing numbers", async () => {
    const [first, second] = [createEar(), createEar()];
    const ears = [first, second];
    const subscriptions = await Promise.all([broker.bus.subscribe(first), other.bus.subscribe(second)]);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 ? broker : other).bus.publish([event(n * 2), event(n * 2 + 1)])),
    );
    for (const [i, ear] of ears.entries()) {
      await ear.until(() => ear.ids().length >= 60);
      expect(ear.ids().toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 60 }, (_, n) => String(n)),
      );
      let last = subscriptions[i]?.startSeq ?? 0;
      for (const batch of ear.batches) {
        expect(batch.prevSeq).toBe(last);
        expect(batch.firstSeq).toBeGreaterThan(last);
        last = batch.firstSeq + batch.events.length - 1;
      }
      expect(ear.gaps()).toBe(0);
    }
    await Promise.all(subscriptions.map((one) => one.end()));
  });

  test("an event longer than a NOTIFY may be arrives whole", async () => {
    const ear = createEar();
    const subscription = await other.bus.subscribe(ear);
    await broker.bus.publish([event(1, "x".repeat(100_000))]);
    await ear.until(() => ear.batches.length === 1);
    expect(ear.ids()[0]).toHaveLength(100_001);
    await subscription.end();
  });

  test("a subscriber that lost its connection hears what it missed, or is told of a gap", async () => {
    const ear = createEar();
    const subscription = await other.bus.subscribe(ear);
    await broker.bus.publish([event(1)]);
    await ear.until(() => ear.ids().includes("1"));
    await cutConnections();
    await broker.bus.publish([event(2)]);
    await ear.until(() => ear.ids().includes("2") || ear.gaps() > 0);
    await broker.bus.publish([event(3)]);
    await ear.until(() => ear.ids().includes("3") || ear.gaps() > 0);
    expect(ear.gaps() > 0 || ear.ids().join() === "1,2,3").toBe(true);
    await subscription.end();
  });

  test("numbers keep growing over a flush", async () => {
    const ear = createEar();
    const subscription = await other.bus.subscribe(ear);
    await broker.bus.publish([event(1)]);
    await flush();
    await broker.bus.publish([event(2)]);
    await ear.until(() => ear.ids().includes("2"));
    expect(ear.batches[1]?.firstSeq).toBeGreaterThan(ear.batches[0]?.firstSeq ?? Infinity);
    await subscription.end();
  });
});

test("publishing to a broker that is away is refused within seconds, not swallowed", async () => {
  const database = await createTestDatabase();
  const away = openBroker({ databaseUrl: database.url, redisUrl: "redis://127.0.0.1:1", onError: () => undefined });
  await expect(away.bus.publish([event(1)])).rejects.toThrow("Redis cannot be reached");
  await away.close();
  await database.drop();
});
