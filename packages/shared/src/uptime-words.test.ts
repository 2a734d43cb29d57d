import { describe, expect, test } from "vitest";
import { formatUptime } from "./uptime-words.ts";

describe("uptime is never rounded up to what it was not", () => {
  test.each([
    [null, "no data"],
    [1, "100 %"],
    [0.999_999, "99.99 %"],
    [1 - 1e-12, "99.99 %"],
    [0.998_999, "99.89 %"],
    [0.5, "50.00 %"],
    [1 / 3, "33.33 %"],
    [0, "0.00 %"],
  ])("%s is %s", (ratio, text) => expect(formatUptime(ratio)).toBe(text));
});

test("what is a whole hundredth of a percent is told as that one", () => {
  for (let hundredths = 0; hundredths < 10_000; hundredths += 1) {
    expect(formatUptime(hundredths / 10_000)).toBe(`${(hundredths / 100).toFixed(2)} %`);
  }
});
