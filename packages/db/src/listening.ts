import type { Db } from "./client.ts";

/** Without a sign of any API process for so long, nobody could have heard what reports. */
export const DEAF_AFTER_S = 10;

/** SQL: since when reports have been received without a gap; now, where they are not. */
export const LISTENING_SINCE = `
  SELECT CASE WHEN l.seen_at > now() - interval '${DEAF_AFTER_S} seconds' THEN l.since ELSE now() END AS since FROM listening l`;

/**
 * An API process says that it listens. Where none did for a while, the time in which silence means something begins
 * anew: a restart, or a database that was away, marks nothing offline.
 */
export async function signListening(
  db: Db,
  processId: string,
  { host, pid }: { host: string; pid: number },
): Promise<void> {
  await db.pool.query({
    name: "sign-listening",
    text: `
      WITH process AS (
        INSERT INTO api_processes (id, last_seen_at, host, pid) VALUES ($1, now(), $2, $3)
        ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at
      )
      INSERT INTO listening (id, since, seen_at) VALUES (1, now(), now())
      ON CONFLICT (id) DO UPDATE SET seen_at = now(),
        since = CASE WHEN listening.seen_at < now() - interval '${DEAF_AFTER_S} seconds' THEN now() ELSE listening.since END`,
    values: [processId, host, pid],
  });
}
