import { describe, expect, test } from "vitest";
import { formatDuration, formatRelative, formatUtc } from "./format.ts";

describe("a duration is told by its two largest units", () => {
  test.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [90_061_000, "1 d 1 h"],
    [86_460_000, "1 d"],
  ])("%i ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("an instant is told by its distance", () => {
  test.each([
    [0, "now"],
    [-12_900, "12 s ago"],
    [30_000, "in 30 s"],
    [-7_200_000, "2 h ago"],
    [-172_800_000, "2 d ago"],
  ])("%i ms away is %s", (distance, text) => expect(formatRelative(1e12 + distance, 1e12)).toBe(text));
});

test("UTC is exact", () => expect(formatUtc(new Date("2026-11-21T09:28:10.123Z"))).toBe("2026-11-21 09:28:10 UTC"));
