import { SHARDS } from "@pulsecheck/shared/schedule";
import type { Db } from "./client.ts";

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

export type WorkerSign = {
  id: string;
  host: string;
  pid: number;
  startedAt: Date;
  /** Since it last took a tick from the queue, in ms. */
  sinceTickMs: number;
  /** How late its latest checks started, in ms. */
  lagMs: number;
  /** False while it thinks that its own network is gone. */
  hasNetwork: boolean;
};

/** A worker's sign of life, by the database's clock: workers on other machines judge it. Answers that clock's time. */
export async function reportWorker(db: Db, sign: WorkerSign): Promise<Date> {
  const { rows } = await db.pool.query<{ now: Date }>({
    name: "report-worker",
    text: `
      INSERT INTO worker_processes (id, host, pid, started_at, last_seen_at, last_tick_at, lag_ms, has_network)
      VALUES ($1, $2, $3, $4, now(), now() - $5 * interval '1 millisecond', $6, $7)
      ON CONFLICT (id) DO UPDATE
      SET last_seen_at = excluded.last_seen_at, last_tick_at = excluded.last_tick_at, lag_ms = excluded.lag_ms,
        has_network = excluded.has_network
      RETURNING clock_timestamp() AS now`,
    values: [sign.id, sign.host, sign.pid, sign.startedAt, sign.sinceTickMs, sign.lagMs, sign.hasNetwork],
  });
  return rows[0]?.now ?? new Date();
}

export async function forgetWorker(db: Db, id: string): Promise<void> {
  await db.prisma.workerProcess.deleteMany({ where: { id } });
}

export type Pulse = {
  /** Workers seen within the last 15 s. */
  workers: number;
  /** Those of them who think that their own network is gone. */
  offline: number;
  /** Since any worker last took a tick from the queue, in ms; null if none ever did. */
  sinceTickMs: number | null;
  /** The largest lateness that a live worker reports, in ms. */
  lagMs: number;
  /** Monitors that are due and not yet taken. */
  overdue: number;
};

/** Is the queue being consumed? Read from what the workers write, so that it proves more than a connection. */
export async function readPulse(db: Db): Promise<Pulse> {
  const { rows } = await db.pool.query<Pulse>(
    `SELECT (count(*) FILTER (WHERE last_seen_at > now() - interval '15 seconds'))::int AS workers,
      (count(*) FILTER (WHERE last_seen_at > now() - interval '15 seconds' AND NOT has_network))::int AS offline,
      (extract(epoch FROM now() - max(last_tick_at)) * 1000)::float8 AS "sinceTickMs",
      coalesce(max(lag_ms) FILTER (WHERE last_seen_at > now() - interval '15 seconds'), 0)::int AS "lagMs",
      (SELECT count(*)::int FROM monitor_states WHERE shard = ANY($1) AND next_check_at < now() - interval '1 second' AND scheduled_at IS NULL) AS overdue
    FROM worker_processes`,
    [ALL_SHARDS],
  );
  return rows[0] ?? { workers: 0, offline: 0, sinceTickMs: null, lagMs: 0, overdue: 0 };
}
