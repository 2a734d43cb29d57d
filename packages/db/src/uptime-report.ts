import { alignRange, ANALYSED_TOGETHER, FiguresSum } from "@pulsecheck/shared/analytics";
import { refuseField } from "@pulsecheck/shared/refusal";
import { downtimeMs, type Outage } from "@pulsecheck/shared/uptime";
import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { ALL, sumUp } from "./figure-sums.ts";
import { readOutages, readRolledUntil } from "./measured.ts";
import type { Scope } from "./scope.ts";

export type UptimeReportQuery = { from: Date; to: Date; by: "monitor" | "tag"; tag?: string | undefined };

type MonitorKey = { key: number; id: string; name: string; tags: string[] };
type Group = { id: string; name: string; keys: number[] };

/**
 * How available the monitors of a workspace were, each or by tag, over a range that is aligned as that of analytics is.
 * Refuses (400) more than 10,000 monitors.
 */
export async function reportUptime(scope: Scope, query: UptimeReportQuery, now: Date): Promise<UptimeReport> {
  const monitors = await readMonitors(scope, query.tag);
  const rolled = await readRolledUntil(scope);
  const range = alignRange({ from: query.from.getTime(), to: query.to.getTime() }, rolled);
  const keys = monitors.map(({ key }) => key);
  const groups = query.by === "monitor" ? monitors.map((one) => ({ ...one, keys: [one.key] })) : byTag(monitors);
  const span = { from: new Date(range.from), to: new Date(range.to), now };
  const [sums, outages] = await Promise.all([
    sumUp(scope, "latency", { range, bucket: "none", groups: [keys, ...groups.map((group) => group.keys)] }, rolled),
    readOutages(scope, keys, span.from, span.to),
  ]);
  const outagesOf = Map.groupBy(outages, ({ monitorId }) => monitorId);
  const figuresOf = (group: number, members: readonly number[]) =>
    view(
      sums.get(group)?.get(ALL) ?? new FiguresSum(),
      members.map((key) => outagesOf.get(key) ?? []),
      span,
    );
  return {
    from: span.from.toISOString(),
    to: span.to.toISOString(),
    by: query.by,
    total: figuresOf(0, keys),
    rows: groups
      .map(({ id, name, keys: members }, i) => ({ id, name, ...figuresOf(i + 1, members) }))
      .toSorted((a, b) => (a.uptime_ratio ?? 2) - (b.uptime_ratio ?? 2) || a.name.localeCompare(b.name)),
  };
}

async function readMonitors({ db, workspaceId }: Scope, tag: string | undefined): Promise<MonitorKey[]> {
  const { rows } = await db.pool.query<MonitorKey>(
    `SELECT id AS key, public_id AS id, name, tags FROM monitors
     WHERE workspace_id = $1 AND ($2::text IS NULL OR tags @> ARRAY[$2]) ORDER BY id LIMIT ${ANALYSED_TOGETHER.things + 1}`,
    [workspaceId, tag ?? null],
  );
  if (rows.length > ANALYSED_TOGETHER.things)
    throw refuseField("tag", `must be named: these are more than ${ANALYSED_TOGETHER.things} monitors`);
  return rows;
}

function byTag(monitors: readonly MonitorKey[]): Group[] {
  const members = Map.groupBy(
    monitors.flatMap(({ key, tags }) => tags.map((tag) => ({ key, tag }))),
    ({ tag }) => tag,
  );
  return [...members].map(([tag, of]) => ({ id: tag, name: tag, keys: of.map(({ key }) => key) }));
}

function view(
  sum: FiguresSum,
  outagesOfEach: readonly (readonly Outage[])[],
  { from, to, now }: { from: Date; to: Date; now: Date },
) {
  const { uptime_ratio, p50, p95, p99 } = sum.view("latency");
  const outages = outagesOfEach.flat();
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
