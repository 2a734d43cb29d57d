import type { Outage } from "@pulsecheck/shared/uptime";
import type pg from "pg";
import { DAY_MS, HOUR_MS } from "./rollup-periods.ts";
import { measureSql } from "./rollups.ts";
import type { Scope } from "./scope.ts";

/** A part of a range (ms), and where it is read: raw checks, or the rollups of an hour (1) or of a day (24). */
export type Segment = { source: "raw" | 1 | 24; from: number; to: number };

/** Cuts a range (ms) into days, hours and raw edges, each from where it is cheapest. */
export function cutRange(from: number, to: number, hoursUntil: number, daysUntil: number): Segment[] {
  const hourFrom = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const hourTo = Math.floor(Math.min(to, hoursUntil) / HOUR_MS) * HOUR_MS;
  if (hourFrom >= hourTo) return [{ source: "raw", from, to }];
  const dayFrom = Math.ceil(hourFrom / DAY_MS) * DAY_MS;
  const dayTo = Math.floor(Math.min(hourTo, daysUntil) / DAY_MS) * DAY_MS;
  const middle: Segment[] =
    dayFrom >= dayTo
      ? [{ source: 1, from: hourFrom, to: hourTo }]
      : [
          { source: 1, from: hourFrom, to: dayFrom },
          { source: 24, from: dayFrom, to: dayTo },
          { source: 1, from: dayTo, to: hourTo },
        ];
  const all: Segment[] = [{ source: "raw", from, to: hourFrom }, ...middle, { source: "raw", from: hourTo, to }];
  return all.filter((segment) => segment.from < segment.to);
}

/** Until when (ms) hours and days are rolled up. */
export async function readRolledUntil({ db }: Scope): Promise<{ hours: number; days: number }> {
  const progress = await db.prisma.rollupProgress.findMany();
  const until = (hours: number) => progress.find((row) => row.periodHours === hours)?.rolledUntil.getTime() ?? 0;
  return { hours: until(1), days: until(24) };
}

/**
 * What was measured of these monitors (inner ids of this workspace) in a segment, in columns of "check_rollups".
 * @param stepMs width of the rows that raw checks are gathered into
 */
export async function readSegment<Row extends pg.QueryResultRow>(
  { db }: Scope,
  monitorIds: readonly number[],
  { source, from, to }: Segment,
  columns: string,
  stepMs = HOUR_MS,
): Promise<Row[]> {
  const measured =
    source === "raw"
      ? `(${measureSql("AND monitor_id = ANY($3)", stepMs)}) AS measured`
      : `check_rollups WHERE bucket_at >= $1 AND bucket_at < $2 AND monitor_id = ANY($3) AND period_hours = ${source}`;
  const values = [new Date(from), new Date(to), monitorIds];
  return (await db.pool.query<Row>(`SELECT ${columns} FROM ${measured}`, values)).rows;
}

/** The outages of these monitors (inner ids) that touch a range, each with what of it was maintenance. */
export async function readOutages(
  scope: Scope,
  monitorIds: readonly number[],
  from: Date,
  to: Date,
): Promise<(Outage & { monitorId: number })[]> {
  const rows = await scope.db.prisma.incident.findMany({
    where: {
      kind: "outage",
      monitorId: { in: [...monitorIds] },
      workspaceId: scope.workspaceId,
      startedAt: { lt: to },
      OR: [{ endedAt: null }, { endedAt: { gt: from } }],
    },
    select: { monitorId: true, startedAt: true, endedAt: true },
  });
  if (rows.length === 0) return [];
  const spans = await scope.db.prisma.maintenanceSpan.findMany({
    where: {
      monitorId: { in: rows.flatMap((row) => row.monitorId ?? []) },
      endsAt: { gt: from },
      startsAt: { lt: to },
    },
    select: { monitorId: true, startsAt: true, endsAt: true },
  });
  const spansOf = Map.groupBy(spans, (span) => span.monitorId);
  return rows.flatMap(({ monitorId, ...outage }) =>
    monitorId === null ? [] : [{ monitorId, ...outage, maintenance: spansOf.get(monitorId) ?? [] }],
  );
}
