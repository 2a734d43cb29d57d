import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { commitReports, type Report } from "./heartbeats.ts";
import { rollUp } from "./rollups.ts";
import type { Series } from "./series-rollups.ts";

const HOUR = 3_600_000;
/** The start of a UTC day that is over, and not too old for a report. */
const DAY = Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 48 * HOUR;

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
  await tenant.db.pool.query("INSERT INTO rollup_progress VALUES (1, $1), (24, $1)", [new Date(DAY)]);
});
afterAll(() => tenant.close());

function reportOf(deviceId: string, sentAt: number | null, fields: Partial<Report> = {}): Report {
  return {
    workspaceId: tenant.scope.workspaceId,
    userId: tenant.userId,
    deviceId,
    name: null,
    location: null,
    heardAt: Date.now(),
    sentAt,
    values: { batteryLevel: 50, signalStrength: null },
    ...fields,
  };
}

const commit = (...reports: Report[]) => commitReports(tenant.db, reports, 100);

describe("rollups of what devices report late", () => {
  /** What is rolled up of a device: readings, sum, least and most, by hours first. */
  async function rolledUp(deviceId: string, series: Series) {
    const { rows } = await tenant.db.pool.query(
      `SELECT period_hours AS hours, bucket_at AS at, readings, sum, min, max FROM series_rollups r JOIN devices d ON d.id = r.key
       WHERE d.device_id = $1 AND series = $2 ORDER BY 1, 2`,
      [deviceId, series],
    );
    return rows;
  }
  const at = (ms: number) => new Date(DAY + ms);
  const values = (batteryLevel: number, signalStrength: number | null = null) => ({
    values: { batteryLevel, signalStrength },
  });

  test("days later they are in their hour and their day, whatever was rolled up", async () => {
    await commit(
      reportOf("late", DAY + 1, values(90, -40)),
      reportOf("late", DAY + 5 * HOUR, values(80)),
      reportOf("other", DAY + 1, values(7)),
    );
    await rollUp(tenant.db, new Date());
    const hour = { hours: 1, at: at(0), readings: 1, sum: 90, min: 90, max: 90 };
    expect((await rolledUp("late", "b")).slice(0, 1)).toEqual([hour]);

    await commit(reportOf("late", DAY + 2, values(10, -60)), reportOf("late", DAY + 7 * HOUR, values(70, -80)));
    expect(await rolledUp("late", "b")).toEqual([
      { hours: 1, at: at(0), readings: 2, sum: 100, min: 10, max: 90 },
      { hours: 1, at: at(5 * HOUR), readings: 1, sum: 80, min: 80, max: 80 },
      { hours: 1, at: at(7 * HOUR), readings: 1, sum: 70, min: 70, max: 70 },
      { hours: 24, at: at(0), readings: 4, sum: 250, min: 10, max: 90 },
    ]);
    expect((await rolledUp("late", "s")).at(-1)).toMatchObject({
      hours: 24,
      readings: 3,
      sum: -180,
      min: -80,
      max: -40,
    });
    expect((await rolledUp("late", "h")).at(-1)).toMatchObject({ hours: 24, readings: 4 });
    expect(await rolledUp("other", "b")).toMatchObject([{ readings: 1 }, { readings: 1 }]);
  });

  test("one that is repeated adds nothing, and what is new waits for its hour to be over", async () => {
    const first = reportOf("again", DAY + 1, values(20));
    await commit(first);
    await commit(first, reportOf("again", null));
    expect(await rolledUp("again", "h")).toMatchObject([
      { hours: 1, readings: 1 },
      { hours: 24, readings: 1 },
    ]);
  });
});

describe("the name of a device", () => {
  const nameOf = async (deviceId: string) =>
    tenant.db.prisma.device.findFirstOrThrow({ where: { deviceId }, select: { name: true, location: true } });
  const named = (name: string | null, location: string | null = null) => ({ name, location });

  test("of a new one is that of its newest heartbeat, in whatever order the batch tells them", async () => {
    await commit(
      reportOf("new", DAY + 2, named("newest")),
      reportOf("new", DAY + 1, named("oldest", "cellar")),
      reportOf("new", DAY + 3),
    );
    expect(await nameOf("new")).toEqual({ name: "newest", location: "cellar" });
  });

  test("is its id where it never told one", async () => {
    await commit(reportOf("nameless", null));
    expect(await nameOf("nameless")).toEqual({ name: "nameless", location: "" });
  });

  test("follows what it calls itself now, not what it did before", async () => {
    await commit(reportOf("renamed", DAY + HOUR, named("first")));
    await commit(reportOf("renamed", DAY + 2 * HOUR, named("second")), reportOf("renamed", DAY, named("long ago")));
    expect(await nameOf("renamed")).toMatchObject({ name: "second" });
    await commit(reportOf("renamed", DAY + 1, named("long ago")));
    expect(await nameOf("renamed")).toMatchObject({ name: "second" });
  });
});
