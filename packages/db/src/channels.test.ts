import { randomUUID } from "node:crypto";
import { ALONE_AT_MOST, GATHER_MS } from "@pulsecheck/shared/alert-digest";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { createChannel, deleteChannel, updateChannel } from "./channels.ts";
import { claimDeliveries, finishDelivery, type ClaimedDelivery } from "./deliveries.ts";
import { findMonitor } from "./monitors.ts";
import { fanOut } from "./outbox.ts";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());
beforeEach(async () => {
  for (const table of ["deliveries", "transitions", "alert_channels", "incidents"])
    await tenant.db.pool.query(`DELETE FROM ${table}`);
});

const CONFIG = { url: "https://hooks.example.com/services/a-secret-path" };
const add = (fields: object = {}) =>
  createChannel(tenant.scope, tenant.box, {
    kind: "slack",
    name: "ops",
    config: CONFIG,
    tags: [],
    severities: [],
    is_active: true,
    ...fields,
  });

/** An incident of a monitor of its own, as a commit writes it. */
async function goDown(fields: Record<string, unknown> = {}, kind = "outage"): Promise<string> {
  const { id: monitorId } = await findMonitor(tenant.scope, (await tenant.addMonitor(fields)).id);
  const id = randomUUID();
  await tenant.db.pool.query(
    `INSERT INTO incidents (id, workspace_id, monitor_id, kind, started_at, confirmed_at, reason, detail) VALUES ($1, $2, $3, $4, now(), now(), 2, 'It refused.')`,
    [id, tenant.scope.workspaceId, monitorId, kind],
  );
  await tell(id, "DOWN");
  return id;
}
async function tell(incidentId: string, kind: "DOWN" | "UP"): Promise<void> {
  await tenant.db.pool.query("INSERT INTO transitions (incident_id, kind, at) VALUES ($1, $2, now())", [
    incidentId,
    kind,
  ]);
  await fanOut(tenant.db, true);
}

const claim = async (at = new Date()) =>
  (await claimDeliveries(tenant.db, at, 0, 100)).filter(({ channel }) => channel !== null);
const send = (delivery: ClaimedDelivery, at = new Date()) =>
  finishDelivery(tenant.db, delivery, { state: "SENT", messageId: null }, at);
const channelOf = async (incidentId: string) =>
  (await tenant.db.prisma.delivery.findMany({ where: { incidentId, channelId: { not: null } } })).map(
    ({ channelId }) => channelId,
  );
const states = async () => {
  const rows = await tenant.db.prisma.delivery.groupBy({
    by: ["state"],
    where: { channel: { not: "email" } },
    _count: true,
  });
  return Object.fromEntries(rows.map(({ state, _count }) => [state, _count]));
};

describe("who is told", () => {
  test.each([
    ["everything where nothing is named", {}, true],
    ["what has one of its tags", { tags: ["prod", "db"] }, true],
    ["nothing that has none of them", { tags: ["dev"] }, false],
    ["incidents of its kinds", { severities: ["outage", "threshold"] }, true],
    ["no incident of another kind", { severities: ["anomaly"] }, false],
    ["nothing while it is off", { is_active: false }, false],
  ])("a channel: %s", async (_name, fields, isTold) => {
    const { id } = await add(fields);
    expect(await channelOf(await goDown({ tags: ["prod", "eu"] }))).toEqual(isTold ? [id] : []);
  });

  test("another workspace's channel hears nothing", async () => {
    await add();
    const { id: workspaceId } = await tenant.db.prisma.workspace.create({ data: { name: "another" } });
    await tenant.db.prisma.alertChannel.updateMany({ data: { workspaceId } });
    expect(await channelOf(await goDown())).toEqual([]);
  });
});

test.each(["removed", "switched off"])("a channel that is %s gets neither what waits nor the recovery", async (how) => {
  const { id } = await add();
  const incident = await goDown();
  const [down] = await claim();
  if (down) await send(down);
  await goDown();
  await tell(incident, "UP");
  if (how === "removed") await deleteChannel(tenant.scope, id);
  else await updateChannel(tenant.scope, tenant.box, id, { is_active: false }, () => undefined);
  expect(await claim()).toEqual([]);
  expect(await states()).toEqual({ SENT: 1, SUPPRESSED: 2 });
});

test("the audit log names what was changed, and holds no secret", async () => {
  const { id } = await add();
  const change = { name: "ops again" };
  await updateChannel(tenant.scope, tenant.box, id, change, () => ({
    url: "https://hooks.example.com/another-secret",
  }));
  await deleteChannel(tenant.scope, id);
  const entries = await tenant.db.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } });
  expect(entries.map(({ action }) => action)).toEqual(["channel.created", "channel.updated", "channel.deleted"]);
  expect(entries[1]?.after).toEqual({ name: "ops again", config: { url: "https://hooks.example.com/********" } });
  const written = JSON.stringify(entries, (_key, value) => (typeof value === "bigint" ? String(value) : value));
  expect(written).not.toMatch(/a-secret-path|another-secret/);
});

describe("fifty outages at once", () => {
  /** Lets the gathering end. */
  const gather = () =>
    tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING' AND is_gathered");
  const incidentsOf = ({ incident, others }: ClaimedDelivery) =>
    [incident, ...others.map((other) => other.incident)].map((one) => one?.id ?? "");
  const flood = async () => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i += 1) ids.push(await goDown({ name: `monitor ${i}` }));
    return ids;
  };

  test("the first few go at once, the rest in one message within seconds; their recoveries likewise; none twice", async () => {
    await add();
    const ids = await flood();
    const first = await claim();
    expect(first.map(({ others }) => others.length)).toEqual(Array.from({ length: ALONE_AT_MOST }, () => 0));
    for (const one of first) await send(one);
    expect(await claim()).toEqual([]);
    const { rows } = await tenant.db.pool.query<{ ms: number }>(
      "SELECT extract(epoch FROM max(due_at) - now()) * 1000 AS ms FROM deliveries WHERE is_gathered AND channel = 'slack'",
    );
    expect(Number(rows[0]?.ms)).toBeLessThanOrEqual(GATHER_MS);
    await gather();
    const [digest, ...more] = await claim();
    expect([digest?.others.length, more]).toEqual([50 - ALONE_AT_MOST - 1, []]);
    if (digest) await send(digest);
    expect([...first, ...(digest ? [digest] : [])].flatMap(incidentsOf).toSorted()).toEqual(ids.toSorted());
    expect(await states()).toEqual({ SENT: 50 });

    for (const id of ids) await tell(id, "UP");
    const ups = await claim();
    expect(ups.map(({ kind, others }) => [kind, others.length])).toEqual(Array.from({ length: 5 }, () => ["UP", 0]));
    for (const one of ups) await send(one);
    await claim();
    await gather();
    const [recovered] = await claim();
    expect(recovered?.others).toHaveLength(44);
    if (recovered) await send(recovered);
    await gather();
    expect(await claim()).toEqual([]);
    expect(await states()).toEqual({ SENT: 100 });
  });

  test("a sender that dies with a digest leaves it to another, whole and under the same id, once", async () => {
    await add();
    await flood();
    for (const one of await claim()) await send(one);
    await claim();
    await gather();
    const [dead] = await claim();
    const dies = () =>
      tenant.db.pool.query("UPDATE deliveries SET lease_until = now() - interval '1 ms' WHERE state = 'SENDING'");
    await dies();
    const [living, ...more] = await claim();
    expect(more).toEqual([]);
    expect(living?.messageId).toBe(dead?.messageId);
    expect(living && incidentsOf(living).toSorted()).toEqual(dead && incidentsOf(dead).toSorted());
    if (dead) await send(dead);
    expect(await states()).toEqual({ SENT: 5, SENDING: 45 });
    await dies();
    expect(await claim()).toEqual([]);
    expect(await states()).toEqual({ SENT: 5, UNCONFIRMED: 45 });
  });

  test("a digest that was refused for now is tried again as one, when the service wants it", async () => {
    await add();
    await flood();
    for (const one of await claim()) await send(one);
    await claim();
    await gather();
    const [digest] = await claim();
    const outcome = { state: "PENDING", error: "It answered 429", isAnswerLost: false, retryAfterMs: 60_000 } as const;
    if (digest) await finishDelivery(tenant.db, digest, outcome, new Date());
    expect(await claim()).toEqual([]);
    await tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING'");
    const again = await claim();
    expect(again.map(({ others, messageId }) => [others.length, messageId])).toEqual([[44, digest?.messageId]]);
  });

  const isWorkedOn = (incidentId: string, isOn: boolean) =>
    tenant.db.pool.query(
      isOn
        ? "INSERT INTO maintenance_spans (workspace_id, monitor_id, starts_at, ends_at) SELECT workspace_id, monitor_id, now() - interval '1 s', now() + interval '1 h' FROM incidents WHERE id = $1"
        : "DELETE FROM maintenance_spans s USING incidents i WHERE i.id = $1 AND s.monitor_id = i.monitor_id",
      [incidentId],
    );
  const dueNow = () => tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING'");

  test("what is held back while the rest of its refused digest goes out comes later, under another id", async () => {
    await add();
    await flood();
    for (const one of await claim()) await send(one);
    await claim();
    await gather();
    const [refused] = await claim();
    if (refused === undefined) throw new Error("nothing was claimed");
    const [held = ""] = incidentsOf(refused).slice(-1);
    await finishDelivery(tenant.db, refused, { state: "PENDING", error: "503", isAnswerLost: false }, new Date());
    await isWorkedOn(held, true);
    await dueNow();
    const [rest, ...more] = await claim();
    expect([rest?.messageId, rest?.others.length, more]).toEqual([refused.messageId, 43, []]);
    if (rest) await send(rest);
    await isWorkedOn(held, false);
    await dueNow();
    expect(await claim()).toEqual([]);
    await gather();
    const [last, ...others] = await claim();
    expect([last?.incident?.id, others]).toEqual([held, []]);
    expect(last?.messageId).not.toBe(refused.messageId);
  });

  test("a digest whose answer was lost is repeated whole, whatever is worked on since", async () => {
    await add();
    await flood();
    for (const one of await claim()) await send(one);
    await claim();
    await gather();
    const [lost] = await claim();
    if (lost === undefined) throw new Error("nothing was claimed");
    await finishDelivery(tenant.db, lost, { state: "PENDING", error: "cut", isAnswerLost: true }, new Date());
    await isWorkedOn(incidentsOf(lost)[7] ?? "", true);
    await dueNow();
    expect((await claim()).map(({ messageId, others }) => [messageId, others.length])).toEqual([[lost.messageId, 44]]);
  });

  test("where the operator wants each by itself, each is", async () => {
    await add();
    await flood();
    const claimed = await claimDeliveries(tenant.db, new Date(), 0, 1_000, 1_000);
    expect(claimed.filter(({ channel, others }) => channel !== null && others.length === 0)).toHaveLength(50);
  });
});
