import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "./histogram.ts";
import { assembleStats, bucketWidthMs, downtimeMs, statsSchema, uptimeRatio, type Measured } from "./uptime.ts";

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const at = (hours: number) => new Date(T0 + hours * HOUR);

const connecting = (sumMs: number, checks: number) => ({
  dns: { sumMs: 0, checks: 0 },
  connect: { sumMs, checks },
  tls: { sumMs: 0, checks: 0 },
  first_byte: { sumMs: 0, checks: 0 },
});

function measured(hour: number, latencies: readonly number[], failures = 0, inconclusive = 0): Measured {
  return {
    at: at(hour),
    checks: latencies.length + failures + inconclusive,
    failures,
    inconclusive,
    latencySumMs: latencies.reduce((sum, ms) => sum + ms, 0),
    latencyMinMs: latencies.length > 0 ? Math.min(...latencies) : null,
    latencyMaxMs: latencies.length > 0 ? Math.max(...latencies) : null,
    histogram: new Map(latencies.map((ms) => [bucketOf(ms), 1])),
    phases: connecting(3 * latencies.length, latencies.length),
  };
}

describe("the uptime ratio", () => {
  it.each([
    // checks, failures, inconclusive, ratio
    [10, 0, 0, 1],
    [10, 1, 0, 0.9],
    [10, 10, 0, 0],
    [10, 1, 8, 0.5],
    [0, 0, 0, null],
    [5, 0, 5, null],
  ])("of %i checks, %i failed, %i inconclusive, is %s", (checks, failures, inconclusive, ratio) => {
    expect(uptimeRatio(checks, failures, inconclusive)).toBe(ratio);
  });

  it("is null or between 0 and 1, whatever was counted", () => {
    const count = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(count, count, count, (good, failures, inconclusive) => {
        const ratio = uptimeRatio(good + failures + inconclusive, failures, inconclusive);
        if (good + failures === 0) expect(ratio).toBeNull();
        else expect(ratio).toSatisfy((value: number) => value >= 0 && value <= 1);
      }),
    );
  });
});

describe("downtime from 10:00 to 12:00", () => {
  const range = (outages: [number, number | null][], now = 24) =>
    downtimeMs(
      outages.map(([start, end]) => ({ startedAt: at(start), endedAt: end === null ? null : at(end) })),
      at(10),
      at(12),
      at(now),
    ) / HOUR;

  it.each<[string, [number, number | null][], number, number]>([
    ["no outage", [], 24, 0],
    ["one inside", [[10.5, 11]], 24, 0.5],
    ["one over its start", [[9, 11]], 24, 1],
    ["one over its end", [[11.5, 15]], 24, 0.5],
    ["one around all of it", [[1, 20]], 24, 2],
    ["one before it", [[1, 9]], 24, 0],
    ["one after it", [[13, 14]], 24, 0],
    ["one that ends as it begins", [[9, 10]], 24, 0],
    ["one still on", [[11, null]], 24, 1],
    ["one still on, now is 11:30", [[11, null]], 11.5, 0.5],
    [
      "two",
      [
        [10, 10.5],
        [11, 11.25],
      ],
      24,
      0.75,
    ],
  ])("%s", (_name, outages, now, hours) => {
    expect(range(outages, now)).toBe(hours);
  });
});

describe("stats", () => {
  const range = { from: at(0), to: at(24), now: at(24) };

  it("of nothing are null and not one or zero, and have no buckets", () => {
    const stats = assembleStats(range, [], []);
    expect(stats).toMatchObject({ uptime_ratio: null, checks: 0, downtime_ms: 0, incidents: 0, buckets: [] });
    expect(Object.values(stats.latency_ms)).toEqual([null, null, null, null, null, null]);
  });

  it("count latencies of good checks only, over all hours", () => {
    const stats = assembleStats(range, [measured(0, [100, 200], 1), measured(1, [300], 0, 2)], []);
    expect(stats).toMatchObject({ checks: 6, failures: 1, inconclusive: 2, uptime_ratio: 0.75 });
    expect(stats.latency_ms).toMatchObject({ avg: 200, min: 100, max: 300 });
    expect(stats.buckets.map(({ from, checks }) => [from, checks])).toEqual([
      [at(0).toISOString(), 3],
      [at(1).toISOString(), 3],
    ]);
  });

  it("never tell a percentile beyond the fastest or slowest check", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1 }), (latencies) => {
        const { latency_ms } = assembleStats(range, [measured(0, latencies)], []);
        for (const p of [latency_ms.p50, latency_ms.p95, latency_ms.p99]) {
          expect(p).toBeGreaterThanOrEqual(latency_ms.min ?? 0);
          expect(p).toBeLessThanOrEqual(latency_ms.max ?? 0);
        }
      }),
    );
  });

  it("tell the mean of a phase over the checks in which it was measured, and null where it never was", () => {
    const slow = { ...measured(1, [300]), phases: connecting(9, 1) };
    const stats = assembleStats(range, [measured(0, [100, 200]), slow], []);
    expect(stats.phases_ms).toEqual({ dns: null, connect: 5, tls: null, first_byte: null });
    expect(stats.buckets.map(({ phases_ms }) => phases_ms.connect)).toEqual([3, 9]);
  });

  it.each([
    [1, 24],
    [2, 48],
    [7, 168],
    [8, 192],
    [30, 120],
    [60, 60],
  ])("over %i days, measured by the hour, come in %i buckets", (days, buckets) => {
    const hours = Array.from({ length: days * 24 }, (_, hour) => measured(hour, [10]));
    const stats = assembleStats({ from: at(0), to: at(days * 24), now: at(days * 24) }, hours, []);
    expect(stats.buckets).toHaveLength(buckets);
    expect(statsSchema.safeParse(stats).success).toBe(true);
  });

  it.each([
    // from and to, hours before now; minutes
    [1, 0, 1],
    [2, 0, 1],
    [2.01, 0, 10],
    [26, 24, 1],
    [26, 0, 10],
    [26.1, 25, 60],
    [26.1, 0.2, 60],
    [192, 0, 60],
    [192.1, 0, 360],
    [768, 0, 360],
    [768.1, 0, 1_440],
    [9_600, 0, 1_440],
  ])("from %d h ago to %d h ago have buckets of %i minutes", (fromH, toH, minutes) => {
    expect(bucketWidthMs({ from: at(-fromH), to: at(-toH), now: at(0) })).toBe(minutes * 60_000);
  });
});
