import type { Analytics } from "@pulsecheck/shared/analytics";
import { expect, test } from "vitest";
import { drawPicture, linesOf, listPoints, type Bucket } from "./analytics-lines.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
const figures = { count: 1, min: 1, max: 9, p50: 5, p95: 8, p99: 9, uptime_ratio: null };
const bucket = (hour: number, avg: number | null, anomalies = 0): Bucket => ({
  ...figures,
  from: at(hour),
  to: at(hour + 1),
  avg,
  anomalies,
});
const total = { ...figures, avg: 5, anomalies: 0 };
const analytics: Analytics = {
  of: "latency",
  by: "none",
  bucket: "hour",
  unit: "ms",
  from: at(6),
  to: at(12),
  total: { ...total, buckets: [bucket(6, 4), bucket(7, 5, 2), bucket(10, null)] },
  groups: [],
  groups_in_all: 0,
  previous: { ...total, from: at(0), to: at(6), buckets: [bucket(0, 3), bucket(2, 2)] },
};

test("the period before lies behind this one, gaps break lines, and anomalies are dots", () => {
  const points = listPoints(analytics);
  const hours = points.map((point) => (point.at - Date.parse(at(0))) / 3_600_000);
  expect(hours).toEqual([6.5, 7.5, 8.5, 9, 10.5]);
  const { rows } = drawPicture(analytics, points);
  const [before, average, , , anomalies] = rows;
  expect(before).toEqual([3, null, 2, undefined, undefined]);
  expect(average).toEqual([4, 5, undefined, null, null]);
  expect(anomalies).toEqual([null, 5, undefined, null, null]);
  expect(rows).toHaveLength(linesOf("latency", true).length);
});

test("without a period before there is no line of it", () => {
  const alone = { ...analytics, previous: null };
  expect(drawPicture(alone, listPoints(alone)).rows).toHaveLength(linesOf("latency", false).length);
});
