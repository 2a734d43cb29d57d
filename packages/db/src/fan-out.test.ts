import { randomUUID } from "node:crypto";
import type { Role } from "@pulsecheck/shared/role";
import type { WorkspaceChange } from "@pulsecheck/shared/workspace";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { addAlertAddress, removeAlertAddress } from "./alert-addresses.ts";
import { inTransaction } from "./client.ts";
import { claimDeliveries, finishDelivery, type ClaimedDelivery } from "./deliveries.ts";
import { findMonitor } from "./monitors.ts";
import { fanOut } from "./outbox.ts";
import { registerUser } from "./users.ts";
import { updateWorkspace } from "./workspaces.ts";

const INSTANCE_DEBOUNCE_MS = 3_600_000;
let tenant: Tenant;
let monitor: { id: number; publicId: string };
beforeAll(async () => {
  tenant = await openTenant();
  const { db, scope, userId } = tenant;
  await db.prisma.user.update({ where: { id: userId }, data: { isVerified: true } });
  await addMember("bob", "VIEWER");
  await addMember("reporter", "INGEST");
  await addMember("unverified", "USER", { isVerified: false });
  await addMember("inactive", "USER", { isActive: false });
  // Registered before addresses were kept in lower case.
  await addMember("Carol", "USER", { email: "Carol@Example.com" });
  for (const name of ["ops", "bob", "carol", "unconfirmed"]) {
    const { id } = await addAlertAddress(scope, `${name}@example.com`, new Date());
    if (name !== "unconfirmed")
      await db.prisma.alertAddress.update({ where: { id }, data: { verifiedAt: new Date() } });
  }
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.db.pool.query("DELETE FROM deliveries");
  await set({ alert_audience: "creator", debounce_minutes: null });
  monitor = await findMonitor(tenant.scope, (await tenant.addMonitor()).id);
});

async function addMember(name: string, role: Role, fields: object = {}): Promise<void> {
  const { db, scope } = tenant;
  const input = { email: `${name}@example.com`, passwordHash: "-", firstName: name, lastName: "Example" };
  const { id: userId } = await registerUser(db, input, new Date());
  await db.prisma.user.update({ where: { id: userId }, data: { isVerified: true, ...fields } });
  await db.prisma.membership.create({ data: { workspaceId: scope.workspaceId, userId, role } });
}

const set = (change: WorkspaceChange) => updateWorkspace(tenant.scope, change);
const claim = (at = new Date()) => claimDeliveries(tenant.db, at, INSTANCE_DEBOUNCE_MS, 50);
const send = (delivery: ClaimedDelivery) =>
  finishDelivery(tenant.db, delivery, { state: "SENT", messageId: "1" }, new Date());
const sendAll = async () => {
  const claimed = await claim();
  for (const delivery of claimed) await send(delivery);
  return claimed;
};
const dueNow = () => tenant.db.pool.query("UPDATE deliveries SET due_at = now() WHERE state = 'PENDING'");
const readDeliveries = async (kind: "DOWN" | "UP") =>
  tenant.db.prisma.delivery.findMany({ where: { kind }, orderBy: { recipient: "asc" } });
const recipients = async (kind: "DOWN" | "UP") => (await readDeliveries(kind)).map(({ recipient }) => recipient);

async function goDown(): Promise<string> {
  const { db, scope } = tenant;
  const at = new Date();
  const { id } = await db.prisma.incident.create({
    data: {
      workspaceId: scope.workspaceId,
      monitorId: monitor.id,
      startedAt: at,
      confirmedAt: at,
      reason: 2,
      detail: "",
    },
  });
  await db.prisma.transition.create({ data: { incidentId: id, kind: "DOWN", at } });
  return id;
}

async function comeUp(incidentId: string): Promise<void> {
  const at = new Date();
  await tenant.db.prisma.incident.update({ where: { id: incidentId }, data: { endedAt: at } });
  await tenant.db.prisma.transition.create({ data: { incidentId, kind: "UP", at } });
}

describe("who is told", () => {
  const extra = ["bob@example.com", "carol@example.com", "ops@example.com"];
  test.each([
    ["creator", ["alice@example.com", ...extra]],
    ["members", ["alice@example.com", "bob@example.com", "Carol@Example.com", "ops@example.com"]],
    ["addresses_only", extra],
  ] as const)("%s: once each, confirmed addresses always, nobody unverified", async (alert_audience, expected) => {
    await set({ alert_audience });
    await goDown();
    await fanOut(tenant.db, false);
    expect((await recipients("DOWN")).toSorted()).toEqual([...expected].toSorted());
    const asAddress = (await readDeliveries("DOWN")).filter(({ alertAddressId }) => alertAddressId !== null);
    const people = alert_audience === "members" ? ["bob@example.com", "carol@example.com"] : [];
    expect(asAddress.map(({ recipient }) => recipient).toSorted()).toEqual(
      extra.filter((email) => !people.includes(email)),
    );
  });

  test("where the instance may mail unverified ones, they are told as well", async () => {
    await set({ alert_audience: "members" });
    await goDown();
    await fanOut(tenant.db, true);
    expect(await recipients("DOWN")).toEqual(
      expect.arrayContaining(["unverified@example.com", "unconfirmed@example.com"]),
    );
    expect(await recipients("DOWN")).not.toContain("inactive@example.com");
    expect(await recipients("DOWN")).not.toContain("reporter@example.com");
  });

  test("another workspace's settings and addresses concern nobody here", async () => {
    const { id } = await tenant.db.prisma.workspace.create({ data: { name: "another", alertAudience: "members" } });
    const other = { workspaceId: id, email: "other@example.com", verifiedAt: new Date() };
    await tenant.db.prisma.alertAddress.create({ data: other });
    await goDown();
    await fanOut(tenant.db, false);
    expect(await recipients("DOWN")).not.toContain("other@example.com");
  });
});

describe("who is told of the recovery", () => {
  test("those who were told of the outage, whatever was changed meanwhile", async () => {
    const incident = await goDown();
    await fanOut(tenant.db, false);
    const told = await recipients("DOWN");
    await sendAll();
    await set({ alert_audience: "addresses_only" });
    const { id } = await addAlertAddress(tenant.scope, "late@example.com", new Date());
    await tenant.db.prisma.alertAddress.update({ where: { id }, data: { verifiedAt: new Date() } });
    await comeUp(incident);
    await fanOut(tenant.db, false);
    expect(await recipients("UP")).toEqual(told);
    const addressesOf = async (kind: "DOWN" | "UP") =>
      (await readDeliveries(kind)).map(({ alertAddressId }) => alertAddressId);
    expect(await addressesOf("UP")).toEqual(await addressesOf("DOWN"));
    await removeAlertAddress(tenant.scope, id);
  });

  test("an outage that begins and ends before anybody looks is told whole", async () => {
    await comeUp(await goDown());
    expect(await fanOut(tenant.db, false)).toBe(4);
    expect(await fanOut(tenant.db, false)).toBe(4);
    expect(await recipients("UP")).toEqual(await recipients("DOWN"));
    expect(await fanOut(tenant.db, false)).toBe(0);
  });

  test("while another worker is about to tell the outage, the recovery waits for it", async () => {
    const incident = await goDown();
    await inTransaction(tenant.db.pool, async (client) => {
      // That worker, in the middle of its statement.
      await client.query("SELECT 1 FROM transitions WHERE incident_id = $1 FOR UPDATE", [incident]);
      await comeUp(incident);
      expect(await fanOut(tenant.db, false)).toBe(0);
    });
    for (let i = 0; i < 2; i += 1) await Promise.all([fanOut(tenant.db, false), fanOut(tenant.db, false)]);
    expect(await recipients("UP")).toEqual(await recipients("DOWN"));
    expect(await recipients("UP")).toHaveLength(4);
  });
});

describe("an address that was removed", () => {
  let id: string;
  beforeEach(async () => {
    await set({ alert_audience: "addresses_only" });
    ({ id } = await addAlertAddress(tenant.scope, `stops-${randomUUID()}@example.com`, new Date()));
    await tenant.db.prisma.alertAddress.update({ where: { id }, data: { verifiedAt: new Date() } });
    await tenant.db.pool.query("DELETE FROM deliveries");
  });
  const stateOf = async (kind: "DOWN" | "UP") =>
    (await readDeliveries(kind)).find(({ alertAddressId }) => alertAddressId === id)?.state;

  test("hears neither of what waits to be sent, nor of the recovery of what was", async () => {
    const incident = await goDown();
    await fanOut(tenant.db, false);
    await sendAll();
    expect(await stateOf("DOWN")).toBe("SENT");
    await comeUp(incident);
    await fanOut(tenant.db, false);
    await removeAlertAddress(tenant.scope, id);
    expect((await sendAll()).map(({ alertAddressId }) => alertAddressId)).not.toContain(id);
    expect([await stateOf("UP"), (await recipients("UP")).length]).toEqual(["SUPPRESSED", 4]);
  });

  test("gets no second copy of what may have been sent", async () => {
    await goDown();
    await fanOut(tenant.db, false);
    await claim();
    await removeAlertAddress(tenant.scope, id);
    await tenant.db.pool.query("UPDATE deliveries SET lease_until = now() - interval '1 ms'");
    expect((await claim()).map(({ alertAddressId }) => alertAddressId)).not.toContain(id);
    expect(await stateOf("DOWN")).toBe("UNCONFIRMED");
  });
});

test("a mail that asks to confirm waits for nothing, and is not sent once its link is worthless", async () => {
  const { id } = await addAlertAddress(tenant.scope, "asked@example.com", new Date());
  const [mail] = await claim();
  expect(mail).toMatchObject({ kind: "VERIFY_ALERT_ADDRESS", alertAddressId: id, workspaceName: "Alice's workspace" });
  const late = await addAlertAddress(tenant.scope, "too-late@example.com", new Date());
  await tenant.db.prisma.alertAddress.update({ where: { id: late.id }, data: { tokenExpiresAt: new Date() } });
  expect(await claim()).toEqual([]);
  await removeAlertAddress(tenant.scope, id);
  await removeAlertAddress(tenant.scope, late.id);
});

describe("the debounce window", () => {
  /** One outage that was told and is over, and a second one that is on. */
  async function goDownTwice(): Promise<void> {
    const first = await goDown();
    await fanOut(tenant.db, false);
    await sendAll();
    await comeUp(first);
    await fanOut(tenant.db, false);
    await sendAll();
    await goDown();
    await fanOut(tenant.db, false);
  }
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

  test.each([
    [null, 60],
    [0, 0],
    [5, 5],
    [1_440, 1_440],
  ])("of a workspace that says %j is %i minutes long", async (debounce_minutes, minutes) => {
    await set({ debounce_minutes });
    await goDownTwice();
    if (minutes > 0) {
      expect(await claim(inMinutes(minutes - 1))).toEqual([]);
      await dueNow();
    }
    expect(await claim(inMinutes(minutes + 1))).toHaveLength(4);
  });

  test("is judged anew when it is changed", async () => {
    await set({ debounce_minutes: 1_440 });
    await goDownTwice();
    expect(await claim()).toEqual([]);
    await set({ name: "renamed" });
    expect(await claim()).toEqual([]);
    await set({ debounce_minutes: 0 });
    expect(await claim()).toHaveLength(4);
  });

  test("that is longer than the instance's is no plan from before a clock was set back", async () => {
    await set({ debounce_minutes: 1_440 });
    await goDownTwice();
    expect(await claim()).toEqual([]);
    const before = await readDeliveries("DOWN");
    expect(await claim()).toEqual([]);
    expect(await readDeliveries("DOWN")).toEqual(before);
  });
});
