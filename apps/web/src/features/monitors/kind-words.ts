import type { MonitorKind } from "@pulsecheck/shared/monitor";
import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { formatDuration, formatLatency } from "../../lib/format.ts";

/** What a website's checks are called, a cron job's runs are called otherwise. */
type KindWords = {
  checks: string;
  failed: string;
  /** How long one took: its name, and how it is written. */
  time: string;
  formatTime(ms: number | null): string;
  waiting: string;
  none: string;
  noneFailed: string;
  noneUnusual: string;
  paused: string;
  resumed: string;
};

export const KIND_WORDS: Record<MonitorKind, KindWords> = {
  http: {
    checks: "Checks",
    failed: "Failed checks",
    time: "Latency",
    formatTime: formatLatency,
    waiting: "Checking",
    none: "Nothing has been checked yet.",
    noneFailed: "No check has failed.",
    noneUnusual: "No check was unusually slow.",
    paused: "Paused: it is not checked until you resume it",
    resumed: "Resumed: it is checked at once",
  },
  cron: {
    checks: "Runs",
    failed: "Failed or missed",
    time: "Duration",
    formatTime: (ms) => (ms === null || ms < 10_000 ? formatLatency(ms) : formatDuration(ms)),
    waiting: "Waiting",
    none: "The job has not run yet.",
    noneFailed: "No run has failed or was missed.",
    noneUnusual: "No run has taken unusually long.",
    paused: "Paused: no ping is expected until you resume it",
    resumed: "Resumed: it waits for the next ping",
  },
};

/** What the badge says instead of the status alone: nothing has come yet, or a ping is overdue. */
export function statusWordOf(row: MonitorOnBoard): string | undefined {
  if (!row.is_active) return undefined;
  if (row.status === "UNKNOWN" && row.last_checked_at === null) return KIND_WORDS[row.kind].waiting;
  return row.status === "DOWN" && row.last_reason === "late" ? "Late" : undefined;
}

/** When a cron job runs: `every 6 h`, or its cron expression. */
export function describePlan({ schedule, interval }: Pick<MonitorOnBoard, "schedule" | "interval">): string {
  return schedule ?? `every ${formatDuration(interval * 1_000)}`;
}

/** What is watched, in one line: a website's URL, a cron job's plan. */
export function describeWatched(row: Pick<MonitorOnBoard, "kind" | "url" | "schedule" | "interval">): string {
  return row.kind === "cron" ? `Cron job, ${describePlan(row)}` : row.url;
}
