import { runMigrations } from "bullmq";
import pg from "pg";
import { openJobQueues, type JobQueues } from "./job-queues.ts";
import { openPostgresBus } from "./live-bus-postgres.ts";
import { openRedisBus } from "./live-bus-redis.ts";
import type { LiveBus } from "./live-bus.ts";
import { postgresClasses, redisClasses } from "./queue-classes.ts";

/** A queue backend and a live bus. Nothing above this file can tell which one it has. */
export type Broker = {
  readonly kind: "postgres" | "redis";
  readonly bus: LiveBus;
  readonly jobs: JobQueues;
  close(): Promise<void>;
};

export type BrokerOptions = {
  databaseUrl: string;
  /** Null: the broker is Postgres. */
  redisUrl: string | null;
  /** Told of every broken connection, often while a server is away. */
  onError(error: Error): void;
};

/** The one place that chooses between the embedded and the distributed broker. */
export function openBroker({ databaseUrl, redisUrl, onError }: BrokerOptions): Broker {
  const bus = redisUrl === null ? openPostgresBus(databaseUrl, onError) : openRedisBus(redisUrl, onError);
  const classes = redisUrl === null ? postgresClasses(databaseUrl, onError) : redisClasses(redisUrl, onError);
  const jobs = openJobQueues(classes, onError);
  return {
    kind: redisUrl === null ? "postgres" : "redis",
    bus,
    jobs,
    async close() {
      await jobs.close();
      await bus.close();
    },
  };
}

/** Prepares Postgres for the queues: idempotent, safe with concurrent starters. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // Losing it fails the next query, which is where it can be told.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
