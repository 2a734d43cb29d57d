import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRunAfter, parseSchedule, timingOf } from "./cron-schedule.ts";

/** The next runs after an instant, as UTC minutes. */
function runsAfter(schedule: string, timeZone: string, from: string, count: number): string[] {
  const runs: string[] = [];
  let instant = new Date(from);
  while (runs.length < count) {
    instant = nextRunAfter(schedule, timeZone, instant);
    runs.push(instant.toISOString().slice(5, 16).replace("T", " "));
  }
  return runs;
}

const detailOf = (text: string): string => {
  const parsed = parseSchedule(text);
  return parsed.ok ? "" : parsed.detail;
};

describe("a schedule", () => {
  it.each([
    ["* * * * *", "* * * * *"],
    [" 0   2\t* * *\n", "0 2 * * *"],
    ["*/15 8-18 * * MON-FRI", "*/15 8-18 * * MON-FRI"],
    ["0 0 1,15 jan,jul *", "0 0 1,15 jan,jul *"],
    ["0 0 * * 7", "0 0 * * 7"],
    ["0 0 29 2 *", "0 0 29 2 *"],
    ["0 0 L * *", "0 0 L * *"],
    ["0 9 * * MON#1", "0 9 * * MON#1"],
    ["@hourly", "@hourly"],
    ["@daily", "@daily"],
    ["@weekly", "@weekly"],
    ["@monthly", "@monthly"],
    ["@yearly", "@yearly"],
  ])("%j is read", (text, schedule) => {
    expect(parseSchedule(text)).toEqual({ ok: true, schedule });
  });

  it.each([
    ["", /must have five fields/],
    ["* * * *", /must have five fields/],
    ["0 0 2 * * *", /must have five fields/],
    ["0 2 * * * backup.sh", /must have five fields/],
    ["2026-12-24T00:00:00", /must have five fields/],
    ["@reboot", /or be one of @hourly, @daily/],
    ["@every 5m", /or be one of/],
    ["60 * * * *", /wrong minute, "60": it takes 0-59/],
    ["0 24 * * *", /wrong hour, "24": it takes 0-23/],
    ["0 0 0 * *", /wrong day of the month, "0": it takes 1-31/],
    ["0 0 * 13 *", /wrong month, "13": it takes 1-12/],
    ["0 0 * * 8", /wrong day of the week, "8"/],
    ["0 0 * * someday", /wrong day of the week, "someday"/],
    ["*/0 * * * *", /wrong minute/],
    ["5/15 * * * *", /wrong minute/],
    ["0 22-2 * * *", /wrong hour, "22-2"/],
    ["1,,2 * * * *", /wrong minute/],
    ["-5 * * * *", /wrong minute/],
    ["0 0 30 2 *", /never comes/],
    ["0 0 31 4,6,9,11 *", /never comes/],
    [`0 0 ${"1,".repeat(50)}1 * *`, /at most 100 characters/],
  ])("%j is refused", (text, detail) => {
    expect(detailOf(text)).toMatch(detail);
  });

  it("with both a day of the month and one of the week comes on either, as in a crontab", () => {
    expect(runsAfter("0 0 13 * FRI", "UTC", "2026-11-10T00:00:00Z", 3)).toEqual([
      "11-13 00:00",
      "11-20 00:00",
      "11-27 00:00",
    ]);
  });

  it("runs strictly after an instant, to the millisecond", () => {
    expect(runsAfter("0 10 * * *", "UTC", "2026-11-21T09:59:59.999Z", 1)).toEqual(["11-21 10:00"]);
    expect(runsAfter("0 10 * * *", "UTC", "2026-11-21T10:00:00.000Z", 1)).toEqual(["11-22 10:00"]);
    expect(runsAfter("0 10 * * *", "UTC", "2026-11-21T10:00:00.001Z", 1)).toEqual(["11-22 10:00"]);
  });
});

describe("in Europe/Berlin", () => {
  const runs = (schedule: string, from: string, count: number) => runsAfter(schedule, "Europe/Berlin", from, count);

  it("02:30 is another instant in summer and in winter", () => {
    expect(runs("30 2 * * *", "2026-07-01T00:00:00Z", 1)).toEqual(["07-01 00:30"]);
    expect(runs("30 2 * * *", "2026-12-01T00:00:00Z", 1)).toEqual(["12-01 01:30"]);
  });

  it("the night without 02:30 has it at 03:00, at the end of the gap", () => {
    expect(runs("30 2 * * *", "2026-03-28T00:00:00Z", 3)).toEqual(["03-28 01:30", "03-29 01:00", "03-30 00:30"]);
    expect(runs("0 2,3 * * *", "2026-03-28T12:00:00Z", 2)).toEqual(["03-29 01:00", "03-30 00:00"]);
  });

  it("the night with two 02:30 has the first one", () => {
    expect(runs("30 2 * * *", "2026-10-24T12:00:00Z", 2)).toEqual(["10-25 00:30", "10-26 01:30"]);
    expect(runs("30 2 * * *", "2026-10-25T01:10:00Z", 1)).toEqual(["10-26 01:30"]);
  });

  it("what comes every half hour goes on through both nights", () => {
    expect(runs("*/30 * * * *", "2026-03-29T00:10:00Z", 3)).toEqual(["03-29 00:30", "03-29 01:00", "03-29 01:30"]);
    expect(runs("*/30 * * * *", "2026-10-25T00:10:00Z", 3)).toEqual(["10-25 00:30", "10-25 01:00", "10-25 01:30"]);
  });

  it("steps of hours have nothing in the gap", () => {
    expect(runs("0 */2 * * *", "2026-03-28T22:30:00Z", 2)).toEqual(["03-28 23:00", "03-29 02:00"]);
  });
});

it("midnight that a zone leaves out is the end of its gap", () => {
  expect(runsAfter("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 2)).toEqual(["04-23 22:00", "04-24 21:00"]);
});

it("whatever the zone and the instant, a schedule moves on, and each minute has its run", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  const year = { min: new Date("2026-01-01T00:00:00Z"), max: new Date("2027-01-01T00:00:00Z"), noInvalidDate: true };
  fc.assert(
    fc.property(zones, fc.date(year), (zone, instant) => {
      const gapMs = (schedule: string) => nextRunAfter(schedule, zone, instant).getTime() - instant.getTime();
      const [minute, day] = [gapMs("* * * * *"), gapMs("30 2 * * *")];
      expect(minute).toBeGreaterThan(0);
      expect(minute).toBeLessThanOrEqual(60_000);
      expect(day).toBeGreaterThan(0);
      expect(day).toBeLessThanOrEqual(25 * 3_600_000);
    }),
  );
});

it("a job without a schedule is expected a period after its ping; without a longest run it may take the grace time", () => {
  const timing = timingOf({ schedule: null, timeZone: "UTC", intervalS: 90, graceS: 60, longestRunS: null });
  expect(timing).toMatchObject({ graceMs: 60_000, longestRunMs: 60_000 });
  expect(timing.expectedAfter(new Date(5))).toEqual(new Date(90_005));
});
