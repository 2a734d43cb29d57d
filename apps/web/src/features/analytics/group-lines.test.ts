import { ANALYSED_TOGETHER } from "@pulsecheck/shared/analytics";
import { expect, test } from "vitest";
import { chartGroups, drawGroups, linesOfGroups, listGroupPoints, type Group } from "./group-lines.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
const figures = { count: 1, min: 1, max: 9, p50: 5, p95: 8, p99: 9, uptime_ratio: null, anomalies: 0 };
const groupOf = (id: string, averages: Record<number, number | null>, unit: string | null = "ms"): Group => ({
  ...figures,
  id,
  name: id,
  unit,
  avg: 5,
  previous: null,
  buckets: Object.entries(averages).map(([hour, avg]) => ({
    ...figures,
    avg,
    from: at(Number(hour)),
    to: at(Number(hour) + 1),
  })),
});

test("each group has a line of its own, which breaks where it has no value and where none has any", () => {
  const groups = [groupOf("eu", { 0: 1, 1: 2, 4: 3 }), groupOf("us", { 1: 5, 2: 6 })];
  const points = listGroupPoints(groups);
  const analytics = { from: at(0), to: at(5) } as Parameters<typeof drawGroups>[0];
  const { rows, at: times } = drawGroups(analytics, groups, points);
  expect(times.map((ms) => (ms - Date.parse(at(0))) / 3_600_000)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  expect(rows).toEqual([
    [1, 2, null, null, 3],
    [null, 5, 6, null, null],
  ]);
  expect(points.map(({ from }) => from)).toEqual([at(0), at(1), at(2), null, at(4)]);
});

test("groups of several units are in several charts, those without a value in none", () => {
  const groups = [
    groupOf("attic", { 0: 1 }, "°C"),
    groupOf("press", { 0: 1_000 }, "hPa"),
    groupOf("cellar", { 0: 2 }, "°C"),
    groupOf("mixed", { 0: null }, null),
    groupOf("later", {}, "°C"),
  ];
  expect(chartGroups({ groups }).map(({ unit, groups: of }) => [unit, of.map(({ id }) => id)])).toEqual([
    ["°C", ["attic", "cellar"]],
    ["hPa", ["press"]],
  ]);
});

test("as many lines as there are charted groups are told apart", () => {
  const groups = Array.from({ length: ANALYSED_TOGETHER.groupsWithBuckets }, (_, i) => groupOf(`${i}`, { 0: i }));
  const looks = linesOfGroups(groups).map(({ colour, dash }) => `${colour} ${dash?.join(" ")}`);
  expect(new Set(looks).size).toBe(groups.length);
  expect(linesOfGroups([groupOf("", { 0: 1 })])[0]?.label).toBe("Nowhere in particular");
});
