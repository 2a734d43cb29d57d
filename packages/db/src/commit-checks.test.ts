import type { ProbeResult } from "@pulsecheck/shared/check";
import { decide } from "@pulsecheck/shared/monitor-state";
import { SHARDS } from "@pulsecheck/shared/schedule";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { listChecks } from "./checks.ts";
import { commitChecks, type FinishedCheck } from "./commit-checks.ts";
import { claimDue, claimOne, freeClaimsOfDead, handBack, type ClaimedCheck } from "./due-checks.ts";
import { finishLatency } from "./finish-latency.ts";
import { listIncidents } from "./incidents.ts";
import { deleteMonitor, getMonitor, updateMonitor } from "./monitors.ts";
import { watchMonitors } from "./watches.ts";
import { reportWorker } from "./worker-processes.ts";

const WORKER = randomUUID();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());
beforeEach(() => tenant.db.pool.query("UPDATE monitor_states SET next_check_at = NULL, scheduled_at = NULL"));

async function claimAll(): Promise<ClaimedCheck[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => claimDue(tenant.db, WORKER, shard, 0, 100));
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
  return {
    claim,
    result,
    decision,
    incidentId,
    nextCheckAt: new Date(Date.now() + 60_000),
    cronState: null,
    events: [],
    latency: finishLatency(claim, result),
    inMaintenance: false,
  };
}

/** Makes a lease end now, as if its worker had died a while ago. */
const endLease = (claim: ClaimedCheck) =>
  tenant.db.pool.query(
    "UPDATE monitor_states SET next_check_at = now() - interval '1 ms', leased_until = now() - interval '1 ms' WHERE monitor_id = $1",
    [claim.monitorId],
  );
const checksOf = async (claim: ClaimedCheck) =>
  (await listChecks(tenant.scope, claim.publicId, { limit: 100, sort: "-checked_at" })).items;
const incidentsOf = async (claim: ClaimedCheck) =>
  (await listIncidents(tenant.scope, { limit: 100, sort: "-started_at" }, { monitorId: claim.monitorId })).items;

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
    expect(await claimDue(tenant.db, WORKER, claim.monitorId % SHARDS, 1_250, 10)).toEqual([]);
  });

  test("what a worker holds who gave no sign of life is due at once; what he says later is refused", async () => {
    const sign = { host: "here", pid: 1, startedAt: new Date(), sinceTickMs: 0, lagMs: 0, hasNetwork: true };
    await reportWorker(tenant.db, { ...sign, id: WORKER });
    const claim = await claimFresh();
    expect(await freeClaimsOfDead(tenant.db, 60_000)).toEqual([]);
    await tenant.db.pool.query("UPDATE worker_processes SET last_seen_at = now() - interval '7 s' WHERE id = $1", [
      WORKER,
    ]);
    await reportWorker(tenant.db, { ...sign, id: randomUUID() });
    expect(await freeClaimsOfDead(tenant.db, 6_000)).toEqual([{ host: "here", pid: 1, claims: 1 }]);
    expect(await freeClaimsOfDead(tenant.db, 6_000)).toEqual([]);
    const [again] = await claimAll();
    expect(again?.scheduledAt).toEqual(claim.scheduledAt);
    expect(await commitChecks(tenant.db, [finish(claim, false)])).toEqual([]);
  });

  test("the next regular check is planned at once, so that a claim that gets lost costs one interval", async () => {
    const claim = await claimFresh({ interval: 60 });
    const { next_check_at: due } = await getMonitor(tenant.scope, claim.publicId);
    expect(due).toBe(claim.scheduledAt.toISOString());
    const { rows } = await tenant.db.pool.query<{ next: Date }>(
      "SELECT next_check_at AS next FROM monitor_states WHERE monitor_id = $1",
      [claim.monitorId],
    );
    expect(rows[0]?.next.getTime()).toBe(claim.scheduledAt.getTime() + 60_000);
  });

  test("what is handed back is due at once, for anybody", async () => {
    const claim = await claimFresh();
    await handBack(tenant.db, [claim]);
    const [again] = await claimAll();
    expect(again?.scheduledAt).toEqual(claim.scheduledAt);
  });

  test("a check by hand waits for the one under way, and a stranger gets none", async () => {
    const claim = await claimFresh();
    expect(await claimOne(tenant.scope, WORKER, claim.publicId)).toBeNull();
    await commitChecks(tenant.db, [finish(claim, true)]);
    expect(await claimOne({ ...tenant.scope, workspaceId: 999_999 }, WORKER, claim.publicId)).toBeNull();
    expect((await claimOne(tenant.scope, WORKER, claim.publicId))?.kind).toBe("manual");
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
  test("says which checks somebody watches, for as long as they do", async () => {
    const [watched, other] = [await claimFresh(), await claimFresh()];
    const { workspaceId } = tenant.scope;
    const ask = (ids: string[], forMs: number) =>
      watchMonitors(
        tenant.db,
        ids.map((monitorId) => ({ workspaceId, monitorId })),
        forMs,
      );
    await ask([watched.publicId, watched.publicId, randomUUID()], 60_000);
    await watchMonitors(tenant.db, [{ workspaceId: 999_999, monitorId: other.publicId }], 60_000);
    const accepted = await commitChecks(tenant.db, [finish(watched, true), finish(other, true)]);
    const flags = new Map(accepted.map(({ claim, isWatched }) => [claim.publicId, isWatched]));
    expect(flags).toEqual(
      new Map([
        [watched.publicId, true],
        [other.publicId, false],
      ]),
    );
    await ask([other.publicId], -1);
    await endLease(other);
    const [again] = await claimAll();
    expect(again?.isWatched).toBe(false);
  });

  test.each(['says "no"', "a back\\slash, {braces}, commas", "NULL", "", " ünïcödé 🙂\n"])(
    "a result's words are stored as they are: %j",
    async (detail) => {
      const claim = await claimFresh();
      const finished = finish(claim, false);
      await commitChecks(tenant.db, [{ ...finished, result: { ...finished.result, detail } }]);
      expect((await checksOf(claim))[0]?.detail).toBe(detail);
    },
  );

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
    const { rows } = await tenant.db.pool.query(
      "SELECT t.kind FROM transitions t JOIN incidents i ON i.id = t.incident_id WHERE i.monitor_id = $1",
      [claim.monitorId],
    );
    expect(rows).toEqual([{ kind: "DOWN" }]);
  });

  test("a changed name or note leaves the check under way alone", async () => {
    const claim = await claimFresh();
    await updateMonitor(tenant.scope, tenant.box, claim.publicId, { name: "renamed", notes: "by hand" });
    expect(await commitChecks(tenant.db, [finish(claim, true)])).toHaveLength(1);
  });
});
