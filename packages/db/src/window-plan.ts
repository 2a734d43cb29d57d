import { listOccurrences } from "@pulsecheck/shared/maintenance-occurrences";
import type { WindowSchedule } from "@pulsecheck/shared/maintenance-window";
import type { Span } from "@pulsecheck/shared/span";
import type pg from "pg";
import { DAY_MS } from "./rollup-periods.ts";

const AHEAD_DAYS = 14;
/** Of each window so many are planned, however far ahead they are, and no more than so many. */
const LEAST = 5;
const MOST = 60;
const FOREVER = new Date(Date.UTC(2300, 0));

type Planned = { spans: Span[]; until: Date | null };

/** What begins after an instant, as far as it is planned ahead; `until` null: that is all of it. */
function planAfter(schedule: WindowSchedule, after: Date, now: Date): Planned {
  const horizon = new Date(now.getTime() + AHEAD_DAYS * DAY_MS);
  const near = listOccurrences(schedule, after, horizon, MOST);
  const spans = near.length < LEAST ? listOccurrences(schedule, after, FOREVER, LEAST) : near;
  const last = spans.at(-1)?.startsAt ?? horizon;
  const until = spans.length < MOST && last < horizon ? horizon : last;
  return { spans, until: listOccurrences(schedule, until, FOREVER, 1).length === 0 ? null : until };
}

/** Adds the occurrences that begin after an instant, and remembers how far ahead that is. */
export async function planOccurrences(
  client: pg.PoolClient,
  windowKey: number,
  schedule: WindowSchedule,
  after: Date,
  now: Date,
): Promise<void> {
  const { spans, until } = planAfter(schedule, after, now);
  await addOccurrences(client, windowKey, spans);
  await client.query("UPDATE maintenance_windows SET planned_until = $2 WHERE id = $1", [windowKey, until]);
}

export async function addOccurrences(client: pg.PoolClient, windowKey: number, spans: readonly Span[]): Promise<void> {
  await client.query(
    `INSERT INTO window_occurrences (window_id, starts_at, ends_at)
     SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[]) ON CONFLICT DO NOTHING`,
    [windowKey, spans.map(({ startsAt }) => startsAt), spans.map(({ endsAt }) => endsAt)],
  );
}

/** Plans further ahead what has come near, of the whole instance, and forgets what nobody looks at any more. */
export async function planAhead(client: pg.PoolClient, now: Date): Promise<void> {
  const { rows } = await client.query<{ id: number; schedule: WindowSchedule; plannedUntil: Date }>(
    `SELECT w.id, w.schedule, w.planned_until AS "plannedUntil" FROM maintenance_windows w
     WHERE w.planned_until < $1::timestamptz + interval '${AHEAD_DAYS - 1} days'
       AND (SELECT count(*) FROM window_occurrences o WHERE o.window_id = w.id AND o.starts_at > $1) < ${MOST}`,
    [now],
  );
  for (const { id, schedule, plannedUntil } of rows) await planOccurrences(client, id, schedule, plannedUntil, now);
  await client.query(
    `DELETE FROM window_occurrences o USING maintenance_windows w
     WHERE w.id = o.window_id AND w.planned_until IS NOT NULL AND o.ends_at < now() - interval '100 days'`,
  );
  await client.query("DELETE FROM maintenance_spans WHERE ends_at < now() - interval '3 years'");
}
