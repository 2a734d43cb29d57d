import { SHARDS } from "@pulsecheck/shared/schedule";
import type pg from "pg";

export type ManyMonitors = {
  ownerId: string;
  url: string;
  count: number;
  intervalS: number;
  timeoutMs: number;
  name: string;
};

/** Adds many monitors of one address to a person's workspace, all due now, in one statement. */
export async function addManyMonitors(sql: pg.Client | pg.Pool, many: ManyMonitors): Promise<void> {
  await sql.query(
    `WITH made AS (
       INSERT INTO monitors (workspace_id, created_by_id, name, url, interval_s, timeout_ms, expected_status,
         follow_redirects, max_redirects, verify_tls, failure_threshold)
       SELECT workspace_id, user_id, $6 || ' ' || n, $2, $3, $4, '{200-299}', true, 5, true, 2
       FROM memberships, generate_series(1, $5) AS n WHERE user_id = $1
       RETURNING id, workspace_id
     )
     INSERT INTO monitor_states (monitor_id, workspace_id, shard, next_check_at)
     SELECT id, workspace_id, id % ${SHARDS}, now() FROM made`,
    [many.ownerId, many.url, many.intervalS, many.timeoutMs, many.count, many.name],
  );
}
