import { randomUUID } from "node:crypto";
import {
  ALERT_ADDRESSES_AT_MOST,
  type AlertAddressListQuery,
  type AlertAddressSort,
  type AlertAddressView,
} from "@pulsecheck/shared/alert-address";
import type { Page } from "@pulsecheck/shared/list";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type AlertAddress } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Actor, Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

/** How long the link that asks for a confirmation is good for, in ms. */
const CONFIRMATION_LIFETIME_MS = 7 * 24 * 3_600_000;

const COLUMNS: Record<AlertAddressSort | "id", Column> = {
  id: { sql: Prisma.sql`a.id`, type: "uuid" },
  email: { sql: Prisma.sql`a.email`, type: "text" },
  created_at: { sql: Prisma.sql`a.created_at`, type: "time" },
};

/** A page of the addresses that get this workspace's alerts, besides its people. */
export async function listAlertAddresses(scope: Scope, query: AlertAddressListQuery): Promise<Page<AlertAddressView>> {
  const where = [
    Prisma.sql`a.workspace_id = ${scope.workspaceId}`,
    ...given(query.is_verified, (one) => Prisma.sql`(a.verified_at IS NOT NULL) = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`a.email`)),
  ];
  const list = { from: Prisma.sql`alert_addresses a`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const stored = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.alertAddress.findMany({ where: stored });
    return rows.map((row) => [row.id, viewAlertAddress(row)]);
  });
}

/** One of this workspace's addresses. Refuses (404) any other. */
export async function findAlertAddress(scope: Scope, id: string): Promise<AlertAddressView> {
  const where = { id, workspaceId: scope.workspaceId };
  const row = await scope.db.prisma.alertAddress.findFirst({ where });
  if (row === null) throw refuseMissing("alert address");
  return viewAlertAddress(row);
}

/** Adds an address, and the mail that asks it to confirm. Refuses (409) one that is there, and one too many. */
export async function addAlertAddress(scope: Scope, email: string, now: Date): Promise<AlertAddressView> {
  const { workspaceId } = scope;
  return scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const others = await tx.alertAddress.findMany({ where: { workspaceId }, select: { email: true } });
    if (others.some((other) => other.email === email)) throw refuseTaken("gets this workspace's alerts already");
    if (others.length >= ALERT_ADDRESSES_AT_MOST)
      throw refuseTaken(`is one too many: a workspace may have ${ALERT_ADDRESSES_AT_MOST} alert addresses`);
    const row = await tx.alertAddress.create({ data: { workspaceId, email, ...newConfirmation(now) } });
    await mailConfirmation(tx, row, now);
    const after = viewAlertAddress(row);
    await recordChange(tx, scope, { action: "alert_address.created", subject: subjectOf(row), before: null, after });
    return after;
  });
}

const subjectOf = ({ id, email }: AlertAddress) => ({ type: "alert_address", id, name: email }) as const;

/** Mails a new link, which voids the earlier one. Refuses (409) an address that is confirmed or gone meanwhile. */
export async function askAgainToConfirm(scope: Scope, id: string, now: Date): Promise<void> {
  const where = { id, workspaceId: scope.workspaceId, verifiedAt: null };
  await scope.db.prisma.$transaction(async (tx) => {
    const [row] = await tx.alertAddress.updateManyAndReturn({ where, data: newConfirmation(now) });
    if (row === undefined) throw refuseTaken("is confirmed already");
    await mailConfirmation(tx, row, now);
    const after = { expires_at: row.tokenExpiresAt?.toISOString() };
    await recordChange(tx, scope, { action: "alert_address.resent", subject: subjectOf(row), before: null, after });
  });
}

function newConfirmation(now: Date) {
  return { tokenId: randomUUID(), tokenExpiresAt: new Date(now.getTime() + CONFIRMATION_LIFETIME_MS) };
}

async function mailConfirmation(tx: Prisma.TransactionClient, address: AlertAddress, now: Date): Promise<void> {
  const { id: alertAddressId, email: recipient, tokenId } = address;
  await tx.delivery.create({ data: { kind: "VERIFY_ALERT_ADDRESS", recipient, alertAddressId, tokenId, dueAt: now } });
}

/** Nothing more is sent to it, not even what waits already: see claimDeliveries. Refuses (404) what is not there. */
export async function removeAlertAddress(scope: Scope, id: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    const where = { id, workspaceId: scope.workspaceId };
    const row = await tx.alertAddress.findFirst({ where });
    const { count } = await tx.alertAddress.deleteMany({ where });
    if (row === null || count === 0) throw refuseMissing("alert address");
    await recordRemoval(tx, scope, row);
  });
}

async function recordRemoval(
  tx: Prisma.TransactionClient,
  by: { workspaceId: number; actor: Actor | null },
  row: AlertAddress,
): Promise<void> {
  const before = viewAlertAddress(row);
  await recordChange(tx, by, { action: "alert_address.deleted", subject: subjectOf(row), before, after: null });
}

/** The same by its owner, whose mail told the id; nothing happens where it is gone already. */
export async function stopAlertsTo(db: Db, id: string): Promise<void> {
  await db.prisma.$transaction(async (tx) => {
    const row = await tx.alertAddress.findUnique({ where: { id } });
    const { count } = await tx.alertAddress.deleteMany({ where: { id } });
    if (row !== null && count > 0) await recordRemoval(tx, { workspaceId: row.workspaceId, actor: null }, row);
  });
}

/** Spends a confirmation. Only one caller ever gets the address; null where the token is used, replaced or expired. */
export async function confirmAlertAddress(
  db: Db,
  tokenId: string,
  now: Date,
): Promise<{ email: string; workspaceName: string } | null> {
  return db.prisma.$transaction(async (tx) => {
    const [row] = await tx.alertAddress.updateManyAndReturn({
      where: { tokenId, tokenExpiresAt: { gt: now } },
      data: { verifiedAt: now, tokenId: null, tokenExpiresAt: null },
      include: { workspace: { select: { name: true } } },
    });
    if (row === undefined) return null;
    const { workspaceId, email, workspace } = row;
    const [before, after] = [viewAlertAddress({ ...row, verifiedAt: null }), viewAlertAddress(row)];
    const deed = { action: "alert_address.confirmed", subject: subjectOf(row), before, after };
    await recordChange(tx, { workspaceId, actor: null }, deed);
    return { email, workspaceName: workspace.name };
  });
}

function refuseTaken(detail: string): Refusal {
  return new Refusal(409, `email: ${detail}`, { errors: [{ field: "email", detail }] });
}

function viewAlertAddress(row: AlertAddress): AlertAddressView {
  return {
    id: row.id,
    email: row.email,
    is_verified: row.verifiedAt !== null,
    created_at: row.createdAt.toISOString(),
  };
}
