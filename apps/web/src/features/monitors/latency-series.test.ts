import type { CheckView } from "@pulsecheck/shared/check";
import { assembleStats, type Measured } from "@pulsecheck/shared/uptime";
import { expect, test } from "vitest";
import { listSlots, listValues, slowestOf, withDots, type Slot } from "./latency-series.ts";

const FROM = Date.parse("2026-11-21T09:00:00Z");
const MINUTE_MS = 60_000;
const NO_PHASE = { sumMs: 0, checks: 0 };

/** The last hour of a monitor with one good check in each of these minutes. */
function hourOf(minutes: readonly number[]) {
  const to = new Date(FROM + 60 * MINUTE_MS);
  const measured = minutes.map((minute): Measured => ({
    at: new Date(FROM + minute * MINUTE_MS),
    checks: 1,
    failures: 0,
    inconclusive: 0,
    latencySumMs: 100,
    latencyMinMs: 100,
    latencyMaxMs: 100,
    histogram: new Map(),
    phases: { dns: NO_PHASE, connect: { sumMs: 20, checks: 1 }, tls: NO_PHASE, first_byte: { sumMs: 70, checks: 1 } },
  }));
  return assembleStats({ from: new Date(FROM), to, now: to }, measured, []);
}

const shapeOf = (slots: readonly Slot[]) => slots.map(({ bucket }) => (bucket === null ? "gap" : "bucket"));

test.each([
  ["every minute", 60, [0, 1, 2], ["bucket", "bucket", "bucket"]],
  ["every minute, one late", 60, [0, 2], ["bucket", "bucket"]],
  ["every minute, and none for a while", 60, [0, 1, 5], ["bucket", "bucket", "gap", "bucket"]],
  ["every ten minutes", 600, [0, 10, 20], ["bucket", "bucket", "bucket"]],
  ["every ten minutes, and none for half an hour", 600, [0, 30], ["bucket", "gap", "bucket"]],
])("checked %s", (_, intervalS, minutes, shape) => {
  expect(shapeOf(listSlots(hourOf(minutes), intervalS * 1_000))).toEqual(shape);
});

test("a bucket stands in the middle of what is shown of it, a gap between its neighbours", () => {
  const stats = { ...hourOf([0, 4]), from: new Date(FROM + 30_000).toISOString() };
  const places = listSlots(stats, MINUTE_MS).map(({ at }) => (at - FROM) / 1_000);
  expect(places).toEqual([45, 150, 270]);
});

test("phases stand on each other, what was not needed takes no room, and a gap is a gap in all of them", () => {
  const rows = listValues(listSlots(hourOf([0, 9]), MINUTE_MS), "phases");
  expect(rows).toEqual([
    [0, null, 0],
    [20, null, 20],
    [20, null, 20],
    [90, null, 90],
  ]);
});

const slowAt = (minute: number, latencyMs: number) =>
  ({ checked_at: new Date(FROM + minute * MINUTE_MS).toISOString(), latency_ms: latencyMs }) as CheckView;

test("an unusual check stands among the buckets, breaks no line, and is told where one points at its bucket", () => {
  const { buckets, ...stats } = hourOf([0, 1, 2]);
  const unusual = [slowAt(1.9, 700), slowAt(1.1, 900)];
  const slots = withDots(listSlots({ ...stats, buckets }, MINUTE_MS), unusual);
  expect(slots.map(({ unusual: check }) => check?.latency_ms ?? null)).toEqual([null, 900, null, 700, null]);
  for (const view of ["percentiles", "phases"] as const)
    for (const row of listValues(slots, view)) expect([row[1], row[3]]).toEqual([undefined, undefined]);
  expect(buckets.map((bucket) => slowestOf(bucket, unusual)?.latency_ms)).toEqual([undefined, 900, undefined]);
});
