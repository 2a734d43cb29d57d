import type { MaintenanceChange, BusEvent } from "@pulsecheck/shared/live-events";
import type { Span } from "@pulsecheck/shared/span";
import type pg from "pg";
import { LOCKS } from "./advisory-locks.ts";
import { inTransaction, type Db } from "./client.ts";
import { planAhead } from "./window-plan.ts";

/** Spans stand there so long before they begin, so that what begins in a worker's absence of a moment does so in time. */
const AHEAD = "interval '5 minutes'";
const TOLD_AT_ONCE = 500;

// Thousands of spans come at once, before statistics know of any: joins that look small would be loops over all pairs.
const HASHED = "set_config('enable_nestloop', 'off', true)";

type Subject = "monitor_id" | "device_key" | "sensor_key";

/** SQL: until when a subject is in maintenance now, by an expression of its inner key; null: it is not. */
export function maintenanceUntil(subject: Subject, key: string): string {
  return `(SELECT max(p.ends_at) FROM maintenance_spans p WHERE p.${subject} = ${key} AND p.starts_at <= now() AND p.ends_at > now())`;
}

/** Spans as JSON tells them. */
export type ToldSpan = { startsAt: string; endsAt: string };

export function readSpans(spans: readonly ToldSpan[] | null): Span[] {
  return (spans ?? []).map((span) => ({ startsAt: new Date(span.startsAt), endsAt: new Date(span.endsAt) }));
}

const SAME =
  "(p.occurrence_id, coalesce(p.monitor_id, 0), coalesce(p.device_key, 0), coalesce(p.sensor_key, 0)) = (w.id, w.monitor_id, w.device_key, w.sensor_key)";

// Times are kept to the millisecond, rounded: what begins or ends now must not do so half a one ahead.
const NOW = "date_trunc('milliseconds', now())";

// What the occurrences that are on, or are near, cover at this moment; 0 stands for no key, so that joins can hash.
const WANTED = `
  WITH live AS (
    SELECT o.id, o.starts_at, o.ends_at, o.has_begun, w.workspace_id, w.covers_all, w.monitor_keys, w.device_keys, w.tags
    FROM window_occurrences o JOIN maintenance_windows w ON w.id = o.window_id
    WHERE o.ends_at > now() AND o.starts_at <= now() + ${AHEAD}
  ), wanted AS MATERIALIZED (
    SELECT l.id, l.workspace_id, l.starts_at, l.ends_at, l.has_begun, m.id AS monitor_id, 0 AS device_key, 0 AS sensor_key
    FROM live l JOIN monitors m ON m.workspace_id = l.workspace_id AND (l.covers_all OR m.id = ANY(l.monitor_keys) OR m.tags && l.tags)
    UNION ALL
    SELECT l.id, l.workspace_id, l.starts_at, l.ends_at, l.has_begun, 0, d.id, 0
    FROM live l JOIN devices d ON d.workspace_id = l.workspace_id AND (l.covers_all OR d.id = ANY(l.device_keys) OR d.tags && l.tags)
    UNION ALL
    SELECT l.id, l.workspace_id, l.starts_at, l.ends_at, l.has_begun, 0, 0, s.id
    FROM live l JOIN sensors s ON s.workspace_id = l.workspace_id AND (l.covers_all OR s.tags && l.tags)
  )`;

// What has begun ends now where it is covered no more; what has not is as if it had never been.
const FOLLOW = `${WANTED}, stale AS (
    SELECT p.id FROM maintenance_spans p LEFT JOIN wanted w ON ${SAME}
    WHERE NOT p.is_over AND p.ends_at > now() AND w.id IS NULL
  ), dropped AS (
    DELETE FROM maintenance_spans p USING stale WHERE p.id = stale.id AND p.starts_at > now()
  ), cut AS (
    UPDATE maintenance_spans p SET ends_at = ${NOW} FROM stale WHERE p.id = stale.id AND p.starts_at <= now()
  ), moved AS (
    UPDATE maintenance_spans p SET ends_at = w.ends_at FROM wanted w
    WHERE ${SAME} AND NOT p.is_over AND p.ends_at > now() AND p.ends_at <> w.ends_at
  )
  INSERT INTO maintenance_spans (workspace_id, occurrence_id, monitor_id, device_key, sensor_key, starts_at, ends_at)
  SELECT w.workspace_id, w.id, nullif(w.monitor_id, 0), nullif(w.device_key, 0), nullif(w.sensor_key, 0),
    CASE WHEN w.has_begun THEN greatest(w.starts_at, ${NOW}) ELSE w.starts_at END, w.ends_at
  FROM wanted w LEFT JOIN maintenance_spans p ON ${SAME} AND NOT p.is_over AND p.ends_at > now() WHERE p.id IS NULL`;

const BEGIN = `
  UPDATE window_occurrences SET has_begun = true WHERE ends_at > now() AND starts_at <= now() AND NOT has_begun`;

const TELL = `
  UPDATE maintenance_spans p SET told_until = p.ends_at, is_over = p.ends_at <= now() FROM maintenance_spans before
  WHERE before.id = p.id AND NOT p.is_over AND p.starts_at <= now() AND (p.ends_at <= now() OR p.told_until IS DISTINCT FROM p.ends_at)
  RETURNING p.monitor_id AS "monitorId", p.device_key AS "deviceKey", coalesce(before.told_until <> p.ends_at, false) AS "isMoved"`;

// Rows are locked in the order in which commits and reports lock them. A cron job whose deadline waited for an end that
// is another one now is judged anew, and so is a device.
const currentOf = (subject: Subject) => `
  SELECT ${subject}, max(ends_at) AS until FROM maintenance_spans
  WHERE NOT is_over AND starts_at <= now() AND ends_at > now() AND ${subject} IS NOT NULL GROUP BY 1`;

const MARK_MONITORS = `
  WITH current AS (${currentOf("monitor_id")}), told AS MATERIALIZED (
    SELECT s.monitor_id, i.is_moved, c.until
    FROM unnest($1::int[], $2::boolean[]) AS i(monitor_id, is_moved) JOIN monitor_states s USING (monitor_id) LEFT JOIN current c USING (monitor_id)
    ORDER BY s.monitor_id FOR UPDATE OF s
  )
  UPDATE monitor_states s SET maintenance_until = told.until,
    next_check_at = CASE WHEN told.is_moved AND m.kind = 'cron' AND s.scheduled_at IS NULL AND s.next_check_at IS NOT NULL THEN now() ELSE s.next_check_at END
  FROM told JOIN monitors m ON m.id = told.monitor_id WHERE s.monitor_id = told.monitor_id
  RETURNING m.workspace_id AS "workspaceId", m.public_id::text AS id, s.maintenance_until AS until`;

const MARK_DEVICES = `
  WITH current AS (${currentOf("device_key")}), told AS MATERIALIZED (
    SELECT s.device_key, i.is_moved, c.until
    FROM unnest($1::int[], $2::boolean[]) AS i(device_key, is_moved) JOIN device_states s USING (device_key) LEFT JOIN current c USING (device_key)
    ORDER BY s.device_key FOR UPDATE OF s
  )
  UPDATE device_states s SET maintenance_until = told.until, look_at = CASE WHEN told.is_moved THEN now() ELSE s.look_at END
  FROM told JOIN devices d ON d.id = told.device_key WHERE s.device_key = told.device_key
  RETURNING d.workspace_id AS "workspaceId", d.device_id AS id, s.maintenance_until AS until`;

type Told = { monitorId: number | null; deviceKey: number | null; isMoved: boolean };
type Marked = { workspaceId: number; id: string; until: Date | null };

/**
 * Has every monitor, device and sensor enter and leave maintenance as the windows say at this moment, and answers what
 * is to be told of it. Any number of workers may do this at once, and a repeated round changes nothing.
 */
export async function settleMaintenance(db: Db): Promise<BusEvent[]> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ mine: boolean; now: Date }>(
      `SELECT pg_try_advisory_xact_lock($1) AS mine, now(), ${HASHED}`,
      [LOCKS.maintenance],
    );
    const [turn] = rows;
    return turn?.mine === true ? settle(client, turn.now) : [];
  });
}

/** Plans occurrences further ahead: those of the whole instance that have come near. */
export async function planMaintenance(db: Db): Promise<void> {
  await inTransaction(db.pool, async (client) => planAhead(client, await lockMaintenance(client)));
}

/** Whoever changes windows does so one after the other. Answers the transaction's time. */
export async function lockMaintenance(client: pg.PoolClient): Promise<Date> {
  await client.query(`SELECT pg_advisory_xact_lock($1), ${HASHED}`, [LOCKS.maintenance]);
  const { rows } = await client.query<{ now: Date }>("SELECT now()");
  return rows[0]?.now ?? new Date();
}

/** The same inside the transaction of a change, which holds the lock. */
export async function settle(client: pg.PoolClient, now: Date): Promise<BusEvent[]> {
  await client.query({ name: "follow-windows", text: FOLLOW });
  await client.query({ name: "begin-occurrences", text: BEGIN });
  const { rows } = await client.query<Told>({ name: "tell-maintenance", text: TELL });
  if (rows.length === 0) return [];
  const monitors = await mark(client, MARK_MONITORS, rows, "monitorId");
  const devices = await mark(client, MARK_DEVICES, rows, "deviceKey");
  return [...eventsOf(monitors, "monitor_ids", now), ...eventsOf(devices, "device_ids", now)];
}

async function mark(
  client: pg.PoolClient,
  sql: string,
  told: readonly Told[],
  of: "monitorId" | "deviceKey",
): Promise<Marked[]> {
  const moved = new Map<number, boolean>();
  for (const one of told) {
    const key = one[of];
    if (key !== null) moved.set(key, one.isMoved || (moved.get(key) ?? false));
  }
  if (moved.size === 0) return [];
  return (await client.query<Marked>(sql, [[...moved.keys()], [...moved.values()]])).rows;
}

function eventsOf(marked: readonly Marked[], field: "monitor_ids" | "device_ids", now: Date): BusEvent[] {
  const groups = Map.groupBy(marked, ({ workspaceId, until }) => `${workspaceId} ${until?.toISOString() ?? ""}`);
  return [...groups.values()].flatMap((group) => {
    const [{ workspaceId, until } = { workspaceId: 0, until: null }] = group;
    const ids = group.map(({ id }) => id);
    return Array.from({ length: Math.ceil(ids.length / TOLD_AT_ONCE) }, (_, i): BusEvent => {
      const some: MaintenanceChange = { until: until?.toISOString() ?? null, monitor_ids: [], device_ids: [] };
      const data = { ...some, [field]: ids.slice(i * TOLD_AT_ONCE, (i + 1) * TOLD_AT_ONCE) };
      return { workspace: workspaceId, at: now.toISOString(), type: "maintenance.changed", data };
    });
  });
}
