import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { claimDeliveries, finishDelivery, type ClaimedDelivery } from "./deliveries.ts";
import { findIncident } from "./incidents.ts";
import { fanOut } from "./outbox.ts";
import { deleteMonitor, findMonitor, updateMonitor } from "./monitors.ts";

const DEBOUNCE_MS = 60_000;
let tenant: Tenant;
let monitor: { id: number; publicId: string };

beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.db.pool.query("DELETE FROM deliveries");
  monitor = await findMonitor(tenant.scope, (await tenant.addMonitor()).id);
});

/** Opens an incident with its outbox row, as a commit does. */
async function goDown(): Promise<string> {
  const id = randomUUID();
  await tenant.db.pool.query(
    "INSERT INTO incidents (id, workspace_id, monitor_id, started_at, confirmed_at, reason, detail) VALUES ($1, $2, $3, now(), now(), 2, 'It refused.')",
    [id, tenant.scope.workspaceId, monitor.id],
  );
  await tell(id, "DOWN");
  return id;
}

async function comeUp(id: string): Promise<void> {
  await tenant.db.pool.query("UPDATE incidents SET ended_at = now() WHERE id = $1", [id]);
  await tell(id, "UP");
}

async function tell(incidentId: string, kind: "DOWN" | "UP"): Promise<void> {
  await tenant.db.pool.query("INSERT INTO transitions (incident_id, kind, at) VALUES ($1, $2, now())", [
    incidentId,
    kind,
  ]);
  await fanOut(tenant.db, true);
}

const claim = (at = new Date()) => claimDeliveries(tenant.db, at, DEBOUNCE_MS, 50);
const send = (delivery: ClaimedDelivery | undefined, at = new Date()) => {
  if (delivery === undefined) throw new Error("nothing was claimed");
  return finishDelivery(tenant.db, delivery, { state: "SENT", messageId: "1" }, at);
};
const dueNow = () => tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING'");
const states = async () =>
  (
    await tenant.db.pool.query<{ kind: string; state: string }>(
      "SELECT kind, state FROM deliveries ORDER BY created_at, kind",
    )
  ).rows.map(({ kind, state }) => `${kind} ${state}`);

test("a transition is fanned out once, however many look at once", async () => {
  await goDown();
  await Promise.all([fanOut(tenant.db, true), fanOut(tenant.db, true)]);
  expect(await states()).toEqual(["DOWN PENDING"]);
});

test("nobody is mailed at an address that is not verified, unless the instance allows it", async () => {
  const id = randomUUID();
  await tenant.db.pool.query(
    "INSERT INTO incidents (id, workspace_id, monitor_id, started_at, confirmed_at, reason, detail) VALUES ($1, $2, $3, now(), now(), 2, '')",
    [id, tenant.scope.workspaceId, monitor.id],
  );
  await tenant.db.pool.query("INSERT INTO transitions (incident_id, kind, at) VALUES ($1, 'DOWN', now())", [id]);
  await fanOut(tenant.db, false);
  expect(await states()).toEqual([]);
});

test("two workers never claim the same message", async () => {
  await goDown();
  const claimed = (await Promise.all([claim(), claim(), claim()])).flat();
  expect(claimed.map(({ kind }) => kind)).toEqual(["DOWN"]);
});

test("an UP waits until its DOWN is known to be sent", async () => {
  const id = await goDown();
  const [down] = await claim();
  await comeUp(id);
  expect(await claim()).toEqual([]);
  await send(down);
  await dueNow();
  expect((await claim()).map(({ kind }) => kind)).toEqual(["UP"]);
});

test("an outage that ended while the mail service was away is announced with both its mails", async () => {
  const id = await goDown();
  await comeUp(id);
  const [down] = await claim();
  expect(down?.kind).toBe("DOWN");
  expect(down?.incident?.endedAt).not.toBeNull();
  await send(down);
  await dueNow();
  expect((await claim()).map(({ kind }) => kind)).toEqual(["UP"]);
});

test("a second outage inside the window is held back, and dropped with its recovery when it ends inside", async () => {
  const first = await goDown();
  await send((await claim())[0]);
  await comeUp(first);
  await dueNow();
  await send((await claim())[0]);
  const second = await goDown();
  expect(await claim()).toEqual([]);
  await comeUp(second);
  await dueNow();
  expect(await claim()).toEqual([]);
  expect((await states()).filter((state) => state.endsWith("SENT"))).toEqual(["DOWN SENT", "UP SENT"]);
  await dueNow();
  await claim();
  expect((await states()).filter((state) => state.endsWith("SUPPRESSED"))).toHaveLength(2);
});

test("a second outage that is still on when the window ends is announced then", async () => {
  const first = await goDown();
  await send((await claim())[0]);
  await comeUp(first);
  await goDown();
  expect((await claim()).map(({ kind }) => kind)).toEqual(["UP"]);
  await dueNow();
  expect((await claim(new Date(Date.now() + DEBOUNCE_MS + 1_000))).map(({ kind }) => kind)).toEqual(["DOWN"]);
});

test("a sender that died leaves its message to another, and changes nothing when it comes back", async () => {
  await goDown();
  const [dead] = await claim();
  await tenant.db.pool.query("UPDATE deliveries SET lease_until = now() - interval '1 s'");
  const [living] = await claim();
  expect(living?.attempts).toBe(2);
  await send(living);
  if (dead)
    await finishDelivery(tenant.db, dead, { state: "PENDING", error: "time-out", isAnswerLost: false }, new Date());
  expect(await states()).toEqual(["DOWN SENT"]);
});

test("a message whose answer was lost is repeated once, and is marked when it is lost again; its recovery is told", async () => {
  const id = await goDown();
  const lost = { state: "PENDING", error: "cut", isAnswerLost: true } as const;
  const [first] = await claim();
  if (first) await finishDelivery(tenant.db, first, lost, new Date());
  expect(await states()).toEqual(["DOWN PENDING"]);
  await dueNow();
  const [second] = await claim();
  if (second) await finishDelivery(tenant.db, second, lost, new Date());
  expect(await states()).toEqual(["DOWN UNCONFIRMED"]);
  const incident = await findIncident(tenant.scope, id);
  expect(incident?.alerts).toMatchObject([{ kind: "DOWN", state: "UNCONFIRMED", detail: "cut" }]);
  await comeUp(id);
  expect((await claim()).map(({ kind }) => kind)).toEqual(["UP"]);
});

test("a message whose senders died twice is left alone: two copies are the most that anyone gets", async () => {
  await goDown();
  const dies = () => tenant.db.pool.query("UPDATE deliveries SET lease_until = now() - interval '1 ms'");
  expect(await claim()).toHaveLength(1);
  await dies();
  expect(await claim()).toHaveLength(1);
  await dies();
  expect(await claim()).toEqual([]);
  expect(await states()).toEqual(["DOWN UNCONFIRMED"]);
});

test("a rejected recipient is marked, not tried again, and hears of no recovery either", async () => {
  const id = await goDown();
  const [down] = await claim();
  if (down) await finishDelivery(tenant.db, down, { state: "REJECTED", error: "inactive recipient" }, new Date());
  await comeUp(id);
  expect(await claim()).toEqual([]);
  expect(await states()).toEqual(["DOWN REJECTED", "UP SUPPRESSED"]);
});

test("pausing or deleting a monitor stops the mails that are not on their way", async () => {
  await goDown();
  await updateMonitor(tenant.scope, tenant.box, monitor.publicId, { is_active: false });
  expect(await claim()).toEqual([]);
  await deleteMonitor(tenant.scope, monitor.publicId);
  expect(await states()).toEqual([]);
});
