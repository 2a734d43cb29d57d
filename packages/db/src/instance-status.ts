import type { DatabaseStatus, InstanceStatus } from "@pulsecheck/shared/instance-status";
import type { Db } from "./client.ts";
import { readPartitionSpans } from "./partitions.ts";

/** A process without a sign of life for so long is not shown. */
const ALIVE_S = 15;
const LARGEST = 10;

type Processes = Pick<InstanceStatus, "api_processes" | "workers">;

/** The processes that are alive, the eldest first. */
export async function readProcesses({ prisma }: Db): Promise<Processes> {
  const alive = { lastSeenAt: { gt: new Date(Date.now() - ALIVE_S * 1_000) } };
  const list = { where: alive, orderBy: { startedAt: "asc" } } as const;
  const [apis, workers] = await Promise.all([prisma.apiProcess.findMany(list), prisma.workerProcess.findMany(list)]);
  return {
    api_processes: apis.map(viewProcess),
    workers: workers.map((worker) => ({
      ...viewProcess(worker),
      last_tick_at: worker.lastTickAt.toISOString(),
      lag_ms: worker.lagMs,
      has_network: worker.hasNetwork,
    })),
  };
}

type Process = { id: string; host: string; pid: number; startedAt: Date; lastSeenAt: Date };

function viewProcess({ id, host, pid, startedAt, lastSeenAt }: Process) {
  return { id, host, pid, started_at: startedAt.toISOString(), last_seen_at: lastSeenAt.toISOString() };
}

export async function readPostgresVersion({ pool }: Db): Promise<string> {
  const { rows } = await pool.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  return rows[0]?.version ?? "";
}

/** How large the database is and what it consists of. */
export async function readDatabaseStatus(db: Db): Promise<DatabaseStatus> {
  const [size, tables, partitions, rollups] = await Promise.all([
    db.pool.query<{ bytes: number }>("SELECT pg_database_size(current_database())::float8 AS bytes"),
    readLargestTables(db),
    readPartitionSpans(db),
    db.prisma.rollupProgress.findMany({ orderBy: { periodHours: "asc" } }),
  ]);
  return {
    size_bytes: size.rows[0]?.bytes ?? 0,
    tables,
    partitions,
    rollups: rollups.map(({ periodHours, rolledUntil }) => ({
      period_hours: periodHours,
      rolled_until: rolledUntil.toISOString(),
    })),
  };
}

async function readLargestTables({ pool }: Db): Promise<DatabaseStatus["tables"]> {
  // A partition counts as a part of its table.
  const { rows } = await pool.query<DatabaseStatus["tables"][number]>(
    `SELECT n.nspname || '.' || coalesce(parent.relname, c.relname) AS name,
       sum(pg_total_relation_size(c.oid))::float8 AS size_bytes, sum(greatest(c.reltuples, 0))::float8 AS rows
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $1`,
    [LARGEST],
  );
  return rows;
}
