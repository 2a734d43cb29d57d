import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstCheckAt, nextOnGrid, phaseOf, recheckAt, shardOf, SHARDS } from "./schedule.ts";

const T0 = Date.UTC(2026, 0, 1);
const id = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const interval = fc.integer({ min: 1, max: 3_600 }).map((seconds) => seconds * 1_000);
const time = fc.integer({ min: T0, max: T0 + 10 * 365 * 86_400_000 });

describe("the next due time", () => {
  it("keeps a monitor's second: a check that ends late does not move the later ones", () => {
    let due = nextOnGrid(7, 60_000, new Date(T0), new Date(T0));
    const first = due.getTime();
    for (const lateMs of [0, 5, 900, 29_000, 3, 12_000]) {
      due = nextOnGrid(7, 60_000, due, new Date(due.getTime() + lateMs));
      expect((due.getTime() - first) % 60_000).toBe(0);
    }
    expect(due.getTime() - first).toBe(6 * 60_000);
  });

  it("skips what was missed during an outage of ours instead of catching up", () => {
    const due = nextOnGrid(7, 60_000, new Date(T0), new Date(T0 + 3_600_000));
    expect(due.getTime()).toBeGreaterThan(T0 + 3_600_000);
    expect(due.getTime()).toBeLessThanOrEqual(T0 + 3_600_000 + 60_001);
  });

  it("is on the grid, ahead of now, and from half to one and a half intervals after an on-time check", () => {
    fc.assert(
      fc.property(id, interval, time, fc.integer({ min: 0, max: 120_000 }), (monitor, ms, scheduled, tookMs) => {
        const now = scheduled + tookMs;
        const due = nextOnGrid(monitor, ms, new Date(scheduled), new Date(now)).getTime();
        expect((due - phaseOf(monitor, ms)) % ms).toBe(0);
        expect(due).toBeGreaterThan(now);
        expect(due - scheduled).toBeGreaterThanOrEqual(ms / 2);
        expect(due - Math.max(now, scheduled + ms / 2)).toBeLessThanOrEqual(ms + 1);
      }),
    );
  });

  it("is never far off after an interval was changed", () => {
    fc.assert(
      fc.property(id, interval, time, (monitor, ms, now) => {
        const due = nextOnGrid(monitor, ms, new Date(now), new Date(now)).getTime();
        expect(due - now).toBeLessThanOrEqual(1.5 * ms + 1);
      }),
    );
  });
});

describe("first checks of many", () => {
  it("a few are at once, many are spread, and none is later than its own place in the interval", () => {
    const now = new Date(T0);
    const aheadMs = (monitor: number, intervalMs: number, n: number) =>
      firstCheckAt(monitor, intervalMs, n, now).getTime() - T0;
    expect(aheadMs(7, 3_600_000, 0)).toBe(0);
    const many = Array.from({ length: 50_000 }, (_, n) => aheadMs(n, 3_600_000, n));
    expect(Math.max(...many.slice(0, 50))).toBeLessThanOrEqual(1_000);
    const perSecond = Map.groupBy(many, (ms) => Math.floor(ms / 1_000));
    expect(Math.max(...[...perSecond.values()].map((due) => due.length))).toBeLessThan(120);
    fc.assert(fc.property(id, interval, (monitor, ms) => aheadMs(monitor, ms, 1_000_000) <= ms));
  });
});

describe("phases", () => {
  it("a thousand 60-second monitors made at once are spread: 8 to 26 in every second", () => {
    const perSecond = new Map<number, number>();
    for (let monitor = 1; monitor <= 1_000; monitor++) {
      const second = Math.floor(phaseOf(monitor, 60_000) / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(perSecond.size).toBe(60);
    expect(Math.min(...perSecond.values())).toBeGreaterThanOrEqual(8);
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(26);
  });

  it("the monitors of one shard are spread as well", () => {
    const seconds = new Set<number>();
    for (let monitor = 1; monitor <= 4_000; monitor++) {
      if (shardOf(monitor) === 1) seconds.add(Math.floor(phaseOf(monitor, 60_000) / 1_000));
    }
    expect(seconds.size).toBe(60);
  });

  it("lie inside the interval, and shards inside their number", () => {
    fc.assert(
      fc.property(id, interval, (monitor, ms) => {
        expect(phaseOf(monitor, ms)).toBeGreaterThanOrEqual(0);
        expect(phaseOf(monitor, ms)).toBeLessThan(ms);
        expect(shardOf(monitor)).toBeLessThan(SHARDS);
      }),
    );
  });
});

it("a failed check is repeated after 3 s, or after the interval where that is shorter", () => {
  const now = new Date(T0);
  expect(recheckAt(60_000, now)).toEqual(new Date(T0 + 3_000));
  expect(recheckAt(1_000, now)).toEqual(new Date(T0 + 1_000));
});
