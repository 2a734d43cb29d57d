import type { CheckView } from "@pulsecheck/shared/check";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { RelativeTime, Time } from "../../components/ui/time.tsx";
import { formatDuration, formatLatency } from "../../lib/format.ts";
import { filterOf } from "../board/board-search.ts";
import { MaintenanceBadge } from "../maintenance/maintenance-badge.tsx";
import { describeResult } from "./check-words.ts";
import { describePlan, KIND_WORDS, statusWordOf } from "./kind-words.ts";
import { StatusBadge } from "./status-badge.tsx";

type Props = { monitor: MonitorView; lastCheck: CheckView | undefined };

/** What is watched, and how it is right now. */
export function MonitorHead({ monitor, lastCheck }: Props) {
  return (
    <section aria-label="Now" className="grid gap-4 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex flex-wrap items-center gap-x-2 text-base">
          <Status monitor={monitor} />
          {monitor.is_active && monitor.status_since !== null && (
            <span className="text-sm text-muted">
              since <Time at={monitor.status_since} /> (<RelativeTime at={monitor.status_since} />)
            </span>
          )}
        </p>
        <MaintenanceBadge until={monitor.in_maintenance_until} />
        <Tags tags={monitor.tags} />
      </div>
      {monitor.kind === "http" && <TargetLink monitor={monitor} />}
      {monitor.is_active && lastCheck?.ok === false && <Trouble monitor={monitor} check={lastCheck} />}
      {monitor.kind === "http" ? <Facts monitor={monitor} /> : <JobFacts monitor={monitor} />}
      {monitor.notes !== "" && <p className="max-w-prose whitespace-pre-wrap text-muted">{monitor.notes}</p>}
    </section>
  );
}

function TargetLink({ monitor }: { monitor: MonitorView }) {
  return (
    <p>
      <a href={monitor.url} target="_blank" rel="noreferrer noopener" className="font-medium text-accent underline">
        {monitor.method !== "GET" && `${monitor.method} `}
        {monitor.url}
        <ExternalLink aria-label="(opens a new tab)" className="ml-1 inline size-3.5" />
      </a>
    </p>
  );
}

function Status({ monitor }: { monitor: MonitorView }) {
  return <StatusBadge status={filterOf(monitor)} word={statusWordOf(monitor)} />;
}

/** Nothing where there are none. */
export function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
      {tags.map((tag) => (
        <li key={tag} className="rounded bg-sunken px-1.5 text-muted">
          {tag}
        </li>
      ))}
    </ul>
  );
}

function Trouble({ monitor, check }: { monitor: MonitorView; check: CheckView }) {
  const look = monitor.status === "DOWN" ? "border-down/50 bg-down-soft" : "border-warn/50 bg-warn-soft";
  return (
    <div role="status" aria-label="Last error" className={`rounded-md border p-3 ${look}`}>
      <p className="font-medium">{describeResult(check)}</p>
      {check.detail !== null && <p>{check.detail}</p>}
    </div>
  );
}

function Facts({ monitor }: { monitor: MonitorView }) {
  const { last_checked_at: last, next_check_at: next } = monitor;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
      <Fact label="Last check">{last === null ? "not yet" : <RelativeTime at={last} />}</Fact>
      <Fact label="Next check">{next === null ? "none" : <RelativeTime at={next} />}</Fact>
      <Fact label="Interval">{formatDuration(monitor.interval * 1_000)}</Fact>
      <Fact label="Latency">{formatLatency(monitor.last_latency_ms)}</Fact>
    </dl>
  );
}

function JobFacts({ monitor }: { monitor: MonitorView }) {
  const { last_ping_at: last, next_check_at: deadline, schedule, time_zone: zone, grace_s, longest_run_s } = monitor;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
      <Fact label="Last ping">{last === null ? "not yet" : <RelativeTime at={last} />}</Fact>
      <Fact label="Expected by">{deadline === null ? "not expected" : <RelativeTime at={deadline} />}</Fact>
      <Fact label="Runs">
        {describePlan(monitor)}
        {schedule !== null && <span className="font-normal text-muted"> ({zone})</span>}
      </Fact>
      <Fact label="Grace time">{formatDuration((grace_s ?? 0) * 1_000)}</Fact>
      <Fact label="Longest run">{formatDuration((longest_run_s ?? grace_s ?? 0) * 1_000)}</Fact>
      <Fact label="Last run took">{KIND_WORDS.cron.formatTime(monitor.last_latency_ms)}</Fact>
    </dl>
  );
}

/** One thing with its name, inside of a `dl`. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}
