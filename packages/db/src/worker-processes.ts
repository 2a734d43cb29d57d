import type { Db } from "./client.ts";

export type WorkerSign = { id: string; host: string; pid: number; startedAt: Date; lastTickAt: Date; lagMs: number };

/** A worker's sign of life: that it is there, when it last took a tick from the queue, and how late it is (ms). */
export async function reportWorker(db: Db, sign: WorkerSign): Promise<void> {
  const lastSeenAt = new Date();
  await db.prisma.workerProcess.upsert({
    where: { id: sign.id },
    create: { ...sign, lastSeenAt },
    update: { ...sign, lastSeenAt },
  });
}

export async function forgetWorker(db: Db, id: string): Promise<void> {
  await db.prisma.workerProcess.deleteMany({ where: { id } });
}

export type Pulse = {
  /** Workers seen within the last 15 s. */
  workers: number;
  /** Since any worker last took a tick from the queue, in ms; null if none ever did. */
  sinceTickMs: number | null;
  /** The largest lateness that a live worker reports, in ms. */
  lagMs: number;
  /** Monitors that are due and not yet taken. */
  overdue: number;
};

/** Is the queue being consumed? Read from what the workers write, so that it proves more than a connection. */
export async function readPulse(db: Db): Promise<Pulse> {
  const { rows } = await db.pool.query<Pulse>(`
    SELECT (count(*) FILTER (WHERE last_seen_at > now() - interval '15 seconds'))::int AS workers,
      (extract(epoch FROM now() - max(last_tick_at)) * 1000)::float8 AS "sinceTickMs",
      coalesce(max(lag_ms) FILTER (WHERE last_seen_at > now() - interval '15 seconds'), 0)::int AS "lagMs",
      (SELECT count(*)::int FROM monitor_states WHERE next_check_at < now() - interval '1 second' AND scheduled_at IS NULL) AS overdue
    FROM worker_processes`);
  return rows[0] ?? { workers: 0, sinceTickMs: null, lagMs: 0, overdue: 0 };
}
