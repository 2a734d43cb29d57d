import type { IncidentSubject, IncidentView } from "@pulsecheck/shared/incident";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import { words } from "./check-view.ts";
import type { Db } from "./client.ts";
import type { Delivery, Incident } from "./generated/client.ts";
import type { IncidentOf } from "./incident-changes.ts";
import type { Scope } from "./scope.ts";

type IncidentRow = Incident & {
  monitor: { publicId: string; name: string } | null;
  device: { deviceId: string; name: string } | null;
  sensor: { sensorId: string; name: string } | null;
  deliveries: Delivery[];
};

const WITH_ALERTS = {
  monitor: { select: { publicId: true, name: true } },
  device: { select: { deviceId: true, name: true } },
  sensor: { select: { sensorId: true, name: true } },
  deliveries: { orderBy: { createdAt: "asc" } },
} as const;

export type IncidentFilter = {
  limit: number;
  cursor?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  isOpen?: boolean | undefined;
};

/** Incidents of the workspace, or of one thing in it: open ones first, then the latest. */
export async function listIncidents(
  scope: Scope,
  filter: IncidentFilter,
  of?: IncidentOf,
): Promise<Page<IncidentView>> {
  const position = readCursor(filter.cursor, { sorts: ["open", "ended"], value: "time", key: "uuid" });
  const inRange = {
    workspaceId: scope.workspaceId,
    ...of,
    ...(filter.from === undefined ? {} : { OR: [{ endedAt: null }, { endedAt: { gte: filter.from } }] }),
    ...(filter.to === undefined ? {} : { startedAt: { lt: filter.to } }),
  };
  const items: IncidentRow[] = [];
  // Two ordered runs, one after the other: each is an index scan, and a cursor says in which one it stands.
  for (const run of ["open", "ended"] as const) {
    if (filter.isOpen === (run === "ended") || (run === "open" && position?.sort === "ended")) continue;
    const after = position?.sort === run ? { at: new Date(position.value), id: position.key } : null;
    const rows = await scope.db.prisma.incident.findMany({
      where: {
        AND: [
          inRange,
          run === "open" ? { endedAt: null } : { endedAt: { not: null } },
          ...(after ? [beyond(after)] : []),
        ],
      },
      orderBy: [{ startedAt: "desc" }, { id: "desc" }],
      take: filter.limit + 1 - items.length,
      include: WITH_ALERTS,
    });
    items.push(...rows);
    if (items.length > filter.limit) break;
  }
  const page = items.slice(0, filter.limit);
  const last = items.length > filter.limit ? page.at(-1) : undefined;
  return { items: page.map((row) => viewIncident(row, new Date())), next_cursor: last ? cursorAt(last) : null };
}

function beyond({ at, id }: { at: Date; id: string }) {
  return { OR: [{ startedAt: { lt: at } }, { startedAt: at, id: { lt: id } }] };
}

function cursorAt(row: Incident): string {
  return writeCursor({
    sort: row.endedAt === null ? "open" : "ended",
    value: row.startedAt.toISOString(),
    key: row.id,
  });
}

export async function countOpenIncidents(scope: Scope): Promise<number> {
  return scope.db.prisma.incident.count({ where: { workspaceId: scope.workspaceId, endedAt: null } });
}

/** One incident of this workspace, or null. */
export async function findIncident(scope: Scope, id: string): Promise<IncidentView | null> {
  const row = await scope.db.prisma.incident.findFirst({
    where: { id, workspaceId: scope.workspaceId },
    include: WITH_ALERTS,
  });
  return row && viewIncident(row, new Date());
}

/** What dashboards are told when something became of these incidents' alerts. Of the whole instance: for a worker. */
export async function readIncidentUpdates(db: Db, ids: readonly string[], now: Date): Promise<BusEvent[]> {
  const rows = await db.prisma.incident.findMany({ where: { id: { in: [...ids] } }, include: WITH_ALERTS });
  return rows.map((row) => ({
    workspace: row.workspaceId,
    at: now.toISOString(),
    type: "incident.updated",
    data: viewIncident(row, now),
  }));
}

function subjectOf({ id, monitor, device, sensor }: IncidentRow): IncidentSubject {
  if (monitor !== null) return { type: "monitor", id: monitor.publicId, name: monitor.name };
  if (device !== null) return { type: "device", id: device.deviceId, name: device.name };
  if (sensor !== null) return { type: "sensor", id: sensor.sensorId, name: sensor.name };
  throw new Error(`incident ${id} is about nothing`);
}

function viewIncident(row: IncidentRow, now: Date): IncidentView {
  return {
    id: row.id,
    kind: row.kind,
    subject: subjectOf(row),
    monitor_id: row.monitor?.publicId ?? null,
    monitor_name: row.monitor?.name ?? null,
    started_at: row.startedAt.toISOString(),
    confirmed_at: row.confirmedAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    duration_ms: (row.endedAt ?? now).getTime() - row.startedAt.getTime(),
    reason: words.reason(row.reason) ?? "connect",
    detail: row.detail,
    alerts: row.deliveries.flatMap((delivery) =>
      delivery.kind === "DOWN" || delivery.kind === "UP"
        ? [
            {
              id: delivery.id,
              kind: delivery.kind,
              channel: delivery.channel,
              recipient: delivery.recipient,
              state: delivery.state,
              sent_at: delivery.sentAt?.toISOString() ?? null,
              detail: delivery.state === "REJECTED" || delivery.state === "UNCONFIRMED" ? delivery.lastError : null,
            },
          ]
        : [],
    ),
  };
}
