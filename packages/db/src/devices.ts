import { requireRisingSilence, type DeviceChange, type DeviceView } from "@pulsecheck/shared/device";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import { recordChange } from "./audit.ts";
import { judgeDevicesAnew } from "./device-thresholds.ts";
import { viewDevice, type StoredDevice } from "./device-view.ts";
import { Prisma, type Device } from "./generated/client.ts";
import { onlyGiven } from "./only-given.ts";
import type { Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

/** The inner row of a device. Refuses (404) what is not in this workspace. */
export async function findDevice(
  scope: Scope,
  deviceId: string,
  client: Prisma.TransactionClient = scope.db.prisma,
): Promise<StoredDevice> {
  const where = { workspaceId_deviceId: { workspaceId: scope.workspaceId, deviceId } };
  const row = await client.device.findUnique({ where, include: { state: true } });
  if (row === null) throw refuseMissing("device");
  return row;
}

export async function getDevice(scope: Scope, deviceId: string): Promise<DeviceView> {
  return viewDevice(await findDevice(scope, deviceId));
}

/**
 * Changes a device. What decides about its status is judged anew at once, by the sweep: its next look is now. Refuses
 * (400) to be OFFLINE no later than AT_RISK.
 */
export async function updateDevice(scope: Scope, deviceId: string, change: DeviceChange): Promise<DeviceView> {
  return scope.db.prisma.$transaction(async (tx) => {
    const before = await lockDevice(scope, deviceId, tx);
    const device = await tx.device.update({ where: { id: before.id }, data: columnsOf(change, before) });
    const { at_risk_after_s, offline_after_s, battery_low } = change;
    if (at_risk_after_s !== undefined || offline_after_s !== undefined) {
      await requireOrder(tx, device, offline_after_s === undefined ? "at_risk_after_s" : "offline_after_s");
    }
    if ([at_risk_after_s, offline_after_s, battery_low].some((value) => value !== undefined))
      await judgeDevicesAnew(tx, Prisma.sql`d.id = ${device.id}`);
    const after = viewDevice({ ...device, state: before.state });
    const subject = { type: "device", id: deviceId, name: after.name } as const;
    await recordChange(tx, scope, { action: "device.updated", subject, before: viewDevice(before), after });
    return after;
  });
}

/** Deletes a device with its incidents and figures; its reports and events go with their partitions. Its heartbeats stay counted. */
export async function deleteDevice(scope: Scope, deviceId: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, scope.workspaceId);
    const device = await lockDevice(scope, deviceId, tx);
    const { id, name, state } = device;
    const subject = { type: "device", id: deviceId, name } as const;
    await recordChange(tx, scope, { action: "device.deleted", subject, before: viewDevice(device), after: null });
    await tx.seriesRollup.deleteMany({ where: { series: { in: ["h", "b", "s"] }, key: id } });
    const heartbeatsOfDeleted = { increment: state?.heartbeats ?? 0 };
    await tx.workspace.update({ where: { id: scope.workspaceId }, data: { heartbeatsOfDeleted } });
    await tx.device.delete({ where: { id } });
  });
}

/** Locked in the order in which reports and the sweep lock: first the state. */
async function lockDevice(scope: Scope, deviceId: string, tx: Prisma.TransactionClient): Promise<StoredDevice> {
  await tx.$queryRaw`
    SELECT 1 FROM device_states s JOIN devices d ON d.id = s.device_key
    WHERE d.workspace_id = ${scope.workspaceId} AND d.device_id = ${deviceId} FOR UPDATE OF s`;
  return findDevice(scope, deviceId, tx);
}

async function requireOrder(tx: Prisma.TransactionClient, device: Device, field: string): Promise<void> {
  const defaults = await tx.workspace.findUniqueOrThrow({ where: { id: device.workspaceId } });
  const atRiskAfterS = device.atRiskAfterS ?? defaults.deviceAtRiskAfterS;
  requireRisingSilence(atRiskAfterS, device.offlineAfterS ?? defaults.deviceOfflineAfterS, field);
}

function columnsOf(change: DeviceChange, before: Device): Prisma.DeviceUpdateInput {
  return onlyGiven({
    name: change.name ?? undefined,
    isRenamed: isSaidHere(change.name, before.name),
    location: change.location ?? undefined,
    isRelocated: isSaidHere(change.location, before.location),
    tags: change.tags,
    notes: change.notes,
    atRiskAfterS: change.at_risk_after_s,
    offlineAfterS: change.offline_after_s,
    batteryLow: change.battery_low,
    alertsOnOffline: change.alerts_on_offline,
  });
}

/**
 * Does somebody here say what the device's heartbeats say otherwise? From then on those no longer count, until null gives
 * it back to them. Undefined: that stays as it was.
 */
function isSaidHere(given: string | null | undefined, before: string): boolean | undefined {
  if (given === null) return false;
  return given === undefined || given === before ? undefined : true;
}
