import {
  alignRange,
  ANALYSED,
  ANALYSED_TOGETHER,
  FiguresSum,
  hasHours,
  usualBucket,
  withoutValues,
  type Analysed,
  type Analytics,
  type AnalyticsBucket,
  type Figures,
} from "@pulsecheck/shared/analytics";
import { refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import { ALL, sumUp, type RangeMs, type Sums } from "./figure-sums.ts";
import { readRolledUntil } from "./measured.ts";
import { PERIODS, startOfPeriod } from "./rollup-periods.ts";
import type { Scope } from "./scope.ts";

export type AnalyticsQuery = {
  from: Date;
  to: Date;
  by: string;
  bucket?: AnalyticsBucket | undefined;
  compare: boolean;
  limit: number;
  tag?: string | undefined;
  id?: string | undefined;
  location?: string | undefined;
};

/** A monitor, device or sensor as far as groups are made of it; `key` is its inner one. */
type Thing = { key: number; id: string; name: string; tags: string[]; location: string; unit: string | null };
type Group = { id: string; name: string; units: Set<string | null>; keys: number[] };
/** How figures are told. */
type View = (sum: FiguresSum) => Figures;
type WholeBucket = Exclude<AnalyticsBucket, "none">;

/**
 * How much, how often and how large over a range, whole, by bucket and by category, from the rollups. Refuses (400)
 * more than 10,000 things and more than 400 buckets, and (404) a thing that is not in this workspace.
 */
export async function analyse(scope: Scope, of: Analysed, query: AnalyticsQuery): Promise<Analytics> {
  const things = await readThings(scope, of, query);
  const rolled = await readRolledUntil(scope);
  const asked = { from: query.from.getTime(), to: query.to.getTime() };
  const isByHour = hasHours(query.compare ? 2 * asked.from - asked.to : asked.from, rolled);
  const bucket = query.bucket ?? usualBucket(asked, isByHour);
  if (bucket === "hour" && !isByHour) throw refuseField("bucket", "must be wider: no hours are kept of so long ago");
  const range = alignRange(asked, rolled, isByHour);
  requireFewBuckets(range, bucket);
  const read = (what: Parameters<typeof sumUp>[2]) => sumUp(scope, of, what, rolled);
  const keys = things.map(({ key }) => key);
  const groups = groupThings(things, query.by);
  const units = unitsOf(things);
  const before = { from: range.from - (range.to - range.from), to: range.from };

  const [total, wholes, totalBefore, wholesBefore] = await Promise.all([
    read({ range, bucket, groups: [keys] }),
    read({ range, bucket: "none", groups: groups.map((group) => group.keys) }),
    query.compare ? read({ range: before, bucket, groups: [keys] }) : null,
    query.compare ? read({ range: before, bucket: "none", groups: groups.map((group) => group.keys) }) : null,
  ]);
  const wholeOf = (sums: Sums | null, i: number) => sums?.get(i)?.get(ALL) ?? new FiguresSum();
  const shown = groups
    .map((group, i) => ({ group, i, sum: wholeOf(wholes, i) }))
    .filter(({ sum }) => sum.count + sum.checks > 0)
    .toSorted((a, b) => b.sum.count - a.sum.count || a.group.name.localeCompare(b.group.name));
  const charted = shown.slice(0, Math.min(query.limit, ANALYSED_TOGETHER.groupsWithBuckets));
  const lines =
    bucket === "none" ? null : await read({ range, bucket, groups: charted.map(({ group }) => group.keys) });
  return {
    ...iso(range),
    of,
    by: query.by,
    bucket,
    unit: unitOf(of, units),
    total: viewTotal(viewIn(of, units), total, range, bucket),
    groups_in_all: shown.length,
    groups: shown.slice(0, query.limit).map(({ group, i, sum }, rank) => {
      const view = viewIn(of, group.units);
      return {
        id: group.id,
        name: group.name,
        unit: unitOf(of, group.units),
        ...view(sum),
        previous: wholesBefore === null ? null : view(wholeOf(wholesBefore, i)),
        buckets: viewBuckets(view, lines?.get(rank), range, bucket),
      };
    }),
    previous:
      totalBefore === null ? null : { ...iso(before), ...viewTotal(viewIn(of, units), totalBefore, before, bucket) },
  };
}

const DEVICES =
  "SELECT id AS key, device_id AS id, name, tags, location, NULL AS unit FROM devices WHERE workspace_id = $1";
/** SQL: the things of a workspace ($1). How long a cron job ran is no latency: it counts where it is asked for ($3). */
const SUBJECTS: Record<Analysed, { noun: string; sql: string }> = {
  latency: {
    noun: "monitor",
    sql: `SELECT id AS key, public_id::text AS id, name, tags, '' AS location, NULL AS unit FROM monitors
      WHERE workspace_id = $1 AND (kind = 'http' OR public_id::text = $3)`,
  },
  readings: {
    noun: "sensor",
    sql: "SELECT id AS key, sensor_id AS id, name, tags, location, unit FROM sensors WHERE workspace_id = $1",
  },
  battery: { noun: "device", sql: DEVICES },
  signal: { noun: "device", sql: DEVICES },
};

async function readThings(
  { db, workspaceId }: Scope,
  of: Analysed,
  { tag, id, location }: AnalyticsQuery,
): Promise<Thing[]> {
  const { noun, sql } = SUBJECTS[of];
  const { rows } = await db.pool.query<Thing>(
    `SELECT * FROM (${sql}) AS things
     WHERE ($2::text IS NULL OR tags @> ARRAY[$2]) AND ($3::text IS NULL OR id = $3) AND ($4::text IS NULL OR location = $4)
     ORDER BY key LIMIT ${ANALYSED_TOGETHER.things + 1}`,
    [workspaceId, tag ?? null, id ?? null, location ?? null],
  );
  if (id !== undefined && rows.length === 0) throw refuseMissing(noun);
  if (rows.length > ANALYSED_TOGETHER.things)
    throw refuseField("tag", `must be named: these are more than ${ANALYSED_TOGETHER.things} ${noun}s`);
  return rows;
}

function groupThings(things: readonly Thing[], by: string): Group[] {
  if (by === "none") return [];
  if (by !== "tag" && by !== "location")
    return things.map(({ id, name, unit, key }) => ({ id, name, units: new Set([unit]), keys: [key] }));
  const groups = new Map<string, Thing[]>();
  for (const thing of things)
    for (const category of by === "tag" ? thing.tags : [thing.location])
      groups.set(category, [...(groups.get(category) ?? []), thing]);
  return [...groups].map(([category, members]) => ({
    id: category,
    name: category,
    units: unitsOf(members),
    keys: members.map(({ key }) => key),
  }));
}

function unitsOf(things: readonly Thing[]): Group["units"] {
  return new Set(things.map(({ unit }) => unit));
}

/** The unit of all of them; null where they have several, or none. */
function unitOf(of: Analysed, units: Group["units"]): string | null {
  return ANALYSED[of].unit ?? (units.size === 1 ? ([...units][0] ?? null) : null);
}

/** Degrees and percent have no mean: of what is measured in several units it is told how much there is. */
function viewIn(of: Analysed, units: Group["units"]): View {
  return (sum) => (units.size > 1 ? withoutValues(sum.view(of)) : sum.view(of));
}

function requireFewBuckets({ from, to }: RangeMs, bucket: AnalyticsBucket): void {
  const width = PERIODS.find(({ unit }) => unit === bucket)?.ms ?? Infinity;
  if ((to - from) / width > ANALYSED_TOGETHER.buckets)
    throw refuseField("bucket", `must be wider: these would be more than ${ANALYSED_TOGETHER.buckets}`);
}

function viewTotal(view: View, sums: Sums, range: RangeMs, bucket: AnalyticsBucket) {
  const group = sums.get(0);
  const total = new FiguresSum();
  for (const sum of group?.values() ?? []) total.merge(sum);
  return { ...view(total), buckets: viewBuckets(view, group, range, bucket) };
}

/** In their order, cut to the range; those in which nothing was measured are left out. */
function viewBuckets(
  view: View,
  group: ReadonlyMap<number, FiguresSum> | undefined,
  range: RangeMs,
  bucket: AnalyticsBucket,
) {
  if (bucket === "none" || group === undefined) return [];
  return [...group]
    .toSorted((a, b) => a[0] - b[0])
    .map(([at, sum]) => ({
      ...iso({ from: Math.max(at, range.from), to: Math.min(endOf(at, bucket), range.to) }),
      ...view(sum),
    }));
}

function endOf(at: number, bucket: WholeBucket): number {
  const period = PERIODS.find(({ unit }) => unit === bucket) ?? PERIODS[0];
  return startOfPeriod(at, period) + period.ms;
}

function iso({ from, to }: RangeMs) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
