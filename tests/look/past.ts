import type pg from "pg";

/** Latency that rises by day and falls by night, in ms, by the hour of `at`; each monitor has a level of its own. */
const LEVEL =
  "(18 + m.id * 37 % 160) * (1 + 0.35 * sin(extract(hour FROM at) / 24 * 6.28 - 1.5) + 0.1 * sin(m.id + extract(day FROM at)))";
/** Every so many days a monitor had a bad hour. */
const IS_BAD = "(m.id * 31 + extract(day FROM at)::int * 7 + extract(month FROM at)::int * 3) % 29 = 0";

/**
 * Gives monitors (inner ids) a past that nobody lived through: a day of raw checks, hours, days, and outages with their
 * mails, so that pages can be looked at as they are after three months.
 */
export async function inventPast(sql: pg.Client, ids: readonly number[], recipient: string): Promise<void> {
  await rollups(sql, ids, 24, "90 days", 2_880);
  await rollups(sql, ids, 1, "34 days", 120);
  await sql.query(
    `INSERT INTO checks (scheduled_at, monitor_id, delay_ms, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, http_status, resolved_address, kind, outcome, status)
     SELECT at, m.id, 2, ms * 0.1, ms * 0.15, ms * 0.25, ms * 0.45, ms, 200, '192.0.2.7', 's', 'o', 'U'
     FROM monitors m, generate_series(date_trunc('day', now(), 'UTC') - interval '1 day', now() - interval '1 minute', interval '1 minute') AS at,
       LATERAL (SELECT (${LEVEL} * (0.8 + 0.5 * random() ^ 6))::real AS ms) AS latency
     WHERE m.id = ANY($1) AND m.id = ANY($2) ON CONFLICT DO NOTHING`,
    [ids, ids.slice(0, 12)],
  );
  await outages(sql, ids, recipient);
}

function rollups(sql: pg.Client, ids: readonly number[], hours: number, back: string, checks: number) {
  const good = `(n - failures)`;
  return sql.query(
    `INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, checks, failures, inconclusive, latency_sum_ms, latency_min_ms,
       latency_max_ms, hist_buckets, hist_counts, dns_sum_ms, dns_checks, connect_sum_ms, connect_checks, tls_sum_ms, tls_checks,
       first_byte_sum_ms, first_byte_checks)
     SELECT id, ${hours}, at, n, failures, 0, ${good} * ms, ms * 0.7, ms * 3, ARRAY[b, b + 9, b + 22], ARRAY[${good} * 90 / 100, ${good} * 8 / 100, ${good} * 2 / 100],
       ${good} * ms * 0.1, ${good}, ${good} * ms * 0.15, ${good}, ${good} * ms * 0.25, ${good}, ${good} * ms * 0.45, ${good}
     FROM (
       SELECT m.id, at, ${checks} AS n, CASE WHEN ${IS_BAD} THEN 14 ELSE 0 END AS failures, ms, ceil(ln(ms) / ln(1.05)) AS b
       FROM monitors m, generate_series(date_trunc('day', now(), 'UTC') - interval '${back}', now() - interval '${hours} hours', interval '${hours} hours') AS at,
         LATERAL (SELECT ${LEVEL} AS ms) AS latency WHERE m.id = ANY($1)
     ) AS made ON CONFLICT DO NOTHING`,
    [ids],
  );
}

async function outages(sql: pg.Client, ids: readonly number[], recipient: string): Promise<void> {
  await sql.query(
    `WITH ended AS (
       INSERT INTO incidents (workspace_id, monitor_id, started_at, confirmed_at, ended_at, reason, detail)
       SELECT m.workspace_id, m.id, at + hour, at + hour + interval '4 s', at + hour + interval '7 min', 4, 'The target did not answer within 10 s.'
       FROM monitors m, generate_series(date_trunc('day', now(), 'UTC') - interval '60 days', now() - interval '2 days', interval '1 day') AS at,
         LATERAL (SELECT m.id % 20 * interval '1 hour' AS hour) AS hours
       WHERE m.id = ANY($1) AND ${IS_BAD} RETURNING id, monitor_id, started_at, ended_at
     )
     INSERT INTO deliveries (kind, recipient, incident_id, lane, state, due_at, sent_at, attempts)
     SELECT kind::delivery_kind, $2, id, 'monitor ' || monitor_id, 'SENT', at, at + interval '2 s', 1
     FROM ended, LATERAL (VALUES ('DOWN', started_at + interval '5 s'), ('UP', ended_at)) AS mails(kind, at)`,
    [ids.slice(0, 40), recipient],
  );
}
