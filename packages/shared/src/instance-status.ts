import { z } from "zod";

const at = z.iso.datetime();

const processFields = { id: z.uuid(), host: z.string(), pid: z.int(), started_at: at, last_seen_at: at };

const jobSchema = z.object({ id: z.string(), name: z.string(), reason: z.string(), at });
const queueSchema = z.object({
  name: z.string(),
  waiting: z.int(),
  active: z.int(),
  delayed: z.int(),
  failed: z.int(),
  failed_jobs: z.array(jobSchema).describe("The latest of them"),
});
export type QueueStatus = z.infer<typeof queueSchema>;

/** How much of the database is used by what. */
const databaseSchema = z.object({
  size_bytes: z.int(),
  tables: z.array(
    z.object({
      name: z.string(),
      size_bytes: z.int().describe("With its indexes and partitions"),
      rows: z.int().describe("As the database estimates it"),
    }),
  ),
  partitions: z.array(
    z.object({ table: z.string(), count: z.int(), oldest: z.iso.date().nullable(), newest: z.iso.date().nullable() }),
  ),
  rollups: z.array(z.object({ period_hours: z.int(), rolled_until: at.describe("Everything before it is condensed") })),
});
export type DatabaseStatus = z.infer<typeof databaseSchema>;

export const instanceStatusSchema = z
  .object({
    versions: z.object({
      pulsecheck: z.string(),
      node: z.string(),
      postgres: z.string(),
      broker: z.string().describe("`Redis 8.2.1`, or `Postgres` where that keeps the queues as well"),
    }),
    uptime_ms: z.int().describe("Of the API process that answers"),
    api_processes: z.array(z.object(processFields)),
    workers: z.array(
      z.object({
        ...processFields,
        last_tick_at: at.describe("When the queue gave it a tick last"),
        lag_ms: z.int().describe("How late its latest checks started"),
        has_network: z.boolean(),
      }),
    ),
    queues: z.array(queueSchema).nullable().describe("Null while the broker cannot be reached"),
    database: databaseSchema,
  })
  .meta({ id: "InstanceStatus" });
export type InstanceStatus = z.infer<typeof instanceStatusSchema>;
