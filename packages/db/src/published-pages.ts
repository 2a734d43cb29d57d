import {
  ANNOUNCED_DAYS,
  componentState,
  type PublicIncident,
  type PublicMaintenance,
  type PublicStatus,
} from "@pulsecheck/shared/public-status";
import { uuidOf, words } from "./check-view.ts";
import type { Db } from "./client.ts";
import { glanceAt } from "./glance.ts";
import { scopeTo, type Scope } from "./scope.ts";

const INCIDENT_DAYS = 30;
const INCIDENTS_AT_MOST = 300;
const ANNOUNCED_AT_MOST = 20;
const DAYS = 90;
const DAY_MS = 86_400_000;

/** A page that is published at this moment. */
export type PublishedPage = {
  scope: Scope;
  /** Inner key. */
  key: number;
  id: string;
  slug: string;
  title: string;
  description: string;
  passwordHash: string | null;
  updatedAt: Date;
};

/** The published page of this address; null alike where there is none and where it is not published. */
export async function findPublishedPage(db: Db, slug: string): Promise<PublishedPage | null> {
  const row = await db.prisma.statusPage.findUnique({ where: { slug, isPublished: true } });
  if (row === null) return null;
  const { id: key, publicId: id, title, description, passwordHash, updatedAt } = row;
  return { scope: scopeTo(db, row.workspaceId), key, id, slug, title, description, passwordHash, updatedAt };
}

/** A page's public status, and which monitor (public id) each of its components (id) is: that stays inside. */
export async function readPublicStatus(
  page: PublishedPage,
  now: Date,
): Promise<{ status: PublicStatus; monitorIds: ReadonlyMap<string, string> }> {
  const rows = await readComponents(page);
  const ids = rows.map(({ monitor }) => monitor.publicId);
  const names = new Map(rows.map(({ monitorId, name, monitor }) => [monitorId, name ?? monitor.name]));
  const [glances, incidents, maintenance] = await Promise.all([
    glanceAt(page.scope, { ids, days: DAYS }, now),
    readIncidents(page, names, now),
    readMaintenance(page, names, now),
  ]);
  const glanceOf = new Map(glances.map((glance) => [glance.monitor_id, glance]));
  const components = rows.map(({ id, groupName, monitorId, monitor }) => {
    const glance = glanceOf.get(monitor.publicId);
    return {
      id,
      groupName,
      name: names.get(monitorId ?? 0) ?? "",
      state: componentState({
        status: monitor.state?.status ?? "UNKNOWN",
        isActive: monitor.isActive,
        inMaintenance: (monitor.state?.maintenanceUntil ?? now) > now,
      }),
      uptimeRatio: glance?.uptime_ratio ?? null,
      days: (glance?.days ?? []).map(({ date, uptime_ratio, maintenance: checks }) => ({
        date,
        uptimeRatio: uptime_ratio,
        hadMaintenance: checks > 0,
      })),
      latencyMs: meanOf((glance?.latency ?? []).map(({ avg_ms }) => avg_ms)),
    };
  });
  const { title, description } = page;
  return {
    status: { title, description, components, incidents, maintenance, asOf: now },
    monitorIds: new Map(rows.map(({ id, monitor }) => [id, monitor.publicId])),
  };
}

/** The uptime of one of the page's monitors (public id) over the last so many UTC days. */
export async function readUptime(
  { scope }: PublishedPage,
  monitorId: string,
  days: number,
  now: Date,
): Promise<number | null> {
  const [glance] = await glanceAt(scope, { ids: [monitorId], days }, now);
  return glance?.uptime_ratio ?? null;
}

async function readComponents({ scope, key }: PublishedPage) {
  const { prisma } = scope.db;
  const monitor = {
    select: { publicId: true, name: true, isActive: true, state: { select: { status: true, maintenanceUntil: true } } },
  };
  return prisma.statusPageComponent.findMany({
    where: { pageId: key, monitor: { workspaceId: scope.workspaceId } },
    orderBy: { position: "asc" },
    include: { monitor },
  });
}

async function readIncidents(
  { scope, id: pageId }: PublishedPage,
  names: ReadonlyMap<number, string>,
  now: Date,
): Promise<PublicIncident[]> {
  const since = new Date(now.getTime() - INCIDENT_DAYS * DAY_MS);
  const rows = await scope.db.prisma.incident.findMany({
    where: {
      workspaceId: scope.workspaceId,
      kind: "outage",
      monitorId: { in: [...names.keys()] },
      OR: [{ endedAt: null }, { endedAt: { gte: since } }],
    },
    orderBy: [{ endedAt: { sort: "desc", nulls: "first" } }, { startedAt: "desc" }, { id: "asc" }],
    take: INCIDENTS_AT_MOST,
    select: { id: true, monitorId: true, reason: true, startedAt: true, endedAt: true },
  });
  return rows.map(({ id, monitorId, reason, startedAt, endedAt }) => ({
    openedId: uuidOf(`${pageId} ${id} opened`),
    recoveredId: uuidOf(`${pageId} ${id} recovered`),
    componentName: names.get(monitorId ?? 0) ?? "",
    reason: words.reason(reason) ?? "connect",
    startedAt,
    endedAt,
  }));
}

type AnnouncedRow = Omit<PublicMaintenance, "id" | "componentNames"> & { id: number; monitorIds: number[] };

/** What is on, and what begins within days, of windows that are not hidden and touch one of these monitors. */
async function readMaintenance(
  { scope, id: pageId }: PublishedPage,
  names: ReadonlyMap<number, string>,
  now: Date,
): Promise<PublicMaintenance[]> {
  const { rows } = await scope.db.pool.query<AnnouncedRow>(
    `SELECT o.id, w.name, w.description, o.starts_at AS "startsAt", o.ends_at AS "endsAt", w.updated_at AS "announcedAt",
       array_agg(m.id ORDER BY m.id) AS "monitorIds"
     FROM maintenance_windows w JOIN window_occurrences o ON o.window_id = w.id
       JOIN monitors m ON m.id = ANY($2::int[]) AND (w.covers_all OR m.id = ANY(w.monitor_keys) OR m.tags && w.tags)
     WHERE w.workspace_id = $1 AND NOT w.is_hidden AND o.ends_at > $3 AND o.starts_at < $3::timestamptz + interval '${ANNOUNCED_DAYS} days'
     GROUP BY o.id, w.id ORDER BY o.starts_at, o.id LIMIT ${ANNOUNCED_AT_MOST}`,
    [scope.workspaceId, [...names.keys()], now],
  );
  return rows.map(({ id, monitorIds, ...row }) => ({
    ...row,
    id: uuidOf(`${pageId} maintenance ${id}`),
    componentNames: monitorIds.flatMap((key) => names.get(key) ?? []),
  }));
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
