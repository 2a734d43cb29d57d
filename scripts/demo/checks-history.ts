import type pg from "pg";
import { JOBS, SERVICES } from "./cast.ts";
import { GRID_S } from "./episodes.ts";
import type { Past } from "./window-history.ts";

/** By day everything takes longer than by night, and now and then something takes very long. */
const LATENCY = `m.usual_ms * (1 + 0.22 * sin((extract(hour FROM at) - 9) / 24 * 2 * pi())) * (0.86 + 0.26 * random() + 0.9 * random() ^ 12)`;

const CHECKS = `
  INSERT INTO checks (scheduled_at, monitor_id, delay_ms, connect_ms, first_byte_ms, total_ms, http_status, resolved_address, kind, outcome, status, reason, detail, is_anomaly, in_maintenance)
  SELECT at, k.id, CASE WHEN m.kind = 's' THEN (random() * 25)::int ELSE 0 END,
    CASE WHEN m.kind = 's' AND e.reason IS DISTINCT FROM 2 THEN 0.2 + random() * 0.4 END,
    CASE WHEN answered THEN ms * 0.97 END, CASE WHEN answered OR m.kind = 'p' THEN ms WHEN e.reason = 2 THEN 0.5 ELSE 10000 END,
    CASE WHEN m.kind = 's' THEN CASE WHEN e.kind IS NULL THEN 200 ELSE e.http_status END END,
    CASE WHEN m.kind = 's' THEN inet '127.0.0.1' END,
    m.kind::"char", CASE WHEN e.kind = 'outage' THEN 'f' ELSE 'o' END, CASE WHEN e.kind = 'outage' THEN 'D' ELSE 'U' END,
    CASE WHEN e.kind = 'outage' THEN e.reason END, CASE WHEN e.kind = 'outage' THEN e.detail END,
    CASE WHEN e.kind = 'anomaly' THEN true END,
    CASE WHEN EXISTS (SELECT 1 FROM maintenance_spans p WHERE p.monitor_id = k.id AND at >= p.starts_at AND at < p.ends_at) THEN true END
  FROM unnest($1::text[], $2::int[], $3::int[], $4::float8[], $5::text[]) AS m(name, every_s, offset_s, usual_ms, kind)
    JOIN monitors k ON k.name = m.name
    CROSS JOIN LATERAL generate_series($6::timestamptz + m.offset_s * interval '1 s', $7::timestamptz - interval '1 s', m.every_s * interval '1 s') AS at
    LEFT JOIN episodes e ON e.monitor_id = k.id AND at >= e.starts_at AND at < e.ends_at
    CROSS JOIN LATERAL (SELECT (${LATENCY} * CASE WHEN e.kind = 'anomaly' THEN 7.5 ELSE 1 END)::real AS ms,
      m.kind = 's' AND (e.kind IS NULL OR e.http_status IS NOT NULL) AS answered) AS measured`;

const PINGS = `
  INSERT INTO pings (at, monitor_id, kind, exit_code, duration_ms, method, address, user_agent)
  SELECT c.scheduled_at - p.back * interval '1 ms', c.monitor_id, p.kind::"char", CASE WHEN p.kind = 'f' THEN 1 END,
    CASE WHEN p.back = 0 THEN c.total_ms END, 'POST', '127.0.0.1', 'curl/8.14.1'
  FROM checks c CROSS JOIN LATERAL (VALUES ('s', c.total_ms), (c.outcome::text, 0)) AS p(kind, back) WHERE c.kind = 'p'`;

/** A month that ended well: what is DOWN now is found by the first check. */
const STATES = `
  UPDATE monitor_states s SET status = 'UP', status_since = coalesce((SELECT max(ends_at) FROM episodes e WHERE e.monitor_id = s.monitor_id AND e.kind = 'outage'), $1),
    last_checked_at = c.scheduled_at, last_latency_ms = c.total_ms
  FROM (SELECT DISTINCT ON (monitor_id) monitor_id, scheduled_at, total_ms FROM checks ORDER BY monitor_id, scheduled_at DESC) AS c
  WHERE c.monitor_id = s.monitor_id`;

const SERIES = [
  ...SERVICES.map(({ name, usualMs }) => ({ name, everyS: GRID_S, offsetS: 0, usualMs, kind: "s" })),
  ...JOBS.map(({ name, everyS, atS, runS }) => ({
    name,
    everyS,
    offsetS: atS + runS,
    usualMs: runS * 1_000,
    kind: "p",
  })),
];

/** Checks of every monitor, and the pings of the jobs. */
export async function writeChecks(client: pg.PoolClient, { from, now }: Past): Promise<void> {
  await client.query(CHECKS, [
    SERIES.map(({ name }) => name),
    SERIES.map(({ everyS }) => everyS),
    SERIES.map(({ offsetS }) => offsetS),
    SERIES.map(({ usualMs }) => usualMs),
    SERIES.map(({ kind }) => kind),
    from,
    now,
  ]);
  await client.query(PINGS);
  await client.query(STATES, [from]);
}
