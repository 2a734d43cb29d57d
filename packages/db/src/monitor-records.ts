import { Prisma } from "./generated/client.ts";

const WRITTEN = `external_key, name, url, method, interval_s, timeout_ms, expected_status, keyword, keyword_absent, follow_redirects,
  max_redirects, verify_tls, failure_threshold, tags, notes, is_active, alerts_on_anomaly`;
/** The columns of a monitor that its settings stand in, but for its secrets. */
export const SETTING_COLUMNS = WRITTEN.split(/,\s+/);

/** SQL: the rows, as `t`, of a JSON ($1) of what `recordOf` made, and of `more`. */
export const recordset = (more = "") => `
  json_to_recordset($1::json) AS t(id int, public_id uuid, external_key text, kind monitor_kind, name text, url text, method text,
    interval_s int, timeout_ms int, expected_status text[], keyword text, keyword_absent text, follow_redirects boolean,
    max_redirects int, verify_tls boolean, failure_threshold int, tags text[], notes text, is_active boolean,
    alerts_on_anomaly boolean, has_secrets boolean, secrets text, secret_outline jsonb, n int,
    ping_id uuid, schedule text, time_zone text, grace_s int, longest_run_s int${more})`;

export type Secrets = { secrets?: Uint8Array | null; secretOutline?: unknown };

/** A monitor's settings, in the words of the API, as one row for statements that write many. Without `secrets` those that are there stay. */
export function recordOf<Settings extends { interval?: number | undefined }>(
  settings: Settings,
  { secrets, secretOutline }: Secrets,
) {
  const { interval, ...same } = settings;
  return {
    ...same,
    interval_s: interval,
    has_secrets: secrets !== undefined,
    secrets: secrets ? Buffer.from(secrets).toString("base64") : null,
    secret_outline: outlineOf(secretOutline),
  };
}

/** What Prisma would write, as JSON has it. */
export function outlineOf(secretOutline: unknown): unknown {
  return secretOutline === Prisma.DbNull ? null : secretOutline;
}
