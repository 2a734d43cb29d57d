import { setTimeout as delay } from "node:timers/promises";
import { createPostgresBackend, Queue, QueueEvents, Worker, type Job, type PgPool } from "bullmq";
import pg from "pg";
import { connect } from "./live-bus-redis.ts";

export type QueuePart = Queue | QueueEvents | Worker;

/** BullMQ's three classes, already bound to what keeps the jobs. Nothing runs by itself. */
export type QueueClasses = {
  makeQueue(name: string): Queue;
  makeEvents(name: string): QueueEvents;
  makeWorker(name: string, concurrency: number, handle: (job: Job) => Promise<unknown>): Worker;
  /** Rejects where a part cannot be used, now or ever. */
  ready(part: QueuePart): Promise<void>;
  /** What keeps the jobs, where it is a server of its own: its version. */
  serverVersion(): Promise<string | null>;
  close(): Promise<void>;
};

/**
 * So many connections at most, of which each consumer keeps one to listen with, and each queue that is waited on. Those
 * that nobody needs are closed.
 */
const POSTGRES_CONNECTIONS = 20;

/** Jobs in Postgres, in BullMQ's own schema; all parts share one pool. */
export function postgresClasses(databaseUrl: string, onError: (error: Error) => void): QueueClasses {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POSTGRES_CONNECTIONS,
    application_name: "pulsecheck queue",
    options: "-c search_path=bullmq",
    // A listener whose connection is lost without a word has to notice.
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  pool.on("error", onError);
  // One that Postgres ends in the moment in which it is there says so before BullMQ listens: that must not end the process.
  // BullMQ hears of it by the socket's close.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  const options = { connection: shareOf(pool), autorun: false };
  // The wrapper needs what both backends share, and says so with BullMQ's default types.
  return {
    makeQueue: (name) => new Queue(name, options, createPostgresBackend) as unknown as Queue,
    makeEvents: (name) => new QueueEvents(name, options, createPostgresBackend) as unknown as QueueEvents,
    makeWorker: (name, concurrency, handle) =>
      new Worker(name, handle, { ...options, concurrency }, createPostgresBackend) as unknown as Worker,
    // BullMQ looks at its schema once, over a connection that may fail. It keeps the failure for good, and its workers then
    // ask without a pause.
    ready: async (part) => {
      await part.waitUntilReady();
    },
    serverVersion: async () => null,
    close: () => pool.end(),
  };
}

/** How long a question that failed is held back. */
const PAUSE_MS = 250;

/** A pool as one part of BullMQ sees it. Where an idle connection breaks, the pool's owner is told, and not each part. */
function shareOf(pool: pg.Pool): PgPool & Pick<pg.Pool, "options"> {
  const share = {
    options: pool.options,
    // A worker whose question was refused asks again at once, and would keep asking so.
    query: (text: string, values?: unknown[]) =>
      pool.query(text, values).catch(async (error: unknown) => {
        await delay(PAUSE_MS);
        throw error;
      }),
    // A client of pg's, whose types leave out less than BullMQ's do.
    connect: () => pool.connect() as unknown as ReturnType<PgPool["connect"]>,
    end: async () => undefined,
    on: () => share,
    removeAllListeners: () => share,
  };
  return share as PgPool & typeof share;
}

/** How long a Redis that is there may be silent before a producer is told that it is away. */
const ANSWER_MS = 5_000;

/** Jobs in Redis. Producers fail fast while it is away; consumers wait for it. */
export function redisClasses(redisUrl: string, onError: (error: Error) => void): QueueClasses {
  const producer = connect(redisUrl, onError, { maxRetriesPerRequest: 1, commandTimeout: ANSWER_MS });
  const consumer = connect(redisUrl, onError, { maxRetriesPerRequest: null });
  return {
    makeQueue: (name) => new Queue(name, { connection: producer }),
    makeEvents: (name) =>
      new QueueEvents(name, {
        connection: connect(redisUrl, onError, { maxRetriesPerRequest: null }),
        autorun: false,
      }),
    makeWorker: (name, concurrency, handle) =>
      new Worker(name, handle, { connection: consumer, concurrency, autorun: false }),
    ready: async (part) => {
      if (part instanceof QueueEvents) await part.waitUntilReady();
    },
    serverVersion: async () => /^redis_version:(\S+)/m.exec(await producer.info("server"))?.[1] ?? null,
    async close() {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}
