import { expect, test } from "vitest";
import { reportSearch, spanOfReport } from "./report-search.ts";

const now = Date.parse("2026-01-10T12:00:00Z");

test("months are those of UTC, and the last one may be of another year", () => {
  expect(spanOfReport({}, now)).toEqual({ from: "2026-01-01T00:00:00.000Z", to: "2026-01-10T12:00:00.000Z" });
  expect(spanOfReport({ range: "last-month" }, now)).toEqual({
    from: "2025-12-01T00:00:00.000Z",
    to: "2026-01-01T00:00:00.000Z",
  });
  const first = Date.parse("2026-01-01T00:00:00Z");
  expect(Date.parse(spanOfReport({}, first).to)).toBeGreaterThan(first);
});

test("an address of a monthly mail is that month", () => {
  const search = reportSearch({ from: "2025-12-01", to: "2025-12-31", workspace: "ours" });
  expect(search).toEqual({ from: "2025-12-01", to: "2025-12-31" });
  expect(spanOfReport(search, now)).toEqual(spanOfReport({ range: "last-month" }, now));
});

test("an address holds what is not usual, and nothing that cannot be", () => {
  expect(reportSearch({ range: "this-month", by: "monitor", tag: "" })).toEqual({});
  expect(reportSearch({ range: "90d", by: "tag", tag: "prod" })).toEqual({ range: "90d", by: "tag", tag: "prod" });
  expect(reportSearch({ range: "toString", by: "device" })).toEqual({});
});
