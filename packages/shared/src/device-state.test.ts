import { describe, expect, test } from "vitest";
import { isBatteryLow, nextSilenceMs, statusOf } from "./device-state.ts";

const usual = { atRiskAfterS: 120, offlineAfterS: 300, batteryLow: 20 };

describe("the status by silence and battery", () => {
  test.each([
    ["just heard", 0, false, "ONLINE"],
    ["two minutes to the millisecond", 120_000, false, "ONLINE"],
    ["a moment more", 120_001, false, "AT_RISK"],
    ["five minutes to the millisecond", 300_000, false, "AT_RISK"],
    ["a moment more than five", 300_001, false, "OFFLINE"],
    ["heard, with a low battery", 0, true, "AT_RISK"],
    ["silent, with a low battery: OFFLINE wins", 300_001, true, "OFFLINE"],
  ] as const)("%s", (_story, silentMs, isLow, status) => {
    expect(statusOf(silentMs, isLow, usual)).toBe(status);
  });

  test("the next look is at the next threshold, and none follows the last", () => {
    expect([0, 120_000, 120_001, 300_001].map((ms) => nextSilenceMs(ms, usual))).toEqual([
      120_000,
      120_000,
      300_000,
      null,
    ]);
  });
});

describe("a low battery", () => {
  const story = (...levels: (number | null)[]) => {
    let isLow = false;
    return levels.map((level) => (isLow = isBatteryLow(isLow, level, usual)));
  };

  test("19, 21, 19 does not flap", () => {
    expect(story(20, 19, 21, 19, 24.9, 25, 24)).toEqual([false, true, true, true, true, false, false]);
  });

  test("a report without a level changes nothing", () => {
    expect(story(19, null, 30, null)).toEqual([true, true, false, false]);
  });

  test("a threshold near the top can still be left", () => {
    expect(isBatteryLow(true, 100, { ...usual, batteryLow: 98 })).toBe(false);
  });
});
