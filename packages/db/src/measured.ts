import type { Outage } from "@pulsecheck/shared/uptime";
import type pg from "pg";
import { HOUR_MS, PERIODS, startOfPeriod, type Period, type PeriodHours } from "./rollup-periods.ts";
import { measureSql } from "./rollups.ts";
import type { Scope } from "./scope.ts";

/** A part of a range (ms), and where it is read: raw checks, or the rollups of a period by its hours. */
export type Segment = { source: "raw" | PeriodHours; from: number; to: number };

/** Until when (ms) each period is rolled up; 0 for one that is of no use. */
export type RolledUntil = { hours: number; days: number; weeks: number };

/** Cuts a range (ms) into weeks, days, hours and raw edges, each from where it is cheapest. */
export function cutRange(from: number, to: number, { hours, days, weeks }: Partial<RolledUntil>): Segment[] {
  const until = { 1: hours ?? 0, 24: days ?? 0, 168: weeks ?? 0 };
  const cut = (start: number, end: number, periods: readonly Period[]): Segment[] => {
    if (start >= end) return [];
    const period = periods.at(-1);
    if (period === undefined) return [{ source: "raw", from: start, to: end }];
    const first = startOfPeriod(start + period.ms - 1, period);
    const last = startOfPeriod(Math.min(end, until[period.hours]), period);
    const finer = periods.slice(0, -1);
    if (first >= last) return cut(start, end, finer);
    return [...cut(start, first, finer), { source: period.hours, from: first, to: last }, ...cut(last, end, finer)];
  };
  return cut(from, to, PERIODS);
}

/** Until when (ms) hours, days and weeks are rolled up. */
export async function readRolledUntil({ db }: Scope): Promise<RolledUntil> {
  const progress = await db.prisma.rollupProgress.findMany();
  const until = (hours: number) => progress.find((row) => row.periodHours === hours)?.rolledUntil.getTime() ?? 0;
  return { hours: until(1), days: until(24), weeks: until(168) };
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
