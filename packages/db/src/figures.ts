import type { MonitorStatus } from "@pulsecheck/shared/check";
import type { Db } from "./client.ts";
import type { Scope } from "./scope.ts";

export type InstanceFigures = { monitors: Record<string, number>; openIncidents: number; waitingDeliveries: number };

/** Sums over all tenants, for the operator's metrics. */
export async function readInstanceFigures(db: Db): Promise<InstanceFigures> {
  const [byStatus, openIncidents, waitingDeliveries] = await Promise.all([
    db.prisma.monitorState.groupBy({ by: ["status"], _count: true }),
    db.prisma.incident.count({ where: { endedAt: null } }),
    db.prisma.delivery.count({ where: { state: { in: ["PENDING", "SENDING"] } } }),
  ]);
  const monitors: Record<string, number> = { UP: 0, DOWN: 0, UNKNOWN: 0 };
  for (const row of byStatus) monitors[row.status] = row._count;
  return { monitors, openIncidents, waitingDeliveries };
}

export type MonitorFigure = { monitorId: string; name: string; status: MonitorStatus; lastLatencyMs: number | null };

/** The latest figures of a workspace's monitors, the oldest `limit` of them. */
export async function readWorkspaceFigures(scope: Scope, limit: number): Promise<MonitorFigure[]> {
  const rows = await scope.db.prisma.monitor.findMany({
    where: { workspaceId: scope.workspaceId },
    orderBy: { id: "asc" },
    take: limit,
    select: { publicId: true, name: true, state: { select: { status: true, lastLatencyMs: true } } },
  });
  return rows.map(({ publicId, name, state }) => ({
    monitorId: publicId,
    name,
    status: state?.status ?? "UNKNOWN",
    lastLatencyMs: state?.lastLatencyMs ?? null,
  }));
}
