import type { ClaimedDelivery } from "@pulsecheck/db/deliveries";
import { clip, oneLine } from "@pulsecheck/shared/alert-notice";
import type { UptimeReport, UptimeRow } from "@pulsecheck/shared/uptime-report";
import { formatUptime } from "@pulsecheck/shared/uptime-words";
import type { Draft } from "./incident-drafts.ts";
import { writeDuration } from "./times.ts";

/** So many of the least available monitors are named. */
const LEAST_AVAILABLE = 10;
const MONTH = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
const DAY_MS = 86_400_000;

type Context = { publicUrl: string; workspaceName: string };

/**
 * What there is to say of a month.
 * @param report null where there are too many monitors for one: then the mail only leads to it
 */
export function draftMonthlyReport(
  { workspacePublicId, month }: NonNullable<ClaimedDelivery["report"]>,
  report: UptimeReport | null,
  { publicUrl, workspaceName }: Context,
): Draft {
  const start = new Date(`${month}-01T00:00:00Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) - DAY_MS);
  const named = MONTH.format(start);
  const days = `from=${month}-01&to=${end.toISOString().slice(0, 10)}`;
  return {
    subject: `Uptime of ${clip(oneLine(workspaceName), 100)} in ${named}`,
    heading: `${workspaceName} in ${named}`,
    lines: report === null ? [] : [...totalLines(report), ...leastAvailable(report, publicUrl, workspacePublicId)],
    link: { href: `${publicUrl}/report?${days}&workspace=${workspacePublicId}`, label: "Look at the report" },
    footer:
      "You asked for this mail: it comes on the first of each month. To end it, untick it below the report. " +
      "Months are those of UTC, and maintenance is in no figure.",
  };
}

function totalLines({ total, rows }: UptimeReport): Draft["lines"] {
  const { uptime_ratio: ratio, incidents, downtime_ms: downtimeMs, mean_time_to_recovery_ms: recoveryMs } = total;
  return [
    { label: "Monitors", value: `${rows.length}` },
    { label: "Uptime", value: formatUptime(ratio) },
    { label: "Outages", value: `${incidents}` },
    { label: "Downtime", value: downtimeMs === 0 ? "none" : writeDuration(downtimeMs) },
    ...(recoveryMs === null ? [] : [{ label: "Mean time to recovery", value: writeDuration(recoveryMs) }]),
  ];
}

/** Those that were not available all the time, the worst first; each leads to its page. */
function leastAvailable({ rows }: UptimeReport, publicUrl: string, workspace: string): Draft["lines"] {
  return rows
    .filter(({ uptime_ratio: ratio, incidents }) => (ratio !== null && ratio < 1) || incidents > 0)
    .slice(0, LEAST_AVAILABLE)
    .map((row) => ({
      label: clip(oneLine(row.name), 100),
      value: describeRow(row),
      href: `${publicUrl}/monitors/${row.id}?workspace=${workspace}`,
    }));
}

function describeRow({ uptime_ratio: ratio, incidents, downtime_ms: downtimeMs }: UptimeRow): string {
  const outages = incidents === 0 ? [] : [incidents === 1 ? "1 outage" : `${incidents} outages`];
  const down = downtimeMs === 0 ? [] : [`${writeDuration(downtimeMs)} down`];
  return [formatUptime(ratio), ...outages, ...down].join(", ");
}
