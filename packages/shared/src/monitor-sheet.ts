import type { MonitorView } from "./monitor.ts";
import { fields, times, type Column } from "./sheet.ts";

/** A monitor's settings, as they are exported and imported. What is secret is in neither. */
export const MONITOR_SETTINGS: readonly Column<MonitorView>[] = [
  ...fields("name", "kind"),
  { name: "url", of: ({ kind, url }) => (kind === "cron" ? null : url) },
  ...fields("interval", "method"),
  { name: "expected_status", of: ({ expected_status }) => expected_status.join(" ") },
  ...fields("keyword", "keyword_absent", "timeout_ms", "follow_redirects", "max_redirects", "verify_tls"),
  ...fields("failure_threshold", "schedule", "time_zone", "grace_s", "longest_run_s"),
  { name: "tags", of: ({ tags }) => tags.join("; ") },
  ...fields("notes", "is_active", "alerts_on_anomaly"),
];

/** What an export tells besides, and an import passes over. */
export const MONITOR_FACTS: readonly Column<MonitorView>[] = [
  ...fields("id", "status"),
  ...times("status_since", "last_checked_at"),
  ...fields("last_latency_ms", "last_reason"),
  ...times("created_at", "updated_at"),
];
