import { setTimeout as delay } from "node:timers/promises";
import { createPostgresBackend, Queue, QueueEvents, Worker, type Job } from "bullmq";
import { connect } from "./live-bus-redis.ts";

/** A queue as the rest of the house uses it, whatever keeps it. */
export type JobQueue = {
  /** Puts a job in; `dedupe` drops it while another of that id waits. */
  add(data: object, options?: { dedupe?: string }): Promise<void>;
  /** Puts a job in and waits for what its handler returns. Rejects with the handler's error, or after `timeoutMs`. */
  request(data: object, timeoutMs: number): Promise<unknown>;
  /** Makes sure that a job of this data comes every `everyMs`: puts a lost scheduler back, leaves a good one alone. */
  ensureScheduler(id: string, everyMs: number, data: object): Promise<void>;
  /** Forgets a scheduler that has stopped firing and sets it up anew. */
  resetScheduler(id: string, everyMs: number, data: object): Promise<void>;
  counts(): Promise<JobCounts>;
  /** Jobs whose handler threw, the latest first. */
  failed(limit: number): Promise<FailedJob[]>;
  /** Puts failed jobs back, all or the one of this id. Answers how many there were to put back. */
  retry(id?: string): Promise<number>;
};

const STATES = ["waiting", "active", "delayed", "failed"] as const;
export type JobCounts = Record<(typeof STATES)[number], number>;

export type FailedJob = { id: string; name: string; reason: string; at: Date };

export type Consumer = {
  /** Takes no more jobs, waits for those under way. */
  close(): Promise<void>;
};

export type JobQueues = {
  queue(name: string): JobQueue;
  consume(name: string, concurrency: number, handle: (data: unknown) => Promise<unknown>): Consumer;
  /** What keeps the jobs, where it is a server of its own: its version. */
  serverVersion(): Promise<string | null>;
  close(): Promise<void>;
};

/** BullMQ's three classes, already bound to what keeps the jobs. */
type Classes = {
  makeQueue(name: string): Queue;
  makeEvents(name: string): QueueEvents;
  makeWorker(name: string, concurrency: number, handle: (job: Job) => Promise<unknown>): Worker;
  serverVersion(): Promise<string | null>;
  close(): Promise<void>;
};

// Finished ticks are of no use to anyone; failed jobs stay for a person to look at.
const KEEP = { removeOnComplete: { count: 20 }, removeOnFail: { count: 500, age: 7 * 86_400 } };

export function openJobQueues(classes: Classes, onError: (error: Error) => void): JobQueues {
  const queues = new Map<string, JobQueue>();
  const open = new Set<{ close(): Promise<void> }>();
  const watch = <T extends Queue | QueueEvents | Worker>(part: T): T => {
    (part as Worker).on("error", onError);
    open.add(part);
    return part;
  };

  return {
    queue(name) {
      const known = queues.get(name);
      if (known) return known;
      const fresh = wrapQueue(watch(classes.makeQueue(name)), () => watch(classes.makeEvents(name)));
      queues.set(name, fresh);
      return fresh;
    },
    consume(name, concurrency, handle) {
      const worker = watch(classes.makeWorker(name, concurrency, (job) => handle(job.data)));
      worker.on("failed", (_job, error) => onError(new Error(`a job of the queue ${name} failed`, { cause: error })));
      return {
        async close() {
          open.delete(worker);
          await worker.close();
        },
      };
    },
    serverVersion: () => classes.serverVersion(),
    async close() {
      await Promise.all([...open].map((part) => part.close().catch(onError)));
      await classes.close();
    },
  };
}

function wrapQueue(queue: Queue, makeEvents: () => QueueEvents): JobQueue {
  let events: QueueEvents | null = null;
  const upsert = (id: string, everyMs: number, data: object) =>
    queue.upsertJobScheduler(id, { every: everyMs }, { name: id, data, opts: KEEP });

  return {
    async add(data, { dedupe } = {}) {
      await queue.add(queue.name, data, {
        ...KEEP,
        ...(dedupe === undefined ? {} : { deduplication: { id: dedupe } }),
      });
    },
    async request(data, timeoutMs) {
      events ??= makeEvents();
      await events.waitUntilReady();
      const job = await queue.add(queue.name, data, { removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } });
      const answered = new AbortController();
      try {
        return await Promise.race([job.waitUntilFinished(events, timeoutMs), lookAtJob(queue, job, answered.signal)]);
      } finally {
        answered.abort();
      }
    },
    async ensureScheduler(id, everyMs, data) {
      const known = await queue.getJobScheduler(id);
      if (known === undefined || known.every !== everyMs) await upsert(id, everyMs, data);
    },
    async resetScheduler(id, everyMs, data) {
      await queue.removeJobScheduler(id);
      await upsert(id, everyMs, data);
    },
    counts: () => countJobs(queue),
    failed: async (limit) => (await queue.getFailed(0, limit - 1)).map(viewFailed),
    async retry(id) {
      const jobs = id === undefined ? await queue.getFailed() : [await queue.getJob(id)];
      let count = 0;
      for (const job of jobs) if (job !== undefined && (await retryJob(job))) count += 1;
      return count;
    },
  };
}

async function countJobs(queue: Queue): Promise<JobCounts> {
  const counts = await queue.getJobCounts(...STATES);
  return Object.fromEntries(STATES.map((state) => [state, counts[state] ?? 0])) as JobCounts;
}

function viewFailed({ id = "", name, failedReason, finishedOn, timestamp }: Job): FailedJob {
  return { id, name, reason: failedReason ?? "", at: new Date(finishedOn ?? timestamp) };
}

/** BullMQ's words for a job that is gone, and for one that is not failed any more. */
const PUT_BACK_BY_OTHERS = new Set([-1, -3]);

/** False where somebody else was faster. */
async function retryJob(job: Job): Promise<boolean> {
  if (!(await job.isFailed())) return false;
  try {
    await job.retry("failed");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && PUT_BACK_BY_OTHERS.has(Number(error.code))) return false;
    throw error;
  }
}

// Of jobs that end in the same moment, one's event can be passed over: readers go by numbers, which are taken before they are
// committed. So the job itself is looked at as well.
const LOOK_EVERY_MS = 1_000;

async function lookAtJob(queue: Queue, { id = "" }: Job, signal: AbortSignal): Promise<unknown> {
  for (;;) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const job = await queue.getJob(id);
    if (job !== undefined && (await job.isCompleted())) return job.returnvalue;
    if (job !== undefined && (await job.isFailed())) throw new Error(job.failedReason);
  }
}

/** Jobs in Postgres, in BullMQ's own schema; every part keeps few connections of its own. */
export function postgresClasses(databaseUrl: string): Classes {
  const options = { connection: { connectionString: databaseUrl, max: 3, application_name: "pulsecheck queue" } };
  // The wrapper above needs what both backends share, and says so with BullMQ's default types.
  return {
    makeQueue: (name) => new Queue(name, options, createPostgresBackend) as unknown as Queue,
    makeEvents: (name) => new QueueEvents(name, options, createPostgresBackend) as unknown as QueueEvents,
    makeWorker: (name, concurrency, handle) =>
      new Worker(name, handle, { ...options, concurrency }, createPostgresBackend) as unknown as Worker,
    serverVersion: async () => null,
    async close() {},
  };
}

/** How long a Redis that is there may be silent before a producer is told that it is away. */
const ANSWER_MS = 5_000;

/** Jobs in Redis. Producers fail fast while it is away; consumers wait for it. */
export function redisClasses(redisUrl: string, onError: (error: Error) => void): Classes {
  const producer = connect(redisUrl, onError, { maxRetriesPerRequest: 1, commandTimeout: ANSWER_MS });
  const consumer = connect(redisUrl, onError, { maxRetriesPerRequest: null });
  return {
    makeQueue: (name) => new Queue(name, { connection: producer }),
    makeEvents: (name) =>
      new QueueEvents(name, { connection: connect(redisUrl, onError, { maxRetriesPerRequest: null }) }),
    makeWorker: (name, concurrency, handle) => new Worker(name, handle, { connection: consumer, concurrency }),
    serverVersion: async () => /^redis_version:(\S+)/m.exec(await producer.info("server"))?.[1] ?? null,
    async close() {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}
