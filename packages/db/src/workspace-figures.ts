import type { MonitorStatus } from "@pulsecheck/shared/check";
import { countByStatus } from "./figures.ts";
import type { Scope } from "./scope.ts";

export type WorkspaceFigures = {
  monitors: Record<string, number>;
  devices: Record<string, number>;
  /** Those that have a reading. */
  sensors: number;
  openIncidents: number;
  /** Of all devices that it ever had. */
  heartbeats: number;
};

const WITH_READING = { state: { lastValue: { not: null } } };

/** A workspace's sums. */
export async function readWorkspaceFigures({ db, workspaceId }: Scope): Promise<WorkspaceFigures> {
  const { prisma } = db;
  const [monitors, devices, sensors, openIncidents, [reported]] = await Promise.all([
    prisma.monitorState.groupBy({ by: ["status"], _count: true, where: { workspaceId } }),
    prisma.deviceState.groupBy({ by: ["status"], _count: true, where: { workspaceId } }),
    prisma.sensor.count({ where: { workspaceId, ...WITH_READING } }),
    prisma.incident.count({ where: { workspaceId, endedAt: null } }),
    // In one statement: between two, a device could be deleted.
    prisma.$queryRaw<{ heartbeats: number }[]>`
      SELECT (w.heartbeats_of_deleted + coalesce(sum(s.heartbeats), 0))::float8 AS heartbeats
      FROM workspaces w LEFT JOIN device_states s ON s.workspace_id = w.id WHERE w.id = ${workspaceId} GROUP BY w.id`,
  ]);
  return {
    monitors: countByStatus(["UP", "DOWN", "UNKNOWN"], monitors),
    devices: countByStatus(["ONLINE", "AT_RISK", "OFFLINE"], devices),
    sensors,
    openIncidents,
    heartbeats: reported?.heartbeats ?? 0,
  };
}

export type MonitorFigure = { monitorId: string; name: string; status: MonitorStatus; lastLatencyMs: number | null };

/** The latest figures of a workspace's monitors, the oldest `limit` of them. */
export async function readMonitorFigures({ db, workspaceId }: Scope, limit: number): Promise<MonitorFigure[]> {
  const rows = await db.prisma.monitor.findMany({
    where: { workspaceId },
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

export type DeviceFigure = {
  deviceId: string;
  name: string;
  state: { status: string; batteryLevel: number | null; signalStrength: number | null; lastHeardAt: Date };
};

/** What a workspace's devices last said, the oldest `limit` of them. */
export async function readDeviceFigures({ db, workspaceId }: Scope, limit: number): Promise<DeviceFigure[]> {
  const rows = await db.prisma.device.findMany({
    where: { workspaceId },
    orderBy: { id: "asc" },
    take: limit,
    select: {
      deviceId: true,
      name: true,
      state: { select: { status: true, batteryLevel: true, signalStrength: true, lastHeardAt: true } },
    },
  });
  return rows.flatMap(({ state, ...device }) => (state === null ? [] : [{ ...device, state }]));
}

export type SensorFigure = { sensorId: string; name: string; unit: string; value: number };

/** The newest readings of a workspace's sensors, the oldest `limit` of them; those without any are left out. */
export async function readSensorFigures({ db, workspaceId }: Scope, limit: number): Promise<SensorFigure[]> {
  const rows = await db.prisma.sensor.findMany({
    where: { workspaceId, ...WITH_READING },
    orderBy: { id: "asc" },
    take: limit,
    select: { sensorId: true, name: true, unit: true, state: { select: { lastValue: true } } },
  });
  return rows.flatMap(({ state, ...sensor }) =>
    state?.lastValue == null ? [] : [{ ...sensor, value: state.lastValue }],
  );
}
