import { secretOutlineSchema, type MonitorView } from "@pulsecheck/shared/monitor";
import { words } from "./check-view.ts";
import type { CronJob, Monitor, MonitorState } from "./generated/client.ts";

export type MonitorRow = Monitor & { state: MonitorState | null; cronJob: CronJob | null };

const NO_SECRETS = { headers: null, body: null, auth: null };

/** A monitor as the API shows it: its secrets by name only. */
export function viewMonitor(row: MonitorRow): MonitorView {
  const { state, cronJob } = row;
  const secrets = row.secretOutline === null ? NO_SECRETS : secretOutlineSchema.parse(row.secretOutline);
  return {
    id: row.publicId,
    external_key: row.externalKey,
    kind: row.kind,
    name: row.name,
    url: row.url,
    interval: row.intervalS,
    status: state?.status ?? "UNKNOWN",
    status_since: iso(state?.statusSince),
    is_active: row.isActive,
    in_maintenance_until: whileAhead(state?.maintenanceUntil),
    last_latency_ms: state?.lastLatencyMs ?? null,
    last_checked_at: iso(state?.lastCheckedAt),
    last_reason: words.reason(state?.lastReason ?? null),
    last_alert_sent_at: iso(state?.lastAlertSentAt),
    next_check_at: iso(state?.scheduledAt ?? state?.nextCheckAt),
    method: row.method as MonitorView["method"],
    ...secrets,
    expected_status: row.expectedStatus,
    keyword: row.keyword,
    keyword_absent: row.keywordAbsent,
    timeout_ms: row.timeoutMs,
    follow_redirects: row.followRedirects,
    max_redirects: row.maxRedirects,
    verify_tls: row.verifyTls,
    failure_threshold: row.failureThreshold,
    ping_id: cronJob?.pingId ?? null,
    schedule: cronJob?.schedule ?? null,
    time_zone: cronJob?.timeZone ?? null,
    grace_s: cronJob?.graceS ?? null,
    longest_run_s: cronJob?.longestRunS ?? null,
    last_ping_at: iso(cronJob?.lastPingAt),
    tags: row.tags,
    notes: row.notes,
    alerts_on_anomaly: row.alertsOnAnomaly,
    user_id: row.createdById,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** What has passed is over, also where nobody was told yet. */
export function whileAhead(until: Date | null | undefined): string | null {
  return until && until > new Date() ? until.toISOString() : null;
}

function iso(date: Date | null | undefined): string | null {
  return date?.toISOString() ?? null;
}
