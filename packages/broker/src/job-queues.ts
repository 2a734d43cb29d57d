import { setTimeout as delay } from "node:timers/promises";
import type { Job, Queue, QueueEvents } from "bullmq";
import type { QueueClasses } from "./queue-classes.ts";
import { createParts, keepConsuming, reopenable, type Consumer } from "./queue-parts.ts";

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

export type JobQueues = {
  queue(name: string): JobQueue;
  consume(name: string, concurrency: number, handle: (data: unknown) => Promise<unknown>): Consumer;
  /** What keeps the jobs, where it is a server of its own: its version. */
  serverVersion(): Promise<string | null>;
  close(): Promise<void>;
};

// Finished jobs are of no use to anyone, and each that goes by itself locks no other; failed ones stay for a person to look at.
const KEEP = { removeOnComplete: true, removeOnFail: { count: 500, age: 7 * 86_400 } };

export function openJobQueues(classes: QueueClasses, onError: (error: Error) => void): JobQueues {
  const queues = new Map<string, JobQueue>();
  const consumers = new Set<Consumer>();
  const parts = createParts(classes.ready, onError);
  const openEvents = (name: string) =>
    reopenable(async (forget) => {
      const events = await parts.open(() => classes.makeEvents(name));
      const ended = events.run().catch(onError);
      void ended.then(forget).then(() => parts.close(events));
      return events;
    });

  return {
    queue(name) {
      const known = queues.get(name);
      if (known) return known;
      const openQueue = reopenable(() => parts.open(() => classes.makeQueue(name)));
      const fresh = wrapQueue(name, openQueue, openEvents(name));
      queues.set(name, fresh);
      return fresh;
    },
    consume(name, concurrency, handle) {
      const make = () => {
        const worker = classes.makeWorker(name, concurrency, (job) => handle(job.data));
        return worker.on("failed", (_job, error) =>
          onError(new Error(`a job of the queue ${name} failed`, { cause: error })),
        );
      };
      const consumer = keepConsuming(parts, make, onError);
      consumers.add(consumer);
      return consumer;
    },
    serverVersion: () => classes.serverVersion(),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await parts.closeAll();
      await classes.close();
    },
  };
}

function wrapQueue(name: string, open: () => Promise<Queue>, openEvents: () => Promise<QueueEvents>): JobQueue {
  const upsert = (queue: Queue, id: string, everyMs: number, data: object) =>
    queue.upsertJobScheduler(id, { every: everyMs }, { name: id, data, opts: KEEP });

  return {
    async add(data, { dedupe } = {}) {
      const queue = await open();
      await queue.add(name, data, {
        ...KEEP,
        ...(dedupe === undefined ? {} : { deduplication: { id: dedupe } }),
      });
    },
    async request(data, timeoutMs) {
      const [queue, events] = await Promise.all([open(), openEvents()]);
      const job = await queue.add(name, data, { removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } });
      const answered = new AbortController();
      try {
        return await Promise.race([job.waitUntilFinished(events, timeoutMs), lookAtJob(queue, job, answered.signal)]);
      } finally {
        answered.abort();
      }
    },
    async ensureScheduler(id, everyMs, data) {
      const queue = await open();
      const known = await queue.getJobScheduler(id);
      if (known === undefined || known.every !== everyMs) await upsert(queue, id, everyMs, data);
    },
    async resetScheduler(id, everyMs, data) {
      const queue = await open();
      await queue.removeJobScheduler(id);
      await upsert(queue, id, everyMs, data);
    },
    counts: async () => countJobs(await open()),
    failed: async (limit) => (await (await open()).getFailed(0, limit - 1)).map(viewFailed),
    async retry(id) {
      const queue = await open();
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
