import { assembleGlance, startOfGlance, type Glance, type GlanceQuery } from "@pulsecheck/shared/glance";
import { cutRange, readOutages, readRolledUntil, readSegment, type Segment } from "./measured.ts";
import type { Scope } from "./scope.ts";

type CountRow = {
  monitor_id: number;
  at_ms: number;
  checks: number;
  failures: number;
  inconclusive: number;
  maintenance: number;
};
type HourRow = CountRow & { latency_sum_ms: number; timed: number };
const TIMED = "(SELECT coalesce(sum(n), 0) FROM unnest(hist_counts) n)::int AS timed";
/** Nothing but what the index of the days holds. Thousands of times are read faster as numbers. */
const COUNTS =
  "monitor_id, extract(epoch FROM bucket_at)::float8 * 1000 AS at_ms, checks, failures, inconclusive, maintenance";

/** Some monitors at a glance, in the order of the query; those that are not in this workspace are left out. */
export async function glanceAt(scope: Scope, { ids, days }: GlanceQuery, now: Date): Promise<Glance[]> {
  const [monitors, rolled] = await Promise.all([findKeys(scope, ids), readRolledUntil(scope)]);
  const keys = [...monitors.values()];
  const { daysFrom, todayFrom, hoursFrom } = startOfGlance(days, now);
  const daysTo = Math.max(daysFrom, Math.min(todayFrom, rolled.days));
  const wholeDays: Segment = { source: 24, from: daysFrom, to: daysTo };
  const rest = cutRange(Math.min(daysTo, hoursFrom), now.getTime(), { hours: rolled.hours });
  const [outages, dayRows, ...restRows] = await Promise.all([
    readOutages(scope, keys, new Date(daysFrom), now),
    readSegment<CountRow>(scope, keys, wholeDays, COUNTS),
    ...rest.map((segment) => readSegment<HourRow>(scope, keys, segment, `${COUNTS}, latency_sum_ms, ${TIMED}`)),
  ]);
  const daysOf = Map.groupBy(dayRows, (row) => row.monitor_id);
  const hoursOf = Map.groupBy(restRows.flat(), (row) => row.monitor_id);
  const outagesOf = Map.groupBy(outages, (outage) => outage.monitorId);
  return ids.flatMap((id) => {
    const key = monitors.get(id);
    if (key === undefined) return [];
    const hours = (hoursOf.get(key) ?? []).map((row) => ({
      ...counted(row),
      latencySumMs: row.latency_sum_ms,
      timed: row.timed,
    }));
    // Hours of a day that is rolled up are told for themselves and not counted again.
    const measured = [...(daysOf.get(key) ?? []).map(counted), ...hours.filter(({ at }) => at.getTime() >= daysTo)];
    return [assembleGlance(id, { days, now }, measured, hours, outagesOf.get(key) ?? [])];
  });
}

function counted({ at_ms, checks, failures, inconclusive, maintenance }: CountRow) {
  return { at: new Date(at_ms), checks, failures, inconclusive, maintenance };
}

/** The inner ids of those monitors that are in this workspace, by their public ones. */
async function findKeys({ db, workspaceId }: Scope, publicIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.pool.query<{ id: number; public_id: string }>(
    "SELECT id, public_id FROM monitors WHERE workspace_id = $1 AND public_id = ANY($2)",
    [workspaceId, publicIds],
  );
  return new Map(rows.map((row) => [row.public_id, row.id]));
}
