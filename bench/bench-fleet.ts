import { nextOnGrid } from "@pulsecheck/shared/schedule";
import pg from "pg";
import type { Person } from "../tests/harness/caller.ts";
import type { BrokerKind } from "../tests/harness/house.ts";
import { addManyMonitors } from "../tests/harness/many-monitors.ts";
import { openFleet, type Fleet, type OurProcess } from "../tests/harness/processes.ts";
import { parentOf } from "./cpu.ts";
import { noteServer } from "./others.ts";
import type { Stage } from "./stage.ts";

export const BROKERS: readonly BrokerKind[] = ["postgres", "redis"];

/** A fleet that is measured: one API process, workers as needed, and a connection of the bench's own. */
export type BenchFleet = {
  broker: BrokerKind;
  fleet: Fleet;
  sql: pg.Client;
  owner: Person;
  api: OurProcess;
  workers: OurProcess[];
  /** Adds monitors that are UP, on their grid, each with a path of its own. */
  addMonitors(many: { count: number; intervalS: number; url: string }): Promise<void>;
  /** Starts a worker; nothing is overdue when it begins. */
  startWorker(): Promise<OurProcess>;
  /** Starts a worker that finds the monitors as they are. */
  startOverdueWorker(): Promise<OurProcess>;
  /** Lets all workers drain and end. */
  stopWorkers(): Promise<void>;
  /** The processes that take part, by what they are. */
  pids(): Record<Part, number[]>;
};

export const PARTS = ["worker", "api", "postgres", "redis"] as const;
export type Part = (typeof PARTS)[number];

/** Until a fresh worker takes its first tick, in ms. */
const START_MS = 2_500;

export function openBenchFleet(
  stage: Stage,
  broker: BrokerKind,
  env: Record<string, string> = {},
): Promise<BenchFleet> {
  return stage.use(
    () => open(stage, broker, env),
    ({ sql }) => sql.end(),
  );
}

async function open(stage: Stage, broker: BrokerKind, env: Record<string, string>): Promise<BenchFleet> {
  const fleet = await stage.use(
    () => openFleet(broker, env),
    (started) => started.stop(),
  );
  const sql = new pg.Client({ connectionString: fleet.postgres.databaseUrl });
  sql.on("error", () => undefined);
  await sql.connect();
  // The tests' servers may lose data for speed; what is measured writes as it does in production.
  await sql.query("ALTER SYSTEM SET fsync = on");
  await sql.query("SELECT pg_reload_conf()");
  const { rows } = await sql.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const postmaster = await parentOf(rows[0]?.pid ?? 0);
  await stage.use(
    () => noteServer(postmaster),
    (server) => server.gone(),
  );
  const api = await fleet.startApi();
  const owner = await fleet.register("bench");
  const workers: OurProcess[] = [];
  const startOverdueWorker = async () => {
    const worker = await fleet.startWorker();
    workers.push(worker);
    return worker;
  };
  return {
    broker,
    fleet,
    sql,
    owner,
    api,
    workers,
    addMonitors: (many) => addMonitors(sql, owner.id, many),
    async startWorker() {
      if (workers.length === 0) await putOnGrid(sql);
      return startOverdueWorker();
    },
    startOverdueWorker,
    async stopWorkers() {
      for (const worker of workers.splice(0)) {
        worker.signal("SIGTERM");
        await worker.exited;
      }
    },
    pids: () => ({
      worker: workers.map(({ child }) => child.pid ?? 0),
      api: [api.child.pid ?? 0],
      postgres: [postmaster],
      redis: fleet.redis === null ? [] : [fleet.redis.pid],
    }),
  };
}

async function addMonitors(
  sql: pg.Client,
  ownerId: string,
  { count, intervalS, url }: { count: number; intervalS: number; url: string },
): Promise<void> {
  const { rows } = await sql.query<{ last: number }>("SELECT coalesce(max(id), 0)::int AS last FROM monitors");
  const last = rows[0]?.last ?? 0;
  await sql.query("BEGIN");
  await addManyMonitors(sql, { ownerId, url, count, intervalS, timeoutMs: 10_000, name: "bench" });
  await sql.query("UPDATE monitors SET url = url || id WHERE id > $1", [last]);
  // As after their first check, which would tell an event of its own.
  await sql.query(
    "UPDATE monitor_states SET status = 'UP', status_since = now(), last_checked_at = now() WHERE monitor_id > $1",
    [last],
  );
  await putOnGrid(sql, last);
  await sql.query("COMMIT");
  await sql.query("VACUUM ANALYZE");
}

/** Makes each monitor with a higher number due at its next time, as if it had been checked at the last one. */
async function putOnGrid(sql: pg.Client, after = 0): Promise<void> {
  const { rows } = await sql.query<{ id: number; interval_s: number }>(
    "SELECT id, interval_s FROM monitors WHERE id > $1",
    [after],
  );
  const begin = new Date(Date.now() + START_MS);
  const due = rows.map(({ id, interval_s: intervalS }) => nextOnGrid(id, intervalS * 1_000, new Date(0), begin));
  await sql.query(
    `UPDATE monitor_states s SET next_check_at = due.at, scheduled_at = NULL, fence = fence + 1
     FROM unnest($1::int[], $2::timestamptz[]) AS due(id, at) WHERE s.monitor_id = due.id`,
    [rows.map(({ id }) => id), due],
  );
}
