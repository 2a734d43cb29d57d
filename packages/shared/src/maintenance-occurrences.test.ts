import { describe, expect, test } from "vitest";
import { parseSchedule } from "./cron-schedule.ts";
import { findOccurrenceOn, findScheduleProblem, listOccurrences } from "./maintenance-occurrences.ts";
import { windowScheduleSchema, type WindowSchedule } from "./maintenance-window.ts";
import { coveredMs, coveredUntil, mergeSpans, type Span } from "./span.ts";

const schema = windowScheduleSchema({ parseSchedule });
const HOUR_S = 3_600;
const read = (schedule: unknown) => schema.parse(schedule);
const at = (text: string) => new Date(text);
const told = (spans: readonly Span[]) => spans.map((span) => [span.startsAt.toISOString(), span.endsAt.toISOString()]);
const daily = (time: string, more: object = {}): WindowSchedule =>
  read({ kind: "daily", time, duration_s: HOUR_S, time_zone: "Europe/Berlin", ...more });
const list = (schedule: WindowSchedule, from: string, to: string) =>
  told(listOccurrences(schedule, at(from), at(to), 100));

describe("occurrences", () => {
  test("of a daily window begin by the clocks of its time zone", () => {
    expect(list(daily("02:00"), "2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z")).toEqual([
      ["2026-01-01T01:00:00.000Z", "2026-01-01T02:00:00.000Z"],
      ["2026-01-02T01:00:00.000Z", "2026-01-02T02:00:00.000Z"],
    ]);
  });

  test("that a night leaves out begin at the end of the gap, and last for as long", () => {
    expect(list(daily("02:30"), "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
      ["2026-03-29T01:00:00.000Z", "2026-03-29T02:00:00.000Z"],
      ["2026-03-30T00:30:00.000Z", "2026-03-30T01:30:00.000Z"],
    ]);
  });

  test("that a night has twice come once", () => {
    expect(list(daily("02:30"), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([
      ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"],
    ]);
  });

  test.each<[string, object, string[]]>([
    [
      "on Mondays and Sundays",
      { kind: "weekly", weekdays: [1, 7] },
      ["2026-11-22T02:00:00.000Z", "2026-11-23T02:00:00.000Z", "2026-11-29T02:00:00.000Z"],
    ],
    [
      "on the first and the last of a month",
      { kind: "monthly", days: [1, "last"] },
      ["2026-11-30T02:00:00.000Z", "2026-12-01T02:00:00.000Z", "2026-12-31T02:00:00.000Z"],
    ],
    [
      "on the 31st, where there is one",
      { kind: "monthly", days: [31] },
      ["2026-12-31T02:00:00.000Z", "2027-01-31T02:00:00.000Z", "2027-03-31T02:00:00.000Z"],
    ],
  ])("%s", (_, days, expected) => {
    const schedule = read({ ...days, time: "02:00", duration_s: HOUR_S });
    const spans = listOccurrences(schedule, at("2026-11-21T12:00:00Z"), at("2030-01-01T00:00:00Z"), 3);
    expect(spans.map(({ startsAt }) => startsAt.toISOString())).toEqual(expected);
  });

  test("by a cron expression, between from and until", () => {
    const bounds = { from: "2026-11-22T02:00:00Z", until: "2026-11-24T02:00:00Z" };
    const schedule = read({ kind: "cron", expression: "0  2 * * *", duration_s: 60, ...bounds });
    expect(list(schedule, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")).toEqual([
      ["2026-11-22T02:00:00.000Z", "2026-11-22T02:01:00.000Z"],
      ["2026-11-23T02:00:00.000Z", "2026-11-23T02:01:00.000Z"],
    ]);
  });

  test("on at an instant begin then: what is past is not rewritten", () => {
    const now = at("2026-01-01T01:30:00Z");
    expect(findOccurrenceOn(daily("02:00"), now)).toEqual({ startsAt: now, endsAt: at("2026-01-01T02:00:00Z") });
    expect(findOccurrenceOn(daily("02:00"), at("2026-01-01T02:00:00Z"))).toBeNull();
  });

  test("listed in parts are the same as listed at once, over two changes of the clocks", () => {
    for (const zone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]) {
      for (const time of ["01:45", "02:30"]) {
        const schedule = daily(time, { time_zone: zone });
        const [from, to] = [at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")];
        const whole = listOccurrences(schedule, from, to, 1_000);
        const parts: Span[] = [];
        for (let day = from; day < to; day = new Date(day.getTime() + 11 * 86_400_000)) {
          const end = new Date(Math.min(day.getTime() + 11 * 86_400_000, to.getTime()));
          parts.push(...listOccurrences(schedule, day, end, 1_000));
        }
        expect(parts).toEqual(whole);
        expect([365, 366]).toContain(whole.length);
        expect(whole.every(({ startsAt, endsAt }) => endsAt.getTime() - startsAt.getTime() === 3_600_000)).toBe(true);
        expect(mergeSpans(whole)).toEqual(whole);
      }
    }
  });
});

describe("a schedule", () => {
  const now = at("2026-11-21T12:00:00Z");

  test.each<[string, WindowSchedule, string | null]>([
    ["that goes on", daily("02:00"), null],
    ["that lasts into its next occurrence", daily("02:00", { duration_s: 25 * HOUR_S }), "schedule.duration_s"],
    ["that is over", daily("02:00", { until: "2026-11-01T00:00:00Z" }), "schedule.until"],
    [
      "of once, which is over",
      read({ kind: "once", starts_at: "2026-11-20T00:00:00Z", ends_at: "2026-11-21T00:00:00Z" }),
      "schedule.ends_at",
    ],
    [
      "of once, which has begun",
      read({ kind: "once", starts_at: "2026-11-20T00:00:00Z", ends_at: "2026-11-22T00:00:00Z" }),
      null,
    ],
  ])("%s", (_, schedule, field) => {
    expect(findScheduleProblem(schedule, now)?.field ?? null).toBe(field);
  });

  test.each([
    [{ kind: "once", starts_at: "2026-11-22T00:00:00Z", ends_at: "2026-11-21T00:00:00Z" }, "ends_at"],
    [{ kind: "once", starts_at: "2026-11-22T00:00:00Z", ends_at: "2027-11-21T00:00:00Z" }, "ends_at"],
    [{ kind: "daily", time: "24:00", duration_s: 60 }, "time"],
    [{ kind: "daily", time: "02:00", duration_s: 59 }, "duration_s"],
    [{ kind: "weekly", weekdays: [0], time: "02:00", duration_s: 60 }, "weekdays.0"],
    [{ kind: "monthly", days: ["first"], time: "02:00", duration_s: 60 }, "days.0"],
    [{ kind: "cron", expression: "* * *", duration_s: 60 }, "expression"],
    [{ kind: "daily", time: "02:00", duration_s: 60, time_zone: "Mars" }, "time_zone"],
    [{ kind: "yearly" }, "kind"],
  ])("is refused where it is wrong: %j", (input, field) => {
    expect(schema.safeParse(input).error?.issues[0]?.path.join(".")).toBe(field);
  });
});

describe("spans", () => {
  const span = (from: number, to: number): Span => ({ startsAt: new Date(from), endsAt: new Date(to) });

  test("that overlap or touch count once", () => {
    const spans = [span(50, 60), span(10, 30), span(20, 40), span(40, 45)];
    expect(mergeSpans(spans)).toEqual([span(10, 45), span(50, 60)]);
    expect(coveredMs(spans, 0, 55)).toBe(40);
    expect(coveredUntil(spans, new Date(10))).toEqual(new Date(45));
    expect(coveredUntil(spans, new Date(45))).toBeNull();
  });

  test("merged cover what they covered, moment by moment", () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round++) {
      const spans = Array.from({ length: random(8) }, () => {
        const from = random(50);
        return span(from, from + 1 + random(20));
      });
      const covers = (all: readonly Span[], ms: number) =>
        all.some(({ startsAt, endsAt }) => startsAt.getTime() <= ms && ms < endsAt.getTime());
      const moments = Array.from({ length: 80 }, (_, ms) => ms);
      expect(moments.map((ms) => covers(mergeSpans(spans), ms))).toEqual(moments.map((ms) => covers(spans, ms)));
      expect(coveredMs(spans, 5, 60)).toBe(moments.slice(5, 60).filter((ms) => covers(spans, ms)).length);
    }
  });
});
