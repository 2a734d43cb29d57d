import type { MonitorView } from "./monitor.ts";
import { fields, times, type Cell, type Column } from "./sheet.ts";

/** A monitor's settings, as they are exported and imported. What is secret is in neither. */
export const MONITOR_SETTINGS: readonly Column<MonitorView>[] = [
  ...fields("external_key", "name", "kind", "interval"),
  ...ofWebsites("url", "method"),
  { name: "expected_status", of: ({ expected_status }) => expected_status.join(" ") },
  ...ofWebsites("keyword", "keyword_absent", "timeout_ms", "follow_redirects", "max_redirects", "verify_tls"),
  ...ofWebsites("failure_threshold"),
  ...fields("schedule", "time_zone", "grace_s", "longest_run_s"),
  { name: "tags", of: ({ tags }) => joinTags(tags) },
  ...fields("notes", "is_active", "alerts_on_anomaly"),
];

/** What an export tells besides, and an import passes over. */
export const MONITOR_FACTS: readonly Column<MonitorView>[] = [
  ...fields("id", "status"),
  ...times("status_since", "last_checked_at"),
  ...fields("last_latency_ms", "last_reason"),
  ...times("created_at", "updated_at"),
];

/** Tags in one cell. What separates them may stand in one, behind a backslash. */
function joinTags(tags: readonly string[]): string {
  return tags.map((tag) => tag.replaceAll(/[\\;]/g, "\\$&")).join("; ");
}

/** Reads what `joinTags` wrote. */
export function splitTags(cell: string): string[] {
  const tags = cell.match(/(?:\\[^]|[^\\;])+/g) ?? [];
  return tags.map((tag) => tag.replaceAll(/\\([^])/g, "$1").trim()).filter((tag) => tag !== "");
}

type WebsiteField =
  | "url"
  | "method"
  | "keyword"
  | "keyword_absent"
  | "timeout_ms"
  | "follow_redirects"
  | "max_redirects"
  | "verify_tls"
  | "failure_threshold";

/** Columns that are empty in the row of a cron job, which is not asked. */
function ofWebsites(...names: readonly WebsiteField[]): Column<MonitorView>[] {
  return names.map((name) => ({ name, of: (monitor): Cell => (monitor.kind === "cron" ? null : monitor[name]) }));
}
