import {
  alignRange,
  ANALYSED,
  ANALYSED_TOGETHER,
  FiguresSum,
  usualBucket,
  type Analysed,
  type Analytics,
  type AnalyticsBucket,
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
type Group = { id: string; name: string; unit: string | null; keys: number[] };
type WholeBucket = Exclude<AnalyticsBucket, "none">;

/**
 * How much, how often and how large over a range, whole, by bucket and by category, from the rollups. Refuses (400)
 * more than 10,000 things and more than 400 buckets, and (404) a thing that is not in this workspace.
 */
export async function analyse(scope: Scope, of: Analysed, query: AnalyticsQuery): Promise<Analytics> {
  const things = await readThings(scope, of, query);
  const rolled = await readRolledUntil(scope);
  const asked = { from: query.from.getTime(), to: query.to.getTime() };
  const bucket = query.bucket ?? usualBucket(asked.from, asked.to);
  const range = alignRange(asked, rolled);
  requireFewBuckets(range, bucket);
  const read = (what: Parameters<typeof sumUp>[2]) => sumUp(scope, of, what, rolled);
  const keys = things.map(({ key }) => key);
  const groups = groupThings(things, query.by);
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
    unit: commonUnit(of, things),
    total: viewTotal(of, total, range, bucket),
    groups_in_all: shown.length,
    groups: shown.slice(0, query.limit).map(({ group: { id, name, unit }, i, sum }, rank) => ({
      id,
      name,
      unit,
      ...sum.view(of),
      previous: wholesBefore === null ? null : wholeOf(wholesBefore, i).view(of),
      buckets: viewBuckets(of, lines?.get(rank), range, bucket),
    })),
    previous: totalBefore === null ? null : { ...iso(before), ...viewTotal(of, totalBefore, before, bucket) },
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
  if (by !== "tag" && by !== "location") return things.map(({ key, ...thing }) => ({ ...thing, keys: [key] }));
  const groups = new Map<string, Thing[]>();
  for (const thing of things)
    for (const category of by === "tag" ? thing.tags : [thing.location])
      groups.set(category, [...(groups.get(category) ?? []), thing]);
  return [...groups].map(([category, members]) => ({
    id: category,
    name: category,
    unit: oneOf(members.map(({ unit }) => unit)),
    keys: members.map(({ key }) => key),
  }));
}

function commonUnit(of: Analysed, things: readonly Thing[]): string | null {
  return ANALYSED[of].unit ?? oneOf(things.map(({ unit }) => unit));
}

/** What all of them are; null where they differ, or are none. */
function oneOf(values: readonly (string | null)[]): string | null {
  return new Set(values).size === 1 ? (values[0] ?? null) : null;
}

function requireFewBuckets({ from, to }: RangeMs, bucket: AnalyticsBucket): void {
  const width = PERIODS.find(({ unit }) => unit === bucket)?.ms ?? Infinity;
  if ((to - from) / width > ANALYSED_TOGETHER.buckets)
    throw refuseField("bucket", `must be wider: these would be more than ${ANALYSED_TOGETHER.buckets}`);
}

function viewTotal(of: Analysed, sums: Sums, range: RangeMs, bucket: AnalyticsBucket) {
  const group = sums.get(0);
  const total = new FiguresSum();
  for (const sum of group?.values() ?? []) total.merge(sum);
  return { ...total.view(of), buckets: viewBuckets(of, group, range, bucket) };
}

/** In their order, cut to the range; those in which nothing was measured are left out. */
function viewBuckets(
  of: Analysed,
  group: ReadonlyMap<number, FiguresSum> | undefined,
  range: RangeMs,
  bucket: AnalyticsBucket,
) {
  if (bucket === "none" || group === undefined) return [];
  return [...group]
    .toSorted((a, b) => a[0] - b[0])
    .map(([at, sum]) => ({
      ...iso({ from: Math.max(at, range.from), to: Math.min(endOf(at, bucket), range.to) }),
      ...sum.view(of),
    }));
}

function endOf(at: number, bucket: WholeBucket): number {
  const period = PERIODS.find(({ unit }) => unit === bucket) ?? PERIODS[0];
  return startOfPeriod(at, period) + period.ms;
}

function iso({ from, to }: RangeMs) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
