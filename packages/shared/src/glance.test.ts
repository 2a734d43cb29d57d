import { describe, expect, it } from "vitest";
import { assembleGlance, glanceQuery, glanceSchema } from "./glance.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date("2026-03-01T10:20:30Z");
const ID = "8d3941aa-17cd-44cf-baba-c78a0c574815";
const OTHER = "9d3941aa-17cd-44cf-baba-c78a0c574815";

const counts = (at: string, checks: number, failures = 0, inconclusive = 0) => ({
  at: new Date(at),
  checks,
  failures,
  inconclusive,
});
const hour = (at: string, latencySumMs: number, checks: number, failures = 0, inconclusive = 0) => ({
  ...counts(at, checks, failures, inconclusive),
  latencySumMs,
});

describe("a glance", () => {
  it.each([30, 90])("has %i days and 24 hours, also where nothing was measured", (days) => {
    const glance = assembleGlance(ID, { days, now: NOW }, [], [], []);
    expect(glanceSchema.parse(glance)).toEqual(glance);
    expect(glance.uptime_ratio).toBeNull();
    expect(glance.days).toHaveLength(days);
    expect(glance.days.at(-1)).toEqual({
      date: "2026-03-01",
      uptime_ratio: null,
      checks: 0,
      failures: 0,
      maintenance: 0,
      downtime_ms: 0,
    });
    expect(glance.days.at(-2)?.date).toBe("2026-02-28");
    expect(glance.days[0]?.date).toBe(new Date(NOW.getTime() - (days - 1) * DAY).toISOString().slice(0, 10));
    expect(glance.latency).toHaveLength(24);
    expect(glance.latency[0]).toEqual({ at: "2026-02-28T11:00:00.000Z", avg_ms: null });
    expect(glance.latency.at(-1)).toEqual({ at: "2026-03-01T10:00:00.000Z", avg_ms: null });
  });

  it("counts days and hours into their UTC day, and all of them into the whole", () => {
    const measured = [
      counts("2026-02-28T00:00:00Z", 10, 1),
      counts("2026-03-01T00:00:00Z", 4, 0, 4),
      counts("2026-03-01T09:00:00Z", 10, 2),
    ];
    const { uptime_ratio, days } = assembleGlance(ID, { days: 30, now: NOW }, measured, [], []);
    expect(uptime_ratio).toBe(17 / 20);
    expect(days.slice(-2)).toEqual([
      { date: "2026-02-28", uptime_ratio: 0.9, checks: 10, failures: 1, maintenance: 0, downtime_ms: 0 },
      { date: "2026-03-01", uptime_ratio: 0.8, checks: 14, failures: 2, maintenance: 0, downtime_ms: 0 },
    ]);
    expect(days.slice(0, -2).every(({ checks, uptime_ratio: ratio }) => checks === 0 && ratio === null)).toBe(true);
  });

  it("tells the mean latency of good checks by the hour, and null where all failed", () => {
    const hours = [
      hour("2026-02-28T10:00:00Z", 999, 1),
      hour("2026-02-28T11:00:00Z", 100, 4, 1, 1),
      hour("2026-03-01T09:00:00Z", 0, 3, 3),
      hour("2026-03-01T10:00:00Z", 10, 3),
    ];
    const { latency } = assembleGlance(ID, { days: 30, now: NOW }, [], hours, []);
    expect(latency.map(({ avg_ms }) => avg_ms)).toEqual([50, ...Array.from({ length: 22 }, () => null), 3.3]);
  });

  it("parts an outage by days, up to now where it is still on", () => {
    const outages = [
      { startedAt: new Date("2026-01-01T00:00:00Z"), endedAt: new Date("2026-01-31T06:00:00Z") },
      { startedAt: new Date("2026-02-27T23:00:00Z"), endedAt: null },
    ];
    const { days } = assembleGlance(ID, { days: 30, now: NOW }, [], [], outages);
    const down = days.flatMap(({ date, downtime_ms }) => (downtime_ms > 0 ? [[date, downtime_ms]] : []));
    const today = NOW.getTime() - Date.parse("2026-03-01");
    expect(down).toEqual([
      ["2026-01-31", 6 * HOUR],
      ["2026-02-27", HOUR],
      ["2026-02-28", DAY],
      ["2026-03-01", today],
    ]);
  });
});

describe("its query", () => {
  it("takes ids with commas, in any case, each once, and 30 days by default", () => {
    expect(glanceQuery.parse({ ids: `${ID.toUpperCase()},${OTHER},${ID}` })).toEqual({ ids: [ID, OTHER], days: 30 });
    expect(glanceQuery.parse({ ids: ID, days: "90" }).days).toBe(90);
    expect(glanceQuery.safeParse({ ids: Array.from({ length: 50 }, () => ID).join(",") }).success).toBe(true);
  });

  it.each([
    "",
    ",",
    `${ID},`,
    `${ID} ,${OTHER}`,
    "1",
    `${ID};${OTHER}`,
    Array.from({ length: 51 }, () => ID).join(","),
  ])("refuses the ids %j, and names them", (ids) => {
    expect(glanceQuery.safeParse({ ids }).error?.issues.map(({ path }) => path)).toEqual([["ids"]]);
  });
});
