import { expect, test } from "vitest";
import { median, percentile, showMs, showRange } from "./statistics.ts";

test("the median is the middle value, or the mean of the middle two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
  expect(median([])).toBeNaN();
});

test("a percentile is a value that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
});

test("several rounds are shown with their range, one without", () => {
  expect(showRange([1.5, 1, 3], 1)).toBe("1.5 (1.0 to 3.0)");
  expect(showRange([2], 2)).toBe("2.00");
  expect([12.4, Number.NaN].map(showMs)).toEqual(["12 ms", "nothing measured"]);
});
