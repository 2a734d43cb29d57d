import { afterAll, beforeAll, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { analyse, type AnalyticsQuery } from "./analytics.ts";
import { maintainPartitions } from "./partitions.ts";
import { rollUp } from "./rollups.ts";
import { reportUptime } from "./uptime-report.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CHECKS_A_DAY = 144;
const midnight = "00:00:00.000Z";

let tenant: Tenant;
const now = new Date(Math.floor(Date.now() / HOUR) * HOUR + HOUR / 2);
const before = (days: number) => new Date(now.getTime() - days * DAY);
const ask = (query: Partial<AnalyticsQuery>): AnalyticsQuery => ({
  from: before(151),
  to: before(150),
  by: "none",
  compare: false,
  limit: 50,
  ...query,
});

// Five months of checks every ten minutes and of readings every hour, of which rollups alone are left.
beforeAll(async () => {
  tenant = await openTenant();
  const { db, scope, userId } = tenant;
  for (let day = 0; day <= 160; day++) await maintainPartitions(db, before(day), 3_650);
  const { id } = await tenant.addMonitor({ name: "shop" });
  await db.pool.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status, http_status, is_anomaly)
     SELECT (SELECT id FROM monitors WHERE public_id = $1), at, 0, 100, 's', 'o', 'U', 200, false
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', interval '10 minutes') AS at`,
    [id, before(160), now],
  );
  const { rows } = await db.pool.query<{ id: number }>(
    `INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name, unit, location, tags)
     VALUES ($1, 'attic', $2, 'attic', '°C', '', '{}') RETURNING id`,
    [scope.workspaceId, userId],
  );
  await db.pool.query(
    `INSERT INTO readings (sensor_key, at, value) SELECT $1, at, 20
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', interval '1 hour') AS at`,
    [rows[0]?.id, before(160), now],
  );
  await rollUp(db, now);
  await db.pool.query("DELETE FROM checks WHERE scheduled_at < $1", [before(2)]);
  await db.pool.query("DELETE FROM readings WHERE at < $1", [before(2)]);
}, 120_000);
afterAll(() => tenant.close());

test("a day of five months ago is of whole UTC days, and its total is what its groups are", async () => {
  const { db, scope } = tenant;
  const hours = await db.pool.query("SELECT FROM check_rollups WHERE period_hours = 1 AND bucket_at < $1", [
    before(101),
  ]);
  expect(hours.rowCount).toBe(0);
  const { from, to, bucket, total, groups } = await analyse(scope, "latency", ask({ by: "monitor" }));
  expect([from.slice(11), to.slice(11), bucket]).toEqual([midnight, midnight, "day"]);
  expect(Date.parse(to) - Date.parse(from)).toBe(2 * DAY);
  expect([total.count, groups[0]?.count]).toEqual([2 * CHECKS_A_DAY, 2 * CHECKS_A_DAY]);
  expect(total.buckets.map(({ count }) => count)).toEqual([CHECKS_A_DAY, CHECKS_A_DAY]);
  expect(groups[0]?.buckets).toEqual(total.buckets);

  const readings = await analyse(scope, "readings", ask({ by: "sensor" }));
  expect([readings.bucket, readings.total.count, readings.groups[0]?.count]).toEqual(["day", 48, 48]);
  const report = await reportUptime(scope, { from: before(151), to: before(150), by: "monitor" }, now);
  expect(report.total.checks).toBe(2 * CHECKS_A_DAY);
});

test("what is compared with a time that has no hours has none itself", async () => {
  const range = { from: before(96), to: before(92) };
  const alone = await analyse(tenant.scope, "latency", ask(range));
  expect([alone.bucket, alone.total.count]).toEqual(["hour", 4 * CHECKS_A_DAY + CHECKS_A_DAY / 24]);
  const { bucket, total, previous, from } = await analyse(tenant.scope, "latency", ask({ ...range, compare: true }));
  expect([bucket, from.slice(11)]).toEqual(["day", midnight]);
  expect([total.count, previous?.count]).toEqual([5 * CHECKS_A_DAY, 5 * CHECKS_A_DAY]);
  const hourly = analyse(tenant.scope, "latency", ask({ ...range, compare: true, bucket: "hour" }));
  await expect(hourly).rejects.toThrow("no hours are kept");
});

test("hours of five months ago are refused; a short range of last month is of whole hours", async () => {
  await expect(analyse(tenant.scope, "latency", ask({ bucket: "hour" }))).rejects.toThrow("no hours are kept");
  const from = new Date(before(40).getTime() + 10 * 60_000);
  const { total, ...range } = await analyse(
    tenant.scope,
    "latency",
    ask({ from, to: new Date(from.getTime() + HOUR), bucket: "none" }),
  );
  expect(Date.parse(range.to) - Date.parse(range.from)).toBe(2 * HOUR);
  expect(total.count).toBe(CHECKS_A_DAY / 12);
});
