import { describe, expect, test } from "vitest";
import {
  hear,
  inOrderOfSending,
  isBatteryLow,
  nextSilenceMs,
  placeReport,
  statusOf,
  type DeviceMemory,
} from "./device-state.ts";

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

describe("reports in time", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const values = { batteryLevel: 80, signalStrength: -60 };
  const fresh: DeviceMemory = {
    status: "ONLINE",
    isBatteryLow: false,
    batteryLevel: 90,
    signalStrength: -50,
    lastHeardAt: now - 30_000,
    lastReportAt: now - 30_000,
    lastSentAt: now - 30_000,
  };
  const report = (sentAt: number | null, memory = fresh, isKnown = false) => {
    const sign = { heardAt: now, sentAt, values };
    const placed = placeReport(memory, sign, isKnown);
    return { ...placed, next: hear(memory, sign, placed, usual) };
  };

  test.each([
    ["without a time of its own", null, "accepted", now, 80],
    ["newer than the last", now - 10_000, "accepted", now - 10_000, 80],
    ["older than the last: history alone", now - 60_000, "late", now - 60_000, 90],
    ["another of the time of the last", now - 30_000, "accepted", now - 29_999, 80],
    ["a bit ahead of our clock", now + 30_000, "accepted", now, 80],
    ["far ahead of our clock: heard now", now + 3_600_000, "ahead", now, 80],
    ["from before the history", now - 8 * 86_400_000, "too_old", null, 90],
  ] as const)("%s", (_story, sentAt, result, at, batteryLevel) => {
    expect(report(sentAt)).toMatchObject({ result, at, next: { batteryLevel } });
  });

  test.each([now + 3_600_000, now + 30_000, now - 30_000, now - 60_000])("what is known adds nothing: %i", (sentAt) => {
    expect(report(sentAt, fresh, true)).toEqual({ result: "repeated", at: null, next: fresh });
  });

  test("a clock that is ahead by less than before is heard all the same", () => {
    const summer = { ...fresh, lastSentAt: now + 7_200_000 };
    expect(report(now + 3_600_000, summer)).toMatchObject({ result: "ahead", at: now, next: { lastHeardAt: now } });
  });

  test("what is heard in the same moment comes after it, and is not heard ahead of our clock", () => {
    const next = { lastReportAt: now + 1, lastHeardAt: now, batteryLevel: 80 };
    expect(report(null, { ...fresh, lastReportAt: now })).toMatchObject({ result: "accepted", at: now + 1, next });
  });

  test("those of now that came together are a millisecond apart in the order of sending; others keep their time", () => {
    const sign = (sentAt: number | null) => ({ heardAt: now, sentAt, values });
    const together = [now + 9, now + 3_600_000, null, now - 5, now].map(sign);
    expect(inOrderOfSending(together).map(({ sentAt, heardAt }) => [sentAt, heardAt - now])).toEqual([
      [now - 5, 0],
      [null, -2],
      [now, 0],
      [now + 9, -1],
      [now + 3_600_000, 0],
    ]);
  });

  test("what comes late brings nothing back to life, and does not move the last sign of life back", () => {
    const dead: DeviceMemory = {
      ...fresh,
      status: "OFFLINE",
      lastHeardAt: now - 3_600_000,
      lastReportAt: now - 3_600_000,
    };
    expect(report(now - 1_800_000, dead).next).toMatchObject({ status: "OFFLINE", lastHeardAt: now - 1_800_000 });
    expect(report(now - 60_000).next).toMatchObject({ status: "ONLINE", lastHeardAt: now - 30_000 });
    expect(report(null, dead).next).toMatchObject({ status: "ONLINE", lastHeardAt: now });
  });

  test("a socket that lives is a sign of life without values", () => {
    const sign = { heardAt: now, sentAt: null, values: null };
    const next = hear(fresh, sign, placeReport(fresh, sign, false), usual);
    expect(next).toMatchObject({ lastHeardAt: now, batteryLevel: 90, lastReportAt: fresh.lastReportAt });
  });
});
