import { randomUUID } from "node:crypto";
import { USUAL_UNTIL_ENDED } from "@pulsecheck/shared/anomaly-streak";
import type { ProbeResult } from "@pulsecheck/shared/check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { listChecks } from "./checks.ts";
import { commitChecks } from "./commit-checks.ts";
import { claimOne } from "./due-checks.ts";
import { finishCheck } from "./finish-check.ts";
import { listIncidents } from "./incidents.ts";
import { deleteMonitor, findMonitor, getMonitor, updateMonitor } from "./monitors.ts";
import { fanOut, listUnpublished } from "./outbox.ts";
import { publishChecks } from "./publish-checks.ts";
import { getStats } from "./stats.ts";

const USUAL = Array.from({ length: 100 }, (_, i) => 75 + (i % 11));
/** As many usual ones as end an anomaly's incident. */
const AGAIN = USUAL.slice(0, USUAL_UNTIL_ENDED);
const START = Date.now() - 4 * 3_600_000;
let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());

/** A monitor with a hundred usual checks behind it, one a minute. */
async function watch(fields: Record<string, unknown> = {}) {
  const { id } = await tenant.addMonitor({ name: "shop", failure_threshold: 1, ...fields });
  const { id: monitorId } = await findMonitor(tenant.scope, id);
  const told: string[] = [];
  const bus = {
    async publish(events: readonly { type: string }[]) {
      told.push(...events.map(({ type }) => type));
    },
  };
  let minute = 0;

  /** A good check that took so long, or a failed one. */
  async function check(latencyMs: number | null) {
    const claim = await claimOne(tenant.scope, randomUUID(), id);
    if (claim === null) throw new Error("it cannot be claimed");
    const startedAt = new Date(START + minute++ * 60_000);
    const finished = finishCheck(claim, resultOf(latencyMs, startedAt), startedAt);
    const accepted = await commitChecks(tenant.db, [finished]);
    await publishChecks({ db: tenant.db, broker: { bus }, log: { warn: () => undefined } }, accepted);
  }
  async function checks(latencies: readonly (number | null)[]) {
    for (const one of latencies) await check(one);
  }
  await checks(USUAL);
  told.length = 0;
  const incidents = async () =>
    (await listIncidents(tenant.scope, { limit: 100, sort: "-started_at" }, { monitorId })).items;
  return { id, told, checks, incidents };
}

function resultOf(latencyMs: number | null, startedAt: Date): ProbeResult {
  const isOk = latencyMs !== null;
  return {
    outcome: isOk ? "ok" : "failure",
    reason: isOk ? null : "http_status",
    detail: isOk ? null : "It answered with status 500.",
    httpStatus: isOk ? 200 : 500,
    phases: { dns: null, connect: 0.3, tls: null, firstByte: 1.2, total: latencyMs ?? 5_000 },
    resolvedAddress: "192.0.2.1",
    tlsExpiresAt: null,
    startedAt,
  };
}

const find = async (id: string, filter: { anomaly?: boolean }) =>
  (await listChecks(tenant.scope, id, { limit: 200, sort: "-checked_at", ...filter })).items.map(
    ({ latency_ms }) => latency_ms,
  );

describe("a target that turns slow", () => {
  test("has its unusual checks marked, and no incident where nobody asked for it", async () => {
    const { id, checks, incidents, told } = await watch();
    await checks([812, 830, 80]);
    expect(await find(id, { anomaly: true })).toEqual([830, 812]);
    expect(await find(id, { anomaly: false })).toHaveLength(USUAL.length + 1);
    expect(await find(id, {})).toHaveLength(USUAL.length + 3);
    expect(await incidents()).toEqual([]);
    expect(told).toEqual([]);
  });

  test("is told where somebody asked for it: from the second slow answer to the fifth usual one after it", async () => {
    const { checks, incidents, told } = await watch({ alerts_on_anomaly: true });
    await checks([812]);
    expect(await incidents()).toEqual([]);
    await checks([830]);
    expect(await incidents()).toMatchObject([
      {
        kind: "anomaly",
        reason: "anomaly",
        subject: { type: "monitor", name: "shop" },
        started_at: new Date(START + USUAL.length * 60_000).toISOString(),
        confirmed_at: new Date(START + (USUAL.length + 1) * 60_000).toISOString(),
        ended_at: null,
        detail: expect.stringMatching(/^The answer took 830 ms; usual are \d+ ms to \d+ ms\.$/),
      },
    ]);
    expect(told).toEqual(["incident.opened"]);
    expect(await fanOut(tenant.db, true)).toBe(1);

    await checks([840, 80, 845, ...AGAIN]);
    expect(await incidents()).toMatchObject([
      { ended_at: new Date(START + (USUAL.length + 4 + AGAIN.length) * 60_000).toISOString() },
    ]);
    expect(told).toEqual(["incident.opened", "incident.closed"]);
    expect(await fanOut(tenant.db, true)).toBe(1);
    expect(await listUnpublished(tenant.db, 0)).toEqual({ ids: [], events: [] });
    const { rows } = await tenant.db.pool.query<{ kind: string; lane: string }>(
      "SELECT d.kind, d.lane FROM deliveries d JOIN incidents i ON i.id = d.incident_id WHERE i.kind = 'anomaly' ORDER BY d.id",
    );
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual(["DOWN", "UP"]);
    expect(rows.every(({ lane }) => /^monitor \d+ anomaly$/.test(lane))).toBe(true);
  });

  test("is up all the while: that is no downtime", async () => {
    const { id, checks } = await watch({ alerts_on_anomaly: true });
    await checks([812, 830, 840]);
    expect((await getMonitor(tenant.scope, id)).status).toBe("UP");
    const stats = await getStats(tenant.scope, id, new Date(START), new Date(), new Date());
    expect(stats).toMatchObject({ uptime_ratio: 1, failures: 0, downtime_ms: 0 });
  });

  test("may go down meanwhile: an outage beside the anomaly, which ends later", async () => {
    const { checks, incidents, told } = await watch({ alerts_on_anomaly: true });
    await checks([812, 830, null]);
    expect((await incidents()).map(({ kind, ended_at }) => [kind, ended_at])).toEqual(
      expect.arrayContaining([
        ["anomaly", null],
        ["outage", null],
      ]),
    );
    told.length = 0;
    await checks(AGAIN);
    expect((await incidents()).every(({ ended_at }) => ended_at !== null)).toBe(true);
    expect(told).toEqual(["monitor.status", "incident.closed", "incident.closed"]);
  });
});

describe("what is no anomaly", () => {
  test("a failed check, however long it took: neither marked nor learned from", async () => {
    const { id, checks } = await watch();
    await checks(Array.from({ length: 80 }, () => null));
    await checks([812]);
    expect(await find(id, { anomaly: true })).toEqual([812]);
  });

  test("what was not checked by us before: a new address begins anew", async () => {
    const { id, checks } = await watch();
    await updateMonitor(tenant.scope, tenant.box, id, { url: "http://192.0.2.2/" });
    await checks([812, 830]);
    expect(await find(id, { anomaly: true })).toEqual([]);
  });
});

describe("an anomaly that is on", () => {
  test("ends with a pause, without an alert", async () => {
    const { id, checks, incidents } = await watch({ alerts_on_anomaly: true });
    await checks([812, 830]);
    const { closedIncidentIds } = await updateMonitor(tenant.scope, tenant.box, id, { is_active: false });
    expect(closedIncidentIds).toEqual((await incidents()).map((incident) => incident.id));
    await fanOut(tenant.db, true);
    expect(await incidents()).toMatchObject([{ kind: "anomaly", ended_at: expect.any(String), alerts: [] }]);
    await updateMonitor(tenant.scope, tenant.box, id, { is_active: true });
    await checks([840, 845]);
    expect(await incidents()).toHaveLength(2);
  });

  test("ends with the next check where nobody asks for it any more", async () => {
    const { id, checks, incidents } = await watch({ alerts_on_anomaly: true });
    await checks([812, 830]);
    await updateMonitor(tenant.scope, tenant.box, id, { alerts_on_anomaly: false });
    await checks([840]);
    expect(await incidents()).toMatchObject([{ ended_at: expect.any(String) }]);
    expect(await find(id, { anomaly: true })).toEqual([840, 830, 812]);
  });

  test("goes with its monitor", async () => {
    const { id, checks, incidents } = await watch({ alerts_on_anomaly: true });
    await checks([812, 830]);
    await deleteMonitor(tenant.scope, id);
    expect(await incidents()).toEqual([]);
  });
});
