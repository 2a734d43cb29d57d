import { readDatabaseStatus, readPostgresVersion, readProcesses } from "@pulsecheck/db/instance-status";
import type { InstanceStatus, QueueStatus } from "@pulsecheck/shared/instance-status";
import { QUEUES } from "@pulsecheck/shared/queues";
import type { Deps } from "../context.ts";
import { DOCUMENT } from "../docs/openapi.ts";

const FAILED_SHOWN = 20;

/** What runs, what waits, and how large it all is. While the broker is away, what it knows is null. */
export async function readStatus({ db, broker, log }: Deps): Promise<InstanceStatus> {
  const asked = askBroker(broker).catch((error: unknown) => {
    log.warn({ err: error }, "the broker did not say what is in its queues");
    return { version: null, queues: null };
  });
  const [processes, postgres, database, { version, queues }] = await Promise.all([
    readProcesses(db),
    readPostgresVersion(db),
    readDatabaseStatus(db),
    asked,
  ]);
  return {
    versions: {
      pulsecheck: DOCUMENT.info.version,
      node: process.versions.node,
      postgres,
      broker: broker.kind === "redis" ? `Redis ${version ?? "(away)"}` : "Postgres",
    },
    uptime_ms: Math.round(process.uptime() * 1_000),
    ...processes,
    queues,
    database,
  };
}

async function askBroker({ jobs }: Deps["broker"]) {
  const [version, queues] = await Promise.all([
    jobs.serverVersion(),
    Promise.all(Object.values(QUEUES).map((name) => readQueue(jobs, name))),
  ]);
  return { version, queues };
}

async function readQueue(jobs: Deps["broker"]["jobs"], name: string): Promise<QueueStatus> {
  const queue = jobs.queue(name);
  const [counts, failed] = await Promise.all([queue.counts(), queue.failed(FAILED_SHOWN)]);
  return { name, ...counts, failed_jobs: failed.map(({ at, ...job }) => ({ ...job, at: at.toISOString() })) };
}
