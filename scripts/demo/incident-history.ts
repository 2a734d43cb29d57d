import { codes } from "@pulsecheck/db/check-view";
import type pg from "pg";
import type { Episode } from "./episodes.ts";

const KEPT = `
  CREATE TEMP TABLE episodes ON COMMIT DROP AS
  SELECT e.*, m.id AS monitor_id, d.id AS device_key, s.id AS sensor_key,
    coalesce(m.workspace_id, d.workspace_id, s.workspace_id) AS workspace_id,
    coalesce(m.created_by_id, d.created_by_id, s.created_by_id) AS created_by_id, gen_random_uuid() AS incident_id
  FROM unnest($1::text[], $2::text[], $3::incident_kind[], $4::smallint[], $5::text[], $6::smallint[], $7::timestamptz[], $8::timestamptz[])
      AS e(type, subject, kind, reason, detail, http_status, starts_at, ends_at)
    LEFT JOIN monitors m ON e.type = 'monitor' AND m.name = e.subject
    LEFT JOIN devices d ON e.type = 'device' AND d.device_id = e.subject
    LEFT JOIN sensors s ON e.type = 'sensor' AND s.sensor_id = e.subject`;

/** A second failed check, or so long a silence, confirms it. */
const INCIDENTS = `
  INSERT INTO incidents (id, workspace_id, kind, monitor_id, device_key, sensor_key, started_at, confirmed_at, ended_at, reason, detail)
  SELECT incident_id, workspace_id, kind, monitor_id, device_key, sensor_key, starts_at,
    starts_at + CASE type WHEN 'device' THEN interval '5 min 2 s' WHEN 'sensor' THEN interval '1 min' ELSE interval '15 s' END,
    ends_at, reason, detail
  FROM episodes`;

const ALERTS = `
  INSERT INTO deliveries (kind, recipient, incident_id, lane, alert_address_id, state, created_at, due_at, sent_at, attempts)
  SELECT told.kind::delivery_kind, r.email, i.id, concat_ws(' ', e.type, coalesce(e.monitor_id, e.device_key, e.sensor_key), nullif(e.kind, 'outage')),
    r.address_id, 'SENT', told.at, told.at, told.at + interval '1.4 s', 1
  FROM episodes e JOIN incidents i ON i.id = e.incident_id
    CROSS JOIN LATERAL (VALUES ('DOWN', i.confirmed_at), ('UP', i.ended_at)) AS told(kind, at)
    CROSS JOIN LATERAL (
      SELECT email, NULL::uuid AS address_id FROM users WHERE id = e.created_by_id
      UNION ALL SELECT email, id FROM alert_addresses WHERE workspace_id = e.workspace_id
    ) AS r
  WHERE told.at IS NOT NULL`;

/** Writes the incidents with their mails. Until the commit the table "episodes" tells the rest what went wrong. */
export async function writeIncidents(client: pg.PoolClient, episodes: readonly Episode[]): Promise<void> {
  await client.query(KEPT, [
    episodes.map(({ type }) => type),
    episodes.map(({ subject }) => subject),
    episodes.map(({ kind }) => kind),
    episodes.map(({ reason }) => codes.reason(reason)),
    episodes.map(({ detail }) => detail),
    episodes.map(({ httpStatus }) => httpStatus),
    episodes.map(({ startsAt }) => startsAt),
    episodes.map(({ endsAt }) => endsAt),
  ]);
  await client.query(INCIDENTS);
  await client.query(ALERTS);
}
