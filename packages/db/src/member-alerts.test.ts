import { randomUUID } from "node:crypto";
import type { Role } from "@pulsecheck/shared/role";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { claimDeliveries, finishDelivery } from "./deliveries.ts";
import { addInvitation, resendInvitation, revokeInvitation } from "./invitations.ts";
import { changeMemberRole, removeMember } from "./members.ts";
import { findMonitor } from "./monitors.ts";
import { changeUser } from "./operator-users.ts";
import { fanOut } from "./outbox.ts";
import { registerUser } from "./users.ts";

const DEBOUNCE_MS = 3_600_000;
let tenant: Tenant;
/** Of bob, whose workspace it is not. */
let monitor: { id: number; publicId: string };
let bob: { id: string; email: string };
beforeAll(async () => {
  tenant = await openTenant();
  await tenant.db.prisma.user.update({ where: { id: tenant.userId }, data: { isVerified: true } });
  await addMember("dora", "ADMIN");
  await addMember("viewer", "VIEWER");
  await addMember("sleeping-admin", "ADMIN", { isActive: false });
  await addMember("unverified-admin", "ADMIN", { isVerified: false });
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.db.pool.query("DELETE FROM deliveries");
  bob = await addMember(`bob-${randomUUID()}`, "USER");
  monitor = await findMonitor(tenant.scope, (await tenant.addMonitor()).id);
  await tenant.db.prisma.monitor.update({ where: { id: monitor.id }, data: { createdById: bob.id } });
});

async function addMember(name: string, role: Role, fields: object = {}): Promise<{ id: string; email: string }> {
  const { db, scope } = tenant;
  const input = { email: `${name}@example.com`, passwordHash: "-", firstName: name, lastName: "Example" };
  const user = await registerUser(db, input, new Date());
  await db.prisma.user.update({ where: { id: user.id }, data: { isVerified: true, ...fields } });
  await db.prisma.membership.create({ data: { workspaceId: scope.workspaceId, userId: user.id, role } });
  await db.pool.query("DELETE FROM deliveries");
  return user;
}

async function goDown(): Promise<string> {
  const { db, scope } = tenant;
  const at = new Date();
  const incident = { workspaceId: scope.workspaceId, monitorId: monitor.id, startedAt: at, confirmedAt: at };
  const { id } = await db.prisma.incident.create({ data: { ...incident, reason: 2, detail: "" } });
  await db.prisma.transition.create({ data: { incidentId: id, kind: "DOWN", at } });
  await fanOut(db, false);
  return id;
}

async function comeUp(incidentId: string): Promise<void> {
  const at = new Date();
  await tenant.db.prisma.incident.update({ where: { id: incidentId }, data: { endedAt: at } });
  await tenant.db.prisma.transition.create({ data: { incidentId, kind: "UP", at } });
  await fanOut(tenant.db, false);
}

/** Sends what may go out. Returns to whom. */
async function sendAll(at = new Date()): Promise<string[]> {
  const claimed = await claimDeliveries(tenant.db, at, DEBOUNCE_MS, 50);
  for (const delivery of claimed)
    await finishDelivery(tenant.db, delivery, { state: "SENT", messageId: "1" }, new Date());
  return claimed.map(({ kind, recipient }) => `${kind} ${recipient}`).toSorted();
}
const leave = () => removeMember(tenant.scope, bob.id, new Date());
const states = async () =>
  (await tenant.db.prisma.delivery.findMany({ where: { recipient: bob.email } }))
    .map(({ kind, state }) => `${kind} ${state}`)
    .toSorted();
const ADMINS = ["DOWN alice@example.com", "DOWN dora@example.com"];

describe("the alerts of a monitor whose creator", () => {
  test("is a member go to the creator", async () => {
    await goDown();
    expect(await sendAll()).toEqual([`DOWN ${bob.email}`]);
  });

  test("has left go to the admins who can be told, and so does the recovery", async () => {
    await leave();
    const incident = await goDown();
    expect(await sendAll()).toEqual(ADMINS);
    await comeUp(incident);
    expect(await sendAll()).toEqual(ADMINS.map((line) => line.replace("DOWN", "UP")));
  });

  test.each([
    ["is inactive", "UPDATE users SET is_active = false WHERE id = $1"],
    ["may only report", "UPDATE memberships SET role = 'INGEST' WHERE user_id = $1 AND NOT is_personal"],
  ])("%s go to the admins", async (_, sql) => {
    await tenant.db.pool.query(sql, [bob.id]);
    await goDown();
    expect(await sendAll()).toEqual(ADMINS);
  });

  test("is a VIEWER by now go to the creator", async () => {
    await changeMemberRole(tenant.scope, bob.id, "VIEWER", new Date());
    await goDown();
    expect(await sendAll()).toEqual([`DOWN ${bob.email}`]);
  });

  const disable = () => changeUser(tenant.db, { id: bob.id, change: { is_active: false }, actor: null }, new Date());

  test.each([
    ["leaves", leave],
    ["is disabled", disable],
  ])("%s while it waits to be sent go to the admins instead", async (_, goAway) => {
    await goDown();
    await goAway();
    await fanOut(tenant.db, false);
    expect(await sendAll()).toEqual(ADMINS);
    expect(await states()).toEqual(["DOWN SUPPRESSED"]);
  });

  test("leaves while it is held back: the admins hear of the outage that is still on", async () => {
    const first = await goDown();
    await sendAll();
    await comeUp(first);
    await sendAll();
    await goDown();
    expect(await sendAll()).toEqual([]);
    await leave();
    await fanOut(tenant.db, false);
    expect(await sendAll()).toEqual(ADMINS);
    expect(await sendAll(new Date(Date.now() + 2 * DEBOUNCE_MS))).toEqual([]);
  });

  test("leaves after the outage was told: nobody hears of a recovery whose outage they did not hear of", async () => {
    const incident = await goDown();
    await sendAll();
    await leave();
    await comeUp(incident);
    expect(await sendAll()).toEqual([]);
    expect(await states()).toEqual(["DOWN SENT", "UP SUPPRESSED"]);
  });
});

test("an invitation waits for nothing, and is not mailed once it is worthless", async () => {
  const { scope, userId } = tenant;
  const invite = (email: string) => addInvitation(scope, { email, role: "USER", invitedById: userId }, new Date());
  const claim = () => claimDeliveries(tenant.db, new Date(), DEBOUNCE_MS, 50);
  const { id } = await invite("asked@example.com");
  const [mail] = await claim();
  const invitation = { role: "USER", invitedBy: "Alice Example" };
  expect(mail).toMatchObject({ kind: "INVITATION", workspaceName: "Alice's workspace", invitation });
  await resendInvitation(scope, id, userId, new Date());
  await resendInvitation(scope, id, userId, new Date());
  expect(await claim()).toHaveLength(1);
  await revokeInvitation(scope, (await invite("revoked@example.com")).id);
  await revokeInvitation(scope, id);
  expect(await claim()).toEqual([]);
});
