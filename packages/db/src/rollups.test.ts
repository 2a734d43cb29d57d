import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bucketOf } from "@pulsecheck/shared/histogram";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { cutRange } from "./measured.ts";
import { maintainPartitions } from "./partitions.ts";
import { rollUp } from "./rollups.ts";
import { getStats } from "./stats.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());

/**
 * Stores a good check every `everyMs` from `from` to `to`, with latencies of 1, 2, .. 100 ms in turn; every tenth fails.
 * Each connects in 2 ms, the failed ones in 999; every other one asks DNS for 4 ms; the last byte is the first one.
 */
async function fill(monitorId: string, from: Date, to: Date, everyMs: number, { db }: Tenant = tenant): Promise<void> {
  for (let day = Math.floor(from.getTime() / DAY) * DAY; day < to.getTime(); day += DAY) {
    await maintainPartitions(db, new Date(day), 3_650);
  }
  await db.pool.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, first_byte_ms, dns_ms, connect_ms, kind, outcome, status, http_status)
     SELECT (SELECT id FROM monitors WHERE public_id = $1), at, 0, 1 + (n - 1) % 100, 1 + (n - 1) % 100, CASE WHEN n % 2 = 0 THEN 4 END,
       CASE WHEN n % 10 = 0 THEN 999 ELSE 2 END, 's', CASE WHEN n % 10 = 0 THEN 'f' ELSE 'o' END::"char", 'U', 200
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', $4 * interval '1 ms') WITH ORDINALITY AS g(at, n)`,
    [monitorId, from, to, everyMs],
  );
}

describe("rollups", () => {
  test("/stats says the same from rollups as from raw checks, over any range", async () => {
    const { id } = await tenant.addMonitor();
    const now = new Date(Math.floor(Date.now() / HOUR) * HOUR + 30 * 60_000);
    await fill(id, new Date(now.getTime() - 12 * DAY), now, 5 * 60_000);
    const ranges = [24 * HOUR, 27 * HOUR, 7 * DAY, 11 * DAY + 1_234_567, 40 * DAY + 1_234_567];
    const read = () =>
      Promise.all(ranges.map((ms) => getStats(tenant.scope, id, new Date(now.getTime() - ms), now, now)));
    const fromRaw = await read();
    await rollUp(tenant.db, now);
    const fromRollups = await read();
    for (const [i, raw] of fromRaw.entries()) {
      expect(fromRollups[i]).toMatchObject({
        checks: raw.checks,
        failures: raw.failures,
        uptime_ratio: raw.uptime_ratio,
        latency_ms: raw.latency_ms,
        phases_ms: { dns: 4, connect: 2, tls: null, first_byte: raw.latency_ms.avg },
      });
    }
    expect(fromRaw[0]).toMatchObject({ checks: 288, failures: 29, inconclusive: 0 });
    expect(Math.abs((fromRaw[2]?.latency_ms.p50 ?? 0) / 50 - 1)).toBeLessThan(0.06);
    expect(Math.abs((fromRaw[2]?.latency_ms.p99 ?? 0) / 99 - 1)).toBeLessThan(0.04);
  });

  test.each([
    ["2 hours until now", 2, 0, 60_000],
    ["26 hours until now", 26, 0, 600_000],
    ["2 hours of the day before", 30, 28, HOUR],
    ["4 days", 96, 0, HOUR],
    ["20 days", 480, 0, 6 * HOUR],
    ["40 days", 960, 0, DAY],
  ])("%s come in buckets of their width, each with all that was measured in it", async (_what, fromH, toH, widthMs) => {
    const fresh = await openTenant();
    const { id } = await fresh.addMonitor();
    const now = new Date(Math.floor(Date.now() / HOUR) * HOUR + 30 * 60_000);
    await fill(id, new Date(now.getTime() - 50 * DAY), new Date(now.getTime() - 5 * DAY), HOUR, fresh);
    await fill(id, new Date(now.getTime() - 5 * DAY), now, 30_000, fresh);
    await rollUp(fresh.db, now);
    const [from, to] = [fromH, toH].map((hours) => new Date(now.getTime() - hours * HOUR));
    const { buckets, checks } = await getStats(fresh.scope, id, from ?? now, to ?? now, now);
    const firstAt = Math.floor((from?.getTime() ?? 0) / widthMs) * widthMs;
    const expected = Array.from({ length: Math.ceil(((to?.getTime() ?? 0) - firstAt) / widthMs) }, (_, i) => [
      new Date(firstAt + i * widthMs).toISOString(),
      new Date(firstAt + (i + 1) * widthMs).toISOString(),
    ]);
    expect(buckets.map((bucket) => [bucket.from, bucket.to])).toEqual(expected);
    expect(buckets.reduce((sum, bucket) => sum + bucket.checks, 0)).toBe(checks);
    if (widthMs < HOUR)
      expect(buckets[1]).toMatchObject({ checks: widthMs / 30_000, phases_ms: { connect: 2, tls: null } });
    await fresh.close();
  });

  test("what was rolled up before phases were counted has none", async () => {
    const { id } = await tenant.addMonitor();
    const now = new Date();
    const at = new Date(Math.floor(now.getTime() / DAY - 50) * DAY);
    await tenant.db.pool.query(
      `INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, checks, failures, inconclusive, latency_sum_ms, hist_buckets, hist_counts)
       SELECT id, 24, $2, 5, 0, 0, 50, '{48}', '{5}' FROM monitors WHERE public_id = $1`,
      [id, at],
    );
    await tenant.db.pool.query("UPDATE rollup_progress SET rolled_until = greatest(rolled_until, $1)", [now]);
    const stats = await getStats(tenant.scope, id, new Date(now.getTime() - 60 * DAY), now, now);
    expect(stats).toMatchObject({ checks: 5, phases_ms: { dns: null, connect: null, tls: null, first_byte: null } });
  });

  test("rolling up twice adds nothing, and takes in what came late", async () => {
    const fresh = await openTenant();
    const { id } = await fresh.addMonitor();
    const now = new Date(Math.floor(Date.now() / HOUR) * HOUR + 20 * 60_000);
    const read = async () => (await getStats(fresh.scope, id, new Date(now.getTime() - 3 * HOUR), now, now)).checks;
    await fill(id, new Date(now.getTime() - 3 * HOUR), now, 60_000, fresh);
    await rollUp(fresh.db, now);
    expect(await read()).toBe(180);
    await rollUp(fresh.db, now);
    expect(await read()).toBe(180);
    const late = now.getTime() - 90 * 60_000 + 1;
    await fill(id, new Date(late), new Date(late + 1), 60_000, fresh);
    await rollUp(fresh.db, new Date(now.getTime() + HOUR));
    expect(await read()).toBe(181);
    await fresh.close();
  });

  test("nothing measured is null, not 100 %", async () => {
    const { id } = await tenant.addMonitor();
    const now = new Date();
    const stats = await getStats(tenant.scope, id, new Date(now.getTime() - 90 * DAY), now, now);
    expect(stats).toMatchObject({ checks: 0, uptime_ratio: null, downtime_ms: 0, incidents: 0, buckets: [] });
    expect(stats.latency_ms).toEqual({ avg: null, min: null, max: null, p50: null, p95: null, p99: null });
  });

  test("Postgres and we put a latency into the same bucket", async () => {
    const latencies = [0.01, 0.1, 0.5, 0.99, 1, 1.04, 1.05, 1.06, 7.7, 49.9, 123.4, 9_999.9, 60_000];
    const { id } = await tenant.addMonitor();
    const at = new Date(Math.floor(Date.now() / HOUR) * HOUR);
    await tenant.db.pool.query(
      `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, total_ms, kind, outcome, status)
       SELECT (SELECT id FROM monitors WHERE public_id = $1), $2::timestamptz + n * interval '1 ms', 0, ms, 's', 'o', 'U' FROM unnest($3::real[]) WITH ORDINALITY AS t(ms, n)`,
      [id, at, latencies],
    );
    await rollUp(tenant.db, new Date(at.getTime() + 2 * HOUR));
    const { rows } = await tenant.db.pool.query<{ hist_buckets: number[] }>(
      "SELECT hist_buckets FROM check_rollups WHERE period_hours = 1 AND monitor_id = (SELECT id FROM monitors WHERE public_id = $1)",
      [id],
    );
    expect(rows[0]?.hist_buckets).toEqual(
      [...new Set(latencies.map((ms) => bucketOf(Math.fround(ms))))].toSorted((a, b) => a - b),
    );
  });

  test.each([
    ["within an hour", 10.2, 10.8, ["raw"]],
    ["a few hours", 1.5, 5.5, ["raw", 1, "raw"]],
    ["beyond what is rolled up", 300.5, 310.5, ["raw"]],
    ["eleven days", 3.5, 267.5, ["raw", 1, 24, 1, "raw"]],
  ])("a range of %s is cut without a hole", (_what, fromH, toH, sources) => {
    const segments = cutRange(fromH * HOUR, toH * HOUR, { hours: 280 * HOUR, days: 264 * HOUR });
    expect(segments.map(({ source }) => source)).toEqual(sources);
    expect(segments[0]?.from).toBe(fromH * HOUR);
    expect(segments.at(-1)?.to).toBe(toH * HOUR);
    for (const [i, segment] of segments.entries()) if (i > 0) expect(segment.from).toBe(segments[i - 1]?.to);
  });
});

describe("partitions", () => {
  test("are there a week ahead, and dropped whole when every check in them is older than the retention", async () => {
    const fresh = await openTenant();
    const now = new Date();
    const names = async () =>
      (
        await fresh.db.pool.query<{ name: string }>(
          "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'checks'::regclass ORDER BY 1",
        )
      ).rows.map(({ name }) => name);
    expect(await names()).toHaveLength(9);
    const later = new Date(now.getTime() + 5 * DAY);
    const dropped = await maintainPartitions(fresh.db, later, 3);
    expect(dropped.filter((name) => name.startsWith("checks_"))).toHaveLength(3);
    expect(await names()).toHaveLength(11);
    expect(await maintainPartitions(fresh.db, later, 3)).toEqual([]);
    await Promise.all([1, 2, 3].map(() => maintainPartitions(fresh.db, new Date(later.getTime() + DAY), 3)));
    expect(await names()).toHaveLength(11);
    await fresh.close();
  });
});
