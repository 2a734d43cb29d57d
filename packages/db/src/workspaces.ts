import type { WorkspaceChange, WorkspaceView } from "@pulsecheck/shared/workspace";
import type { Workspace } from "./generated/client.ts";
import type { Scope } from "./scope.ts";

export async function getWorkspace({ db, workspaceId }: Scope): Promise<WorkspaceView> {
  return viewWorkspace(await db.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } }));
}

/** Changes the settings. Mails that the window holds back are judged anew, by the new one. */
export async function updateWorkspace({ db, workspaceId }: Scope, change: WorkspaceChange): Promise<WorkspaceView> {
  const { name, alert_audience: alertAudience, debounce_minutes: debounceMinutes } = change;
  const data = {
    ...(name === undefined ? {} : { name }),
    ...(alertAudience === undefined ? {} : { alertAudience }),
    ...(debounceMinutes === undefined ? {} : { debounceMinutes }),
  };
  return db.prisma.$transaction(async (tx) => {
    const workspace = await tx.workspace.update({ where: { id: workspaceId }, data });
    if (debounceMinutes !== undefined) {
      await tx.delivery.updateMany({
        where: { state: "PENDING", isDebounced: true, incident: { workspaceId } },
        data: { dueAt: new Date() },
      });
    }
    return viewWorkspace(workspace);
  });
}

function viewWorkspace(row: Workspace): WorkspaceView {
  return {
    id: row.publicId,
    name: row.name,
    alert_audience: row.alertAudience,
    debounce_minutes: row.debounceMinutes,
  };
}
