import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { windowCreateSchema } from "@pulsecheck/shared/maintenance-window";
import { parseSchedule } from "@pulsecheck/shared/cron-schedule";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { claimDeliveries } from "./deliveries.ts";
import { createWindow, endWindow } from "./maintenance-windows.ts";
import { getStats } from "./stats.ts";

const MINUTE = 60_000;
let tenant: Tenant;
let monitorId: string;
let key: number;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.db.pool.query("DELETE FROM deliveries");
  monitorId = (await tenant.addMonitor()).id;
  key = (await tenant.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } })).id;
});

async function openOutage(minutesAgo: number): Promise<string> {
  const { id } = await tenant.db.prisma.incident.create({
    data: {
      workspaceId: tenant.scope.workspaceId,
      monitorId: key,
      startedAt: new Date(Date.now() - minutesAgo * MINUTE),
      confirmedAt: new Date(),
      reason: 1,
      detail: "",
    },
  });
  return id;
}
const endOutage = (id: string) => tenant.db.prisma.incident.update({ where: { id }, data: { endedAt: new Date() } });
const deliver = (incidentId: string, kind: "DOWN" | "UP") =>
  tenant.db.prisma.delivery.create({
    data: { kind, recipient: tenant.email, incidentId, lane: `monitor ${key}`, dueAt: new Date() },
  });
async function beginMaintenance(): Promise<() => Promise<unknown>> {
  const [starts_at, ends_at] = [-MINUTE, 60 * MINUTE].map((ms) => new Date(Date.now() + ms).toISOString());
  const schedule = { kind: "once", starts_at, ends_at };
  const input = { name: randomUUID(), targets: { monitor_ids: [monitorId] }, schedule };
  const { window } = await createWindow(tenant.scope, windowCreateSchema({ parseSchedule }).parse(input));
  return () => endWindow(tenant.scope, window.id);
}
/** The kinds of what may go out now, as if whatever waits had come to be looked at again. */
async function goOut(): Promise<string[]> {
  await tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING'");
  return (await claimDeliveries(tenant.db, new Date(), 0, 50)).map(({ kind }) => kind);
}

test("an alert that is due during maintenance goes out after it, if the outage is still on", async () => {
  const end = await beginMaintenance();
  await deliver(await openOutage(5), "DOWN");
  expect(await goOut()).toEqual([]);
  expect(await goOut()).toEqual([]);
  await end();
  expect(await goOut()).toEqual(["DOWN"]);
});

test("what began and ended without anybody being told is told to nobody", async () => {
  const incident = await openOutage(5);
  await deliver(incident, "DOWN");
  const end = await beginMaintenance();
  expect(await goOut()).toEqual([]);
  await endOutage(incident);
  await deliver(incident, "UP");
  expect(await goOut()).toEqual([]);
  await end();
  expect(await goOut()).toEqual([]);
  expect(await goOut()).toEqual([]);
  const states = await tenant.db.prisma.delivery.findMany({ select: { state: true } });
  expect(states).toEqual([{ state: "SUPPRESSED" }, { state: "SUPPRESSED" }]);
});

test("the recovery of an outage that was told is told after the maintenance", async () => {
  const incident = await openOutage(5);
  const down = await deliver(incident, "DOWN");
  await tenant.db.prisma.delivery.update({ where: { id: down.id }, data: { state: "SENT", sentAt: new Date() } });
  const end = await beginMaintenance();
  await endOutage(incident);
  await deliver(incident, "UP");
  expect(await goOut()).toEqual([]);
  await end();
  expect(await goOut()).toEqual(["UP"]);
});

test("of an outage that goes on the time in maintenance is no downtime", async () => {
  await openOutage(30);
  await tenant.db.pool.query(
    `INSERT INTO maintenance_spans (workspace_id, monitor_id, starts_at, ends_at, is_over)
     SELECT $1, $2, now() - make_interval(mins => a), now() - make_interval(mins => b), true FROM (VALUES (20, 10), (15, 5), (60, 25)) AS v(a, b)`,
    [tenant.scope.workspaceId, key],
  );
  const now = new Date();
  const stats = await getStats(tenant.scope, monitorId, new Date(now.getTime() - 60 * MINUTE), now, now);
  // Of thirty minutes 25 to 20 and 5 to 0 are left.
  expect(Math.round(stats.downtime_ms / MINUTE)).toBe(10);
  expect(stats.incidents).toBe(1);
});
