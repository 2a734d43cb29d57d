import { READERS } from "@pulsecheck/shared/role";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { DAY_MS } from "./rollup-periods.ts";
import { scopeTo, type Scope } from "./scope.ts";
import { reportUptime } from "./uptime-report.ts";

/** Does this person want the uptime of each month of this workspace by mail? Refuses (404) who is no member. */
export async function wantsMonthlyReport({ db, workspaceId }: Scope, userId: string): Promise<boolean> {
  const where = { workspaceId_userId: { workspaceId, userId } };
  const own = await db.prisma.membership.findUnique({ where, select: { monthlyReport: true } });
  if (own === null) throw refuseMissing("member");
  return own.monthlyReport;
}

/** Says that they do, or do not any more. */
export async function setMonthlyReport(scope: Scope, userId: string, isWanted: boolean): Promise<void> {
  const { db, workspaceId } = scope;
  await db.prisma.$transaction(async (tx) => {
    const [changed] = await tx.membership.updateManyAndReturn({
      where: { workspaceId, userId, monthlyReport: !isWanted },
      data: { monthlyReport: isWanted },
      select: { user: { select: { email: true } } },
    });
    if (changed === undefined) return;
    await recordChange(tx, scope, {
      action: "member.updated",
      subject: { type: "member", id: userId, name: changed.user.email },
      before: { monthly_report: !isWanted },
      after: { monthly_report: isWanted },
    });
  });
}

/** So long after a month it is still worth to report of it, should no worker have run on the first day. */
const LATE_AT_MOST_MS = 3 * DAY_MS;

const QUEUE = `
  INSERT INTO deliveries (kind, recipient, workspace_id, month, due_at)
  SELECT 'MONTHLY_REPORT', u.email, s.workspace_id, $1::date, now() FROM memberships s JOIN users u ON u.id = s.user_id
  WHERE s.monthly_report AND s.role = ANY($2::role[]) AND u.is_active AND (u.is_verified OR $3)
    AND EXISTS (SELECT 1 FROM monitors m WHERE m.workspace_id = s.workspace_id)
  ON CONFLICT DO NOTHING`;

/**
 * Queues the mails of the month that is over, one for each member who asked, as soon as its last day is rolled up.
 * Safe to repeat, by any number of workers: there is one of each workspace, month and recipient.
 * @param rolledUntil where the rollups of days end
 * @param mayMailUnverified also to addresses that are not verified
 * @returns how many were queued
 */
export async function queueMonthlyReports(
  db: Db,
  { now, rolledUntil, mayMailUnverified }: { now: Date; rolledUntil: Date; mayMailUnverified: boolean },
): Promise<number> {
  const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  if (now.getTime() >= start + LATE_AT_MOST_MS || rolledUntil.getTime() < start) return 0;
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 10);
  const { rowCount } = await db.pool.query(QUEUE, [month, READERS, mayMailUnverified]);
  return rowCount ?? 0;
}

/** How available the monitors of a workspace were in a month: each, and by tag. */
export type MonthlyReport = { byMonitor: UptimeReport; byTag: UptimeReport };

/** What there is to say of a workspace's month, such as 2026-11; null where there are too many monitors to say it of. */
export async function readMonthlyReport(
  db: Db,
  { workspaceId, month }: { workspaceId: number; month: string },
  now: Date,
): Promise<MonthlyReport | null> {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  try {
    const scope = scopeTo(db, workspaceId);
    const byMonitor = await reportUptime(scope, { from, to, by: "monitor" }, now);
    return { byMonitor, byTag: await reportUptime(scope, { from, to, by: "tag" }, now) };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
