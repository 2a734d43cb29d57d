import type { ClaimedDelivery } from "@pulsecheck/db/deliveries";
import type { MonthlyReport } from "@pulsecheck/db/monthly-reports";
import { clip, oneLine } from "@pulsecheck/shared/alert-notice";
import { writeCsv } from "@pulsecheck/shared/csv";
import { UPTIME_COLUMNS, type UptimeReport, type UptimeRow } from "@pulsecheck/shared/uptime-report";
import { formatUptime } from "@pulsecheck/shared/uptime-words";
import type { Draft } from "./incident-drafts.ts";
import type { Attachment } from "./mail/mail-service.ts";
import { writeDuration } from "./times.ts";

/** So many of the least available monitors are named, and so many tags; all are attached. */
const LEAST_AVAILABLE = 10;
const TAGS_AT_MOST = 20;
const MONTH = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
const DAY_MS = 86_400_000;

type Context = { publicUrl: string; workspaceName: string };
type Figures = UptimeReport["total"];

/**
 * What there is to say of a month.
 * @param report null where there are too many monitors for one: then the mail only leads to it
 */
export function draftMonthlyReport(
  { workspacePublicId, month }: NonNullable<ClaimedDelivery["report"]>,
  report: MonthlyReport | null,
  { publicUrl, workspaceName }: Context,
): Draft {
  const start = new Date(`${month}-01T00:00:00Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) - DAY_MS);
  const named = MONTH.format(start);
  const days = `from=${month}-01&to=${end.toISOString().slice(0, 10)}`;
  const linkTo = (page: string, search = "") => `${publicUrl}/${page}?${search}workspace=${workspacePublicId}`;
  return {
    subject: `Uptime of ${clip(oneLine(workspaceName), 100)} in ${named}`,
    heading: `${workspaceName} in ${named}`,
    lines:
      report === null
        ? []
        : [
            ...totalLines(report.byMonitor),
            ...tagLines(report.byTag, (tag) => linkTo("report", `${days}&tag=${encodeURIComponent(tag)}&`)),
            ...leastAvailable(report.byMonitor, (id) => linkTo(`monitors/${id}`)),
          ],
    link: { href: linkTo("report", `${days}&`), label: "Look at the report" },
    footer:
      "You asked for this mail: it comes on the first of each month. To end it, untick it below the report. " +
      "Months are those of UTC, and maintenance is in no figure.",
    attachments: report === null ? [] : attach(report, month),
  };
}

/** The report whole: each monitor, and each tag where there are some. */
function attach({ byMonitor, byTag }: MonthlyReport, month: string): Attachment[] {
  return [byMonitor, byTag]
    .filter(({ rows }) => rows.length > 0)
    .map(({ by, rows }) => ({
      name: `uptime-${month}-by-${by}.csv`,
      type: "text/csv",
      text: writeCsv(UPTIME_COLUMNS, rows),
    }));
}

function totalLines({ total, rows }: UptimeReport): Draft["lines"] {
  const { uptime_ratio: ratio, incidents, downtime_ms: downtimeMs, mean_time_to_recovery_ms: recoveryMs } = total;
  const latencies = writeLatencies(total);
  return [
    { label: "Monitors", value: `${rows.length}` },
    { label: "Uptime", value: formatUptime(ratio) },
    { label: "Outages", value: `${incidents}` },
    { label: "Downtime", value: downtimeMs === 0 ? "none" : writeDuration(downtimeMs) },
    ...(recoveryMs === null ? [] : [{ label: "Mean time to recovery", value: writeDuration(recoveryMs) }]),
    ...latencies.map((value) => ({ label: "Latency", value })),
  ];
}

/** Each tag leads to the report of what carries it. */
function tagLines({ rows }: UptimeReport, linkTo: (tag: string) => string): Draft["lines"] {
  const lines = rows
    .slice(0, TAGS_AT_MOST)
    .map((row) => ({ label: `Tag ${oneLine(row.name)}`, value: describe(row), href: linkTo(row.id) }));
  const more = rows.length - lines.length;
  return more === 0 ? lines : [...lines, { label: "And", value: more === 1 ? "1 more tag" : `${more} more tags` }];
}

/** Those that were not available all the time, the worst first; each leads to its page. */
function leastAvailable({ rows }: UptimeReport, linkTo: (id: string) => string): Draft["lines"] {
  return rows
    .filter(({ uptime_ratio: ratio, incidents }) => (ratio !== null && ratio < 1) || incidents > 0)
    .slice(0, LEAST_AVAILABLE)
    .map((row: UptimeRow) => ({
      label: clip(oneLine(row.name), 100),
      value: describe(row),
      href: linkTo(row.id),
    }));
}

function describe(figures: Figures): string {
  const { uptime_ratio: ratio, incidents, downtime_ms: downtimeMs, mean_time_to_recovery_ms: recoveryMs } = figures;
  const outages = incidents === 0 ? [] : [incidents === 1 ? "1 outage" : `${incidents} outages`];
  const down = downtimeMs === 0 ? [] : [`${writeDuration(downtimeMs)} down`];
  const recovery = recoveryMs === null ? [] : [`${writeDuration(recoveryMs)} to recover`];
  return [formatUptime(ratio), ...outages, ...down, ...recovery, ...writeLatencies(figures)].join(", ");
}

/** Such as "p50 80 ms, p95 120 ms, p99 300 ms"; nothing where none was measured. */
function writeLatencies({ p50_ms: p50, p95_ms: p95, p99_ms: p99 }: Figures): string[] {
  if (p50 === null || p95 === null || p99 === null) return [];
  const [low, high, highest] = [p50, p95, p99].map((ms) => `${Math.round(ms)} ms`);
  return [`p50 ${low}, p95 ${high}, p99 ${highest}`];
}
