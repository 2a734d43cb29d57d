import type { Db } from "./client.ts";

export type InstanceFigures = {
  monitors: Record<string, number>;
  devices: Record<string, number>;
  deviceSockets: number;
  /** How long the most overdue device waits for the sweep, in seconds. */
  sweepLagS: number;
  /** How long the oldest reading waits to be judged, in seconds. */
  readingsLagS: number;
  openIncidents: number;
  waitingDeliveries: number;
};

/** Sums over all tenants, for the operator's metrics. */
export async function readInstanceFigures(db: Db): Promise<InstanceFigures> {
  const { prisma } = db;
  const [monitors, devices, deviceSockets, lags, openIncidents, waitingDeliveries] = await Promise.all([
    prisma.monitorState.groupBy({ by: ["status"], _count: true }),
    prisma.deviceState.groupBy({ by: ["status"], _count: true }),
    prisma.deviceState.count({ where: { connectedTo: { not: null } } }),
    readLags(db),
    prisma.incident.count({ where: { endedAt: null } }),
    prisma.delivery.count({ where: { state: { in: ["PENDING", "SENDING"] } } }),
  ]);
  return {
    monitors: countByStatus(["UP", "DOWN", "UNKNOWN"], monitors),
    devices: countByStatus(["ONLINE", "AT_RISK", "OFFLINE"], devices),
    deviceSockets,
    ...lags,
    openIncidents,
    waitingDeliveries,
  };
}

/** Every status has its number, where there is none of it too. */
export function countByStatus(
  statuses: readonly string[],
  rows: readonly { status: string; _count: number }[],
): Record<string, number> {
  return Object.fromEntries(statuses.map((status) => [status, rows.find((row) => row.status === status)?._count ?? 0]));
}

async function readLags({ pool }: Db): Promise<{ sweepLagS: number; readingsLagS: number }> {
  const { rows } = await pool.query<{ sweepLagS: number; readingsLagS: number }>(
    `SELECT coalesce((SELECT extract(epoch FROM now() - min(look_at)) FROM device_states WHERE look_at < now()), 0)::float8 AS "sweepLagS",
      coalesce((SELECT extract(epoch FROM now() - min(inserted_at)) FROM reading_batches WHERE inserted_at < now()), 0)::float8 AS "readingsLagS"`,
  );
  return rows[0] ?? { sweepLagS: 0, readingsLagS: 0 };
}
