import { valueBucketOf } from "@pulsecheck/shared/histogram";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { analyse, type AnalyticsQuery } from "./analytics.ts";
import { maintainPartitions } from "./partitions.ts";
import { rollUp } from "./rollups.ts";
import { reportUptime } from "./uptime-report.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let tenant: Tenant;
/** Half past an hour, so that raw edges are there on both sides. */
const now = new Date(Math.floor(Date.now() / HOUR) * HOUR + 30 * MINUTE);
const before = (ms: number) => new Date(now.getTime() - ms);
const ask = (query: Partial<AnalyticsQuery> = {}): AnalyticsQuery => ({
  from: before(20 * DAY),
  to: now,
  by: "none",
  compare: false,
  limit: 50,
  ...query,
});

beforeAll(async () => {
  tenant = await openTenant();
  const { db } = tenant;
  for (let day = 0; day < 25; day++) await maintainPartitions(db, before(day * DAY), 3_650);
  // Every ten minutes for 25 days: "slow" takes 200 to 299 ms, "quick" 20 to 29; every 50th check of "quick" fails.
  for (const [name, tags, base, step] of [
    ["slow", ["eu", "shop"], 200, 1],
    ["quick", ["eu"], 20, 0.1],
  ] as const) {
    const { id } = await tenant.addMonitor({ name, tags });
    await db.pool.query(
      `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status, http_status, is_anomaly)
       SELECT (SELECT id FROM monitors WHERE public_id = $1), at, 0, $2::float8 + (n % 100) * $3::float8, 's',
         CASE WHEN $4 = 'quick' AND n % 50 = 0 THEN 'f' ELSE 'o' END::"char", 'U', 200, n % 500 = 1
       FROM generate_series($5::timestamptz, $6::timestamptz - interval '1 ms', interval '10 minutes') WITH ORDINALITY AS g(at, n)`,
      [id, base, step, name, before(25 * DAY), now],
    );
  }
  const { rows } = await db.pool.query<{ id: number }>(
    `INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name, unit, location, tags)
     SELECT $1, s, $2, s, '°C', 'attic', '{}' FROM unnest(ARRAY['warm', 'cold']) s RETURNING id`,
    [tenant.scope.workspaceId, tenant.userId],
  );
  for (const [i, { id }] of rows.entries())
    await db.pool.query(
      `INSERT INTO readings (sensor_key, at, value) SELECT $1, at, $2::float8 * (1 + n % 10)
       FROM generate_series($3::timestamptz, $4::timestamptz - interval '1 ms', interval '1 hour') WITH ORDINALITY AS g(at, n)`,
      [id, i === 0 ? 3 : -3, before(10 * DAY), now],
    );
  await rollUp(db, now);
});
afterAll(() => tenant.close());

test("latencies of all together: count, mean, extremes and percentiles, from weeks, days, hours and raw checks", async () => {
  const { total, groups, unit, from, to } = await analyse(tenant.scope, "latency", ask({ bucket: "none" }));
  const checks = (Date.parse(to) - Date.parse(from)) / (10 * MINUTE);
  expect(unit).toBe("ms");
  expect(groups).toEqual([]);
  // Every 50th of one of them failed; a range begins anywhere between two of those.
  expect(Math.abs(total.count - (2 * checks - checks / 50))).toBeLessThanOrEqual(1);
  expect(total).toMatchObject({ min: expect.closeTo(20.1, 2), uptime_ratio: expect.closeTo(0.99, 2) });
  expect(total.avg).toBeCloseTo(138.4, 0);
  expect((total.p99 ?? 0) / 297).toBeCloseTo(1, 1);
  expect(total.anomalies).toBeGreaterThan(5);
});

test("what is read from rollups is what raw checks say, whatever the range", async () => {
  for (const hours of [3, 26, 47, 5 * 24, 19 * 24]) {
    const range = { from: before(hours * HOUR), to: now };
    const result = await analyse(tenant.scope, "latency", ask({ ...range, bucket: "none", by: "monitor" }));
    const { rows } = await tenant.db.pool.query<{ name: string; count: number; avg: number; min: number }>(
      `SELECT m.name, count(*)::int AS count, avg(total_ms) AS avg, min(total_ms) AS min FROM checks c JOIN monitors m ON m.id = c.monitor_id
       WHERE outcome = 'o' AND scheduled_at >= $1 AND scheduled_at < $2 GROUP BY 1`,
      [result.from, result.to],
    );
    expect(result.groups).toHaveLength(2);
    for (const { name, count, avg, min } of result.groups) {
      const raw = rows.find((row) => row.name === name);
      expect([hours, name, count]).toEqual([hours, name, raw?.count]);
      expect(avg).toBeCloseTo(raw?.avg ?? 0, 2);
      expect(min).toBeCloseTo(raw?.min ?? 0, 3);
    }
  }
});

test("what has several tags is in each of their groups, and once in the total", async () => {
  const { total, groups } = await analyse(tenant.scope, "latency", ask({ by: "tag", bucket: "day" }));
  expect(groups.map(({ name }) => name)).toEqual(["eu", "shop"]);
  expect(groups[0]?.count).toBe(total.count);
  expect(groups[1]).toMatchObject({ min: 200, max: 299, uptime_ratio: 1 });
  expect(groups[1]?.buckets.length).toBe(total.buckets.length);
  const counted = total.buckets.reduce((sum, { count }) => sum + count, 0);
  expect(counted).toBe(total.count);
});

test("each bucket follows the one before, and the range before stands beside this one", async () => {
  const { total, previous, from, groups } = await analyse(
    tenant.scope,
    "latency",
    ask({ from: before(8 * DAY), bucket: "day", compare: true, by: "monitor" }),
  );
  for (const [i, one] of total.buckets.entries()) {
    expect(Date.parse(one.from)).toBeLessThan(Date.parse(one.to));
    if (i > 0) expect(one.from).toBe(total.buckets[i - 1]?.to);
  }
  expect(previous?.to).toBe(from);
  expect(previous?.count).toBe(total.count);
  expect(groups.map((group) => group.previous?.count)).toEqual(groups.map(({ count }) => count));
});

test("values of sensors have percentiles too, whatever their sign", async () => {
  const { total, groups, unit } = await analyse(
    tenant.scope,
    "readings",
    ask({ by: "sensor", from: before(9 * DAY), bucket: "week" }),
  );
  expect(unit).toBe("°C");
  expect(total).toMatchObject({ min: -30, max: 30, avg: expect.closeTo(0, 0) });
  const [cold, warm] = groups.toSorted((a, b) => a.name.localeCompare(b.name));
  expect(cold?.p50 ?? 0).toBeCloseTo(-18, -0.5);
  expect((warm?.p99 ?? 0) / 30).toBeCloseTo(1, 1);
  expect(valueBucketOf(-18)).toBe(-valueBucketOf(18));
  const byPlace = await analyse(tenant.scope, "readings", ask({ by: "location" }));
  expect(byPlace.groups).toMatchObject([{ id: "attic", unit: "°C" }]);
});

test("values in several units are counted, and put together only where they are of one", async () => {
  const { db, scope, userId } = tenant;
  const { rows } = await db.pool.query<{ id: number }>(
    `INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name, unit, location, tags)
     VALUES ($1, 'press', $2, 'press', 'hPa', 'attic', '{air}'), ($1, 'plain', $2, 'plain', '', 'cellar', '{air}') RETURNING id`,
    [scope.workspaceId, userId],
  );
  for (const { id } of rows)
    await db.pool.query("INSERT INTO readings (sensor_key, at, value) VALUES ($1, $2, 1000), ($1, $3, 1010)", [
      id,
      before(2 * MINUTE),
      before(MINUTE),
    ]);
  const range = { from: before(30 * HOUR), to: now, compare: true };
  const NONE = { unit: null, avg: null, min: null, max: null, p50: null, p95: null, p99: null };
  const { unit, ...nothing } = NONE;
  const each = await analyse(scope, "readings", ask({ ...range, by: "sensor" }));
  const counted = each.groups.reduce((sum, { count }) => sum + count, 0);
  expect(each).toMatchObject({ unit, total: { ...nothing, count: counted }, previous: nothing });
  expect(each.total.buckets.every(({ avg, count }) => avg === null && count > 0)).toBe(true);
  const press = each.groups.find(({ id }) => id === "press");
  expect(press).toMatchObject({ unit: "hPa", avg: 1005, min: 1000, max: 1010, buckets: [{ avg: 1005 }] });
  const places = await analyse(scope, "readings", ask({ ...range, by: "location" }));
  expect(places.groups.map(({ name, avg }) => [name, avg])).toEqual([
    ["attic", null],
    ["cellar", 1005],
  ]);
  const tags = await analyse(scope, "readings", ask({ ...range, by: "tag" }));
  expect(tags.groups).toMatchObject([{ name: "air", count: 4, ...NONE, buckets: [nothing] }]);
  await db.pool.query("DELETE FROM readings WHERE sensor_key = ANY($1)", [rows.map(({ id }) => id)]);
  await db.pool.query("DELETE FROM sensors WHERE id = ANY($1)", [rows.map(({ id }) => id)]);
});

test("long ranges are of whole UTC days that are over, and say so", async () => {
  const { from, to } = await analyse(tenant.scope, "latency", ask({ from: before(90 * DAY) }));
  expect([from, to].map((at) => at.slice(11))).toEqual(["00:00:00.000Z", "00:00:00.000Z"]);
  expect(Date.parse(to)).toBeLessThanOrEqual(now.getTime());
});

test("what is not there is refused by its name", async () => {
  const unknown = analyse(tenant.scope, "latency", ask({ id: "00000000-0000-4000-8000-000000000000" }));
  await expect(unknown).rejects.toThrow("There is no such monitor");
  const narrow = analyse(tenant.scope, "latency", ask({ from: before(30 * DAY), bucket: "hour" }));
  await expect(narrow).rejects.toThrow("bucket: must be wider");
});

test("the uptime report: checks, downtime, recoveries and latencies of each monitor, and of tags", async () => {
  const { id } = await tenant.db.prisma.monitor.findFirstOrThrow({ where: { name: "quick" } });
  const outage = { workspaceId: tenant.scope.workspaceId, monitorId: id, reason: 1, detail: "" };
  const spans = [
    [before(40 * HOUR), before(39 * HOUR)],
    [before(30 * HOUR), before(27 * HOUR)],
  ] as const;
  for (const [startedAt, endedAt] of spans)
    await tenant.db.prisma.incident.create({ data: { ...outage, startedAt, confirmedAt: startedAt, endedAt } });
  const range = { from: before(47 * HOUR), to: now };

  const each = await reportUptime(tenant.scope, { ...range, by: "monitor" }, now);
  expect(each.rows.map(({ name }) => name)).toEqual(["quick", "slow"]);
  expect(each.rows[0]).toMatchObject({
    uptime_ratio: expect.closeTo(0.98, 2),
    downtime_ms: 4 * HOUR,
    incidents: 2,
    mean_time_to_recovery_ms: 2 * HOUR,
    p50_ms: expect.closeTo(25, -0.5),
  });
  expect(each.rows[1]).toMatchObject({ uptime_ratio: 1, failures: 0, incidents: 0, mean_time_to_recovery_ms: null });
  expect(each.total.checks).toBe(each.rows.reduce((sum, { checks }) => sum + checks, 0));

  const tags = await reportUptime(tenant.scope, { ...range, by: "tag" }, now);
  expect(tags.rows).toMatchObject([
    { name: "eu", incidents: 2, downtime_ms: 4 * HOUR, checks: each.total.checks },
    { name: "shop", uptime_ratio: 1 },
  ]);
});
