import { alignRange, ANALYSED_TOGETHER, FiguresSum } from "@pulsecheck/shared/analytics";
import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { refuseField } from "@pulsecheck/shared/refusal";
import { downtimeMs, type Outage } from "@pulsecheck/shared/uptime";
import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { ALL, sumUp } from "./figure-sums.ts";
import { readOutages, readRolledUntil } from "./measured.ts";
import type { Scope } from "./scope.ts";

export type UptimeReportQuery = { from: Date; to: Date; by: "monitor" | "tag"; tag?: string | undefined };

type MonitorKey = { key: number; id: string; name: string; tags: string[]; kind: MonitorKind };
/** `timed`: whose latencies are told together. How long a cron job ran is none, except its own. */
type Group = { id: string; name: string; keys: number[]; timed: number[] };

/**
 * How available the monitors of a workspace were, each or by tag, over a range that is aligned as that of analytics is.
 * Refuses (400) more than 10,000 monitors.
 */
export async function reportUptime(scope: Scope, query: UptimeReportQuery, now: Date): Promise<UptimeReport> {
  const monitors = await readMonitors(scope, query.tag);
  const rolled = await readRolledUntil(scope);
  const range = alignRange({ from: query.from.getTime(), to: query.to.getTime() }, rolled);
  const total = groupOf("", monitors);
  const parts = query.by === "tag" ? byTag(monitors) : monitors.map(aloneIn);
  const groups = [total, ...parts];
  const span = { from: new Date(range.from), to: new Date(range.to), now };
  const read = (keysOf: (group: Group) => number[]) =>
    sumUp(scope, "latency", { range, bucket: "none", groups: groups.map(keysOf) }, rolled);
  const [counted, timed, outages] = await Promise.all([
    read(({ keys }) => keys),
    read((group) => group.timed),
    readOutages(scope, total.keys, span.from, span.to),
  ]);
  const outagesOf = Map.groupBy(outages, ({ monitorId }) => monitorId);
  const figuresOf = ({ keys }: Group, i: number) =>
    view(
      counted.get(i)?.get(ALL) ?? new FiguresSum(),
      timed.get(i)?.get(ALL) ?? new FiguresSum(),
      keys.flatMap((key) => outagesOf.get(key) ?? []),
      span,
    );
  return {
    from: span.from.toISOString(),
    to: span.to.toISOString(),
    by: query.by,
    total: figuresOf(total, 0),
    rows: parts
      .map((part, i) => ({ id: part.id, name: part.name, ...figuresOf(part, i + 1) }))
      .toSorted((a, b) => (a.uptime_ratio ?? 2) - (b.uptime_ratio ?? 2) || a.name.localeCompare(b.name)),
  };
}

async function readMonitors({ db, workspaceId }: Scope, tag: string | undefined): Promise<MonitorKey[]> {
  const { rows } = await db.pool.query<MonitorKey>(
    `SELECT id AS key, public_id AS id, name, tags, kind FROM monitors
     WHERE workspace_id = $1 AND ($2::text IS NULL OR tags @> ARRAY[$2]) ORDER BY id LIMIT ${ANALYSED_TOGETHER.things + 1}`,
    [workspaceId, tag ?? null],
  );
  if (rows.length > ANALYSED_TOGETHER.things)
    throw refuseField("tag", `must be named: these are more than ${ANALYSED_TOGETHER.things} monitors`);
  return rows;
}

function aloneIn({ key, id, name }: MonitorKey): Group {
  return { id, name, keys: [key], timed: [key] };
}

function groupOf(name: string, members: readonly MonitorKey[]): Group {
  const timed = members.filter(({ kind }) => kind === "http");
  return { id: name, name, keys: members.map(({ key }) => key), timed: timed.map(({ key }) => key) };
}

function byTag(monitors: readonly MonitorKey[]): Group[] {
  const tagged = monitors.flatMap((monitor) => monitor.tags.map((tag) => ({ tag, monitor })));
  const members = Map.groupBy(tagged, ({ tag }) => tag);
  return [...members].map(([tag, of]) =>
    groupOf(
      tag,
      of.map(({ monitor }) => monitor),
    ),
  );
}

function view(
  sum: FiguresSum,
  timed: FiguresSum,
  outages: readonly Outage[],
  { from, to, now }: { from: Date; to: Date; now: Date },
) {
  const { uptime_ratio } = sum.view("latency");
  const { p50, p95, p99 } = timed.view("latency");
  const recoveries = outages.flatMap(({ startedAt, endedAt }) =>
    endedAt !== null && endedAt <= to ? [endedAt.getTime() - startedAt.getTime()] : [],
  );
  const lasted = recoveries.reduce((total, ms) => total + ms, 0);
  return {
    uptime_ratio,
    checks: sum.checks,
    failures: sum.failures,
    downtime_ms: downtimeMs(outages, from, to, now),
    incidents: outages.length,
    mean_time_to_recovery_ms: recoveries.length === 0 ? null : Math.round(lasted / recoveries.length),
    p50_ms: p50,
    p95_ms: p95,
    p99_ms: p99,
  };
}
