import type { Analytics } from "@pulsecheck/shared/analytics";
import type { Line, Picture } from "../../components/ui/series-chart.tsx";
import { withGaps, type Bucket } from "./analytics-lines.ts";

export type Group = Analytics["groups"][number];
/** What is drawn in one chart: groups of one unit. */
export type Charted = { unit: string | null; groups: readonly Group[] };

const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4"] as const;
/** Beyond the colours lines are told apart by these: together as many as groups have buckets. */
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 4]];

/** The groups that have something to draw, by their units: degrees and percent share no axis. */
export function chartGroups({ groups }: Pick<Analytics, "groups">): Charted[] {
  const drawn = groups.filter(({ buckets }) => buckets.some(({ avg }) => avg !== null));
  return [...Map.groupBy(drawn, ({ unit }) => unit)].map(([unit, of]) => ({ unit, groups: of }));
}

/** What a group is called. */
export function nameOf({ name }: Pick<Group, "name">): string {
  return name === "" ? "Nowhere in particular" : name;
}

/** A line for each group. */
export function linesOfGroups(groups: readonly Group[]): Line[] {
  return groups.map((group, i) => ({
    label: nameOf(group),
    colour: COLOURS[i % COLOURS.length] ?? COLOURS[0],
    dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length] ?? [],
  }));
}

/** One moment of the chart: each group's bucket, where it has one. */
export type GroupPoint = { at: number; from: string | null; buckets: (Bucket | undefined)[] };

/** The buckets of all groups in the order of time; where none has any the lines break. */
export function listGroupPoints(groups: readonly Group[]): GroupPoint[] {
  const known = new Map(groups.flatMap(({ buckets }) => buckets.map((bucket) => [bucket.from, bucket] as const)));
  const owns = groups.map(({ buckets }) => new Map(buckets.map((bucket) => [bucket.from, bucket])));
  return withGaps([...known.values()].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))).map(
    ({ at, bucket }) => ({
      at,
      from: bucket?.from ?? null,
      buckets: owns.map((own) => (bucket === null ? undefined : own.get(bucket.from))),
    }),
  );
}

/** The average of each group over the range. */
export function drawGroups({ from, to }: Analytics, groups: readonly Group[], points: readonly GroupPoint[]): Picture {
  return {
    span: { from: Date.parse(from), to: Date.parse(to) },
    at: points.map(({ at }) => at),
    rows: groups.map((_, i) => points.map(({ buckets }) => buckets[i]?.avg ?? null)),
  };
}
