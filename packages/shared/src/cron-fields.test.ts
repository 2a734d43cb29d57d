import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CRON_DEFAULTS, cronFields } from "./cron-fields.ts";
import { parseSchedule } from "./cron-schedule.ts";

const fields = z.strictObject(cronFields({ minIntervalS: 30, parseSchedule })).partial();
const ID = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";

describe("the fields of a cron job", () => {
  it.each<Record<string, unknown>>([
    CRON_DEFAULTS,
    { interval: 31_536_000, grace_s: 31_536_000, longest_run_s: 31_536_000 },
    { interval: 30, grace_s: 30 },
    { schedule: "@daily", time_zone: "America/Argentina/Buenos_Aires" },
    { time_zone: "Etc/GMT+5" },
    { ping_id: ID },
  ])("take %j", (input) => {
    expect(fields.parse(input)).toEqual(input);
  });

  it("are put into their plain form", () => {
    const input = { schedule: " 0  2 * * * ", ping_id: ID.toUpperCase() };
    expect(fields.parse(input)).toEqual({ schedule: "0 2 * * *", ping_id: ID });
  });

  it.each<[string, unknown]>([
    ["interval", 29],
    ["interval", 31_536_001],
    ["grace_s", 29],
    ["grace_s", 31_536_001],
    ["grace_s", 90.5],
    ["longest_run_s", 0],
    ["schedule", "0 0 30 2 *"],
    ["schedule", ""],
    ["time_zone", "Mars/Base"],
    ["time_zone", "+02:00"],
    ["time_zone", ""],
    ["time_zone", null],
    ["ping_id", "{5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278}"],
    ["ping_id", "5bf66975d4c74bf5bcc8b8d8a82ea278"],
  ])("refuse %s: %j", (field, value) => {
    expect(fields.safeParse({ [field]: value }).error?.issues[0]?.path).toEqual([field]);
  });

  it("say what is wrong with a schedule", () => {
    const { error } = fields.safeParse({ schedule: "0 25 * * *" });
    expect(error?.issues[0]?.message).toMatch(/wrong hour, "25"/);
  });

  it("take less than a minute of grace only where intervals may be as short, and never ask for more than one", () => {
    const least = (minIntervalS: number) =>
      [1, 30, 60].find((s) => cronFields({ minIntervalS, parseSchedule }).grace_s.safeParse(s).success);
    expect([1, 30, 300].map(least)).toEqual([1, 30, 60]);
  });
});
