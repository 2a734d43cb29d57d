import type { ProbeResult } from "@pulsecheck/shared/check";
import { decide } from "@pulsecheck/shared/monitor-state";
import { SHARDS } from "@pulsecheck/shared/schedule";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { listChecks } from "./checks.ts";
import { commitChecks, type FinishedCheck } from "./commit-checks.ts";
import { claimDue, claimOne, handBack, type ClaimedCheck } from "./due-checks.ts";
import { listIncidents } from "./incidents.ts";
import { deleteMonitor, getMonitor, updateMonitor } from "./monitors.ts";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());
beforeEach(() => tenant.db.pool.query("UPDATE monitor_states SET next_check_at = NULL"));

async function claimAll(): Promise<ClaimedCheck[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => claimDue(tenant.db, shard, 0, 100));
  return (await Promise.all(shards)).flat();
}

async function claimFresh(fields: Record<string, unknown> = {}): Promise<ClaimedCheck> {
  await tenant.addMonitor({ failure_threshold: 1, ...fields });
  const [claim] = await claimAll();
  if (claim === undefined) throw new Error("a new monitor is not due");
  return claim;
}

function finish(claim: ClaimedCheck, isOk: boolean, at = new Date()): FinishedCheck {
  const result: ProbeResult = {
    outcome: isOk ? "ok" : "failure",
    reason: isOk ? null : "connect",
    detail: isOk ? null : "It refused the connection.",
    httpStatus: isOk ? 200 : null,
    phases: { dns: null, connect: 0.3, tls: null, firstByte: 1.2, total: 2.5 },
    resolvedAddress: "192.0.2.1",
    tlsExpiresAt: null,
    startedAt: at,
  };
  const decision = decide(claim.state, result.outcome, at, claim.failureThreshold);
  const incidentId =
    decision.transition?.kind === "DOWN" ? randomUUID() : decision.next.hasOpenIncident ? claim.incidentId : null;
  return { claim, result, decision, incidentId, nextCheckAt: new Date(Date.now() + 60_000), events: [] };
}

/** Makes a lease end now, as if its worker had died a while ago. */
const endLease = (claim: ClaimedCheck) =>
  tenant.db.pool.query("UPDATE monitor_states SET next_check_at = now() - interval '1 ms' WHERE monitor_id = $1", [
    claim.monitorId,
  ]);
const checksOf = async (claim: ClaimedCheck) => (await listChecks(tenant.scope, claim.publicId, { limit: 100 })).items;
const incidentsOf = async (claim: ClaimedCheck) =>
  (await listIncidents(tenant.scope, { limit: 100 }, claim.monitorId)).items;

describe("claiming", () => {
  test("two workers that claim at once never get the same monitor", async () => {
    for (let n = 0; n < 40; n++) await tenant.addMonitor();
    const claims = (await Promise.all([claimAll(), claimAll(), claimAll()])).flat();
    expect(claims).toHaveLength(40);
    expect(new Set(claims.map((claim) => claim.monitorId)).size).toBe(40);
    expect(await claimAll()).toEqual([]);
  });

  test("a dead worker's monitor is due again when its lease ends, for the same due time", async () => {
    const first = await claimFresh();
    expect(await claimAll()).toEqual([]);
    await endLease(first);
    const [second] = await claimAll();
    expect(second?.scheduledAt).toEqual(first.scheduledAt);
    expect(BigInt(second?.fence ?? 0)).toBe(BigInt(first.fence) + 1n);
  });

  test("a lease is not cut short by the claiming of what is due soon", async () => {
    const claim = await claimFresh();
    await tenant.db.pool.query(
      "UPDATE monitor_states SET next_check_at = now() + interval '500 ms' WHERE monitor_id = $1",
      [claim.monitorId],
    );
    expect(await claimDue(tenant.db, claim.monitorId % SHARDS, 1_250, 10)).toEqual([]);
  });

  test("what is handed back is due at once, for anybody", async () => {
    const claim = await claimFresh();
    await handBack(tenant.db, [claim]);
    const [again] = await claimAll();
    expect(again?.scheduledAt).toEqual(claim.scheduledAt);
  });

  test("a check by hand waits for the one under way, and a stranger gets none", async () => {
    const claim = await claimFresh();
    expect(await claimOne(tenant.scope, claim.publicId)).toBeNull();
    await commitChecks(tenant.db, [finish(claim, true)]);
    expect(await claimOne({ ...tenant.scope, workspaceId: 999_999 }, claim.publicId)).toBeNull();
    expect((await claimOne(tenant.scope, claim.publicId))?.kind).toBe("manual");
  });

  test("what was due days ago, while nobody worked, is due now and finds its partition", async () => {
    const monitor = await tenant.addMonitor();
    await tenant.db.pool.query(
      "UPDATE monitor_states SET next_check_at = now() - interval '90 days' WHERE monitor_id = (SELECT id FROM monitors WHERE public_id = $1)",
      [monitor.id],
    );
    const [claim] = await claimAll();
    if (claim === undefined) throw new Error("it is not due");
    expect(await commitChecks(tenant.db, [finish(claim, true)])).toHaveLength(1);
    expect(await checksOf(claim)).toHaveLength(1);
  });
});

describe("committing", () => {
  test("a check is stored once, however often its result is committed", async () => {
    const finished = finish(await claimFresh(), true);
    expect(await commitChecks(tenant.db, [finished])).toHaveLength(1);
    expect(await commitChecks(tenant.db, [finished])).toEqual([]);
    expect(await checksOf(finished.claim)).toHaveLength(1);
  });

  test("a worker that wakes up late cannot write over a newer state", async () => {
    const frozen = await claimFresh();
    await endLease(frozen);
    const [awake] = await claimAll();
    if (awake === undefined) throw new Error("the lease has not ended");
    await commitChecks(tenant.db, [finish(awake, true)]);
    expect(await commitChecks(tenant.db, [finish(frozen, false)])).toEqual([]);
    expect(await getMonitor(tenant.scope, frozen.publicId)).toMatchObject({ status: "UP" });
    expect(await incidentsOf(frozen)).toEqual([]);
  });

  test.each([
    ["changed", { url: "http://192.0.2.2/" }],
    ["paused", { is_active: false }],
  ])("a result for a monitor that was %s meanwhile is void", async (_what, change) => {
    const claim = await claimFresh();
    await updateMonitor(tenant.scope, tenant.box, claim.publicId, change);
    expect(await commitChecks(tenant.db, [finish(claim, false)])).toEqual([]);
    expect(await checksOf(claim)).toEqual([]);
    expect((await getMonitor(tenant.scope, claim.publicId)).status).toBe("UNKNOWN");
  });

  test("a result for a deleted monitor is void, and does not hurt the others of its batch", async () => {
    const claim = await claimFresh();
    const other = await claimFresh();
    await deleteMonitor(tenant.scope, claim.publicId);
    const accepted = await commitChecks(tenant.db, [finish(claim, false), finish(other, false)]);
    expect(accepted.map(({ claim: { publicId } }) => publicId)).toEqual([other.publicId]);
    expect(await incidentsOf(other)).toHaveLength(1);
  });

  test("a transition writes its incident and its outbox row with the state, or nothing at all", async () => {
    const claim = await claimFresh();
    await tenant.db.pool.query("ALTER TABLE transitions ADD CONSTRAINT no_more CHECK (id < 0) NOT VALID");
    await expect(commitChecks(tenant.db, [finish(claim, false)])).rejects.toThrow("no_more");
    expect(await checksOf(claim)).toEqual([]);
    expect(await incidentsOf(claim)).toEqual([]);
    await tenant.db.pool.query("ALTER TABLE transitions DROP CONSTRAINT no_more");

    await commitChecks(tenant.db, [finish(claim, false)]);
    expect((await getMonitor(tenant.scope, claim.publicId)).status).toBe("DOWN");
    expect(await incidentsOf(claim)).toMatchObject([{ reason: "connect", ended_at: null }]);
    const { rows } = await tenant.db.pool.query("SELECT kind FROM transitions WHERE monitor_id = $1", [
      claim.monitorId,
    ]);
    expect(rows).toEqual([{ kind: "DOWN" }]);
  });

  test("a changed name or note leaves the check under way alone", async () => {
    const claim = await claimFresh();
    await updateMonitor(tenant.scope, tenant.box, claim.publicId, { name: "renamed", notes: "by hand" });
    expect(await commitChecks(tenant.db, [finish(claim, true)])).toHaveLength(1);
  });
});
