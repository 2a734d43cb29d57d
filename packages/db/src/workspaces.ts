import { requireRisingSilence } from "@pulsecheck/shared/device";
import type { WorkspaceChange, WorkspaceView } from "@pulsecheck/shared/workspace";
import { recordChange } from "./audit.ts";
import { judgeDevicesAnew } from "./device-thresholds.ts";
import { Prisma, type Workspace } from "./generated/client.ts";
import { onlyGiven } from "./only-given.ts";
import type { Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

export async function getWorkspace({ db, workspaceId }: Scope): Promise<WorkspaceView> {
  return viewWorkspace(await db.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } }));
}

/**
 * Changes the settings. Mails that the window holds back are judged anew, by the new one; so are the devices that go
 * by the workspace's thresholds: the sweep's next look at them is now. Refuses (400) to call devices OFFLINE no later
 * than AT_RISK.
 */
export async function updateWorkspace(scope: Scope, change: WorkspaceChange): Promise<WorkspaceView> {
  const { db, workspaceId } = scope;
  return db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const before = viewWorkspace(await tx.workspace.findUniqueOrThrow({ where: { id: workspaceId } }));
    const workspace = await tx.workspace.update({ where: { id: workspaceId }, data: columnsOf(change) });
    if (change.debounce_minutes !== undefined) {
      await tx.delivery.updateMany({
        where: { state: "PENDING", isDebounced: true, incident: { workspaceId } },
        data: { dueAt: new Date() },
      });
    }
    await judgeDevices(tx, workspace, change);
    const after = viewWorkspace(workspace);
    const subject = { type: "workspace", id: after.id, name: after.name } as const;
    await recordChange(tx, scope, { action: "workspace.updated", subject, before, after });
    return after;
  });
}

function columnsOf(change: WorkspaceChange): Prisma.WorkspaceUpdateInput {
  return onlyGiven({
    name: change.name,
    alertAudience: change.alert_audience,
    debounceMinutes: change.debounce_minutes,
    deviceAtRiskAfterS: change.device_at_risk_after_s,
    deviceOfflineAfterS: change.device_offline_after_s,
    deviceBatteryLow: change.device_battery_low,
    deviceAlerts: change.device_alerts,
  });
}

async function judgeDevices(
  tx: Prisma.TransactionClient,
  { id, deviceAtRiskAfterS, deviceOfflineAfterS }: Workspace,
  { device_at_risk_after_s: atRiskAfterS, device_offline_after_s: offlineAfterS, device_battery_low }: WorkspaceChange,
): Promise<void> {
  const affected = [
    ...(atRiskAfterS === undefined ? [] : [Prisma.sql`d.at_risk_after_s IS NULL`]),
    ...(offlineAfterS === undefined ? [] : [Prisma.sql`d.offline_after_s IS NULL`]),
    ...(device_battery_low === undefined ? [] : [Prisma.sql`d.battery_low IS NULL`]),
  ];
  if (affected.length === 0) return;
  const field = offlineAfterS === undefined ? "device_at_risk_after_s" : "device_offline_after_s";
  requireRisingSilence(deviceAtRiskAfterS, deviceOfflineAfterS, field);
  await judgeDevicesAnew(tx, Prisma.sql`d.workspace_id = ${id} AND (${Prisma.join(affected, " OR ")})`);
}

function viewWorkspace(row: Workspace): WorkspaceView {
  return {
    id: row.publicId,
    name: row.name,
    alert_audience: row.alertAudience,
    debounce_minutes: row.debounceMinutes,
    device_at_risk_after_s: row.deviceAtRiskAfterS,
    device_offline_after_s: row.deviceOfflineAfterS,
    device_battery_low: row.deviceBatteryLow,
    device_alerts: row.deviceAlerts,
  };
}
