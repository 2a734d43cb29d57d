import type { IncidentListQuery, IncidentSort, IncidentSubject, IncidentView } from "@pulsecheck/shared/incident";
import { REASONS } from "@pulsecheck/shared/check";
import type { Page } from "@pulsecheck/shared/list";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import { codes, words } from "./check-view.ts";
import type { Db } from "./client.ts";
import { Prisma, type Delivery, type Incident } from "./generated/client.ts";
import type { IncidentOf } from "./incident-changes.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import type { Scope } from "./scope.ts";

type IncidentRow = Incident & {
  monitor: { publicId: string; name: string } | null;
  device: { deviceId: string; name: string } | null;
  sensor: { sensorId: string; name: string } | null;
  deliveries: (Delivery & { alertChannel: { name: string } | null })[];
};

/** What an incident is about, whichever it is. */
export const SUBJECTS = {
  monitor: { select: { publicId: true, name: true } },
  device: { select: { deviceId: true, name: true } },
  sensor: { select: { sensorId: true, name: true } },
} as const;
const WITH_ALERTS = {
  ...SUBJECTS,
  deliveries: { orderBy: { createdAt: "asc" }, include: { alertChannel: { select: { name: true } } } },
} as const;

const IS_OPEN = Prisma.sql`(i.ended_at IS NULL)`;
const NAME = Prisma.sql`coalesce(m.name, d.name, s.name, '')`;
const COLUMNS: Record<IncidentSort | "id", Column> = {
  id: { sql: Prisma.sql`i.id`, type: "uuid" },
  // As the words "closed" and "open" are sorted.
  status: { sql: IS_OPEN, type: "boolean" },
  started_at: { sql: Prisma.sql`i.started_at`, type: "time" },
  kind: { sql: Prisma.sql`i.kind::text`, type: "text" },
  name: { sql: NAME, type: "text" },
};

/** A page of the incidents of the workspace, or of one thing in it. */
export async function listIncidents(
  scope: Scope,
  query: IncidentListQuery,
  of?: IncidentOf,
): Promise<Page<IncidentView>> {
  const list = {
    from: Prisma.sql`incidents i LEFT JOIN monitors m ON m.id = i.monitor_id
      LEFT JOIN devices d ON d.id = i.device_key LEFT JOIN sensors s ON s.id = i.sensor_key`,
    where: [Prisma.sql`i.workspace_id = ${scope.workspaceId}`, ...given(of, isAbout), ...filtersOf(query)],
    columns: COLUMNS,
  };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const where = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.incident.findMany({ where, include: WITH_ALERTS });
    return rows.map((row) => [row.id, viewIncident(row, new Date())]);
  });
}

function isAbout(of: IncidentOf): Prisma.Sql {
  if ("monitorId" in of) return Prisma.sql`i.monitor_id = ${of.monitorId}`;
  if ("deviceKey" in of) return Prisma.sql`i.device_key = ${of.deviceKey}`;
  return Prisma.sql`i.sensor_key = ${of.sensorKey}`;
}

const SUBJECT_KEYS: Record<IncidentSubject["type"], Prisma.Sql> = {
  monitor: Prisma.sql`i.monitor_id`,
  device: Prisma.sql`i.device_key`,
  sensor: Prisma.sql`i.sensor_key`,
};

function filtersOf({ kind, status, open, subject_type, from, to, q }: IncidentListQuery): Prisma.Sql[] {
  return [
    ...given(kind, (one) => Prisma.sql`i.kind = ${one}::incident_kind`),
    ...given(status, (one) => Prisma.sql`${IS_OPEN} = ${one === "open"}`),
    ...given(open, (one) => Prisma.sql`${IS_OPEN} = ${one}`),
    ...given(subject_type, (one) => Prisma.sql`${SUBJECT_KEYS[one]} IS NOT NULL`),
    // What was on in the range, however early it began.
    ...given(from, (at) => Prisma.sql`(i.ended_at IS NULL OR i.ended_at >= ${at})`),
    ...given(to, (at) => Prisma.sql`i.started_at < ${at}`),
    ...given(
      q,
      (text) => Prisma.sql`(${hasText(text, NAME, Prisma.sql`i.detail`)} OR i.reason = ANY(${reasonsLike(text)}))`,
    ),
  ];
}

/** The reasons whose word has this text in it: "http status" is in `http_status`. */
function reasonsLike(text: string): (number | null)[] {
  const word = text.toLowerCase().replaceAll(" ", "_");
  return REASONS.filter((reason) => reason.includes(word)).map(codes.reason);
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

export function subjectOf({
  id,
  monitor,
  device,
  sensor,
}: Pick<IncidentRow, "id" | "monitor" | "device" | "sensor">): IncidentSubject {
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
              recipient: recipientOf(delivery),
              state: delivery.state,
              sent_at: delivery.sentAt?.toISOString() ?? null,
              detail: delivery.state === "REJECTED" || delivery.state === "UNCONFIRMED" ? delivery.lastError : null,
            },
          ]
        : [],
    ),
  };
}

/** A mail's address, a channel's name. */
function recipientOf({ channel, recipient, alertChannel }: IncidentRow["deliveries"][number]): string {
  return channel === "email" ? recipient : (alertChannel?.name ?? "a channel that is gone");
}
