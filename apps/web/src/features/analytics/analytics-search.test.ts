import { expect, test } from "vitest";
import { analyticsSearch, categoryOf, narrow, spanOfSearch } from "./analytics-search.ts";

test("an address holds what is not usual, and nothing that cannot be", () => {
  expect(analyticsSearch({ of: "latency", by: "monitor", range: "7d", compare: false })).toEqual({});
  expect(analyticsSearch({ of: "battery", by: "location", tag: 443, compare: true, range: "30d" })).toEqual({
    of: "battery",
    by: "location",
    tag: "443",
    compare: true,
    range: "30d",
  });
  // Monitors have no place, devices are no category of sensors, and a bucket is no minute.
  expect(analyticsSearch({ location: "attic", by: "device", bucket: "minute", range: "1h" })).toEqual({});
});

test("days of one's own take the place of a range, where they are days in their order", () => {
  const days = { from: "2026-11-02", to: "2026-11-03" };
  expect(analyticsSearch({ ...days, range: "30d" })).toEqual(days);
  expect(analyticsSearch({ from: "2026-11-04", to: "2026-11-03", range: "30d" })).toEqual({ range: "30d" });
  expect(analyticsSearch({ from: "2026-13-04", to: "2026-13-05" })).toEqual({});
  const now = Date.parse("2026-11-03T12:00:00Z");
  expect(spanOfSearch(days, now)).toEqual({ from: "2026-11-02T00:00:00.000Z", to: "2026-11-03T12:00:00.000Z" });
  expect(spanOfSearch({ range: "24h" }, now).from).toBe("2026-11-02T12:00:00.000Z");
});

test("a group leads to what is in it, and a thing to itself alone", () => {
  const byTag = analyticsSearch({ of: "readings", by: "tag", compare: true });
  const inTag = narrow(byTag, "tag", "prod");
  expect([inTag, categoryOf(inTag)]).toEqual([{ of: "readings", compare: true, tag: "prod" }, "sensor"]);
  expect(narrow(inTag, "sensor", "4711")).toEqual({ of: "readings", compare: true, tag: "prod", id: "4711" });
  expect(categoryOf({ by: "tag", id: "a-monitor" })).toBe("monitor");
});
