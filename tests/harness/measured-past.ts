import type { Db } from "@pulsecheck/db/client";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { rollUp } from "@pulsecheck/db/rollups";

const DAY_MS = 86_400_000;

/** `failEvery`: every how many checks one failed. */
type Past = { monitorId: string; days: number; failEvery: number };

/** Gives monitors a past that ends now: a check every ten minutes, each taking 100 to 199 ms, the last day's 50 ms more. */
export async function addPast(db: Db, pasts: readonly Past[], now = new Date()): Promise<void> {
  const longest = Math.max(...pasts.map(({ days }) => days));
  for (let day = 0; day <= longest; day++) await maintainPartitions(db, new Date(now.getTime() - day * DAY_MS), 3_650);
  for (const { monitorId, days, failEvery } of pasts)
    await db.pool.query(
      `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status, http_status, is_anomaly)
       SELECT (SELECT id FROM monitors WHERE public_id = $1), at, 0, 100 + n % 100 + CASE WHEN at > $3 - interval '1 day' THEN 50 ELSE 0 END, 's',
         CASE WHEN n % $2::int = 0 THEN 'f' ELSE 'o' END::"char", 'U', 200, n % 300 = 1
       FROM generate_series($3::timestamptz - $4::int * interval '1 day', $3::timestamptz, interval '10 minutes') WITH ORDINALITY AS g(at, n)`,
      [monitorId, failEvery, now, days],
    );
  await rollUp(db, now);
}
