import { addOccurrences } from "@pulsecheck/db/window-plan";
import { listOccurrences } from "@pulsecheck/shared/maintenance-occurrences";
import type { WindowSchedule } from "@pulsecheck/shared/maintenance-window";
import type pg from "pg";

export type Past = { from: Date; now: Date };

const OCCURRENCES_AT_MOST = 100;

/** Every window was open in the past as it is going to be: what is on or to come is PulseCheck's own matter. */
export async function writePastWindows(client: pg.PoolClient, { from, now }: Past): Promise<void> {
  const { rows } = await client.query<{ id: number; schedule: WindowSchedule }>(
    "SELECT id, schedule FROM maintenance_windows ORDER BY id",
  );
  for (const { id, schedule } of rows) {
    const spans = listOccurrences(schedule, from, now, OCCURRENCES_AT_MOST);
    await addOccurrences(
      client,
      id,
      spans.filter(({ endsAt }) => endsAt <= now),
    );
  }
  await client.query("UPDATE window_occurrences SET has_begun = true WHERE ends_at <= $1", [now]);
  await client.query(
    `INSERT INTO maintenance_spans (workspace_id, occurrence_id, monitor_id, starts_at, ends_at, told_until, is_over)
     SELECT w.workspace_id, o.id, m.id, o.starts_at, o.ends_at, o.ends_at, true
     FROM window_occurrences o JOIN maintenance_windows w ON w.id = o.window_id
       JOIN monitors m ON m.workspace_id = w.workspace_id AND (m.id = ANY(w.monitor_keys) OR m.tags && w.tags)
     WHERE o.ends_at <= $1`,
    [now],
  );
}
