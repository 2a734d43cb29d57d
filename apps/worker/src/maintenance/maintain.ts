import { queueMonthlyReports } from "@pulsecheck/db/monthly-reports";
import { mendClockSteps } from "@pulsecheck/db/due-checks";
import { planMaintenance } from "@pulsecheck/db/maintenance-spans";
import { dropOldRows } from "@pulsecheck/db/outbox";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { rollUp } from "@pulsecheck/db/rollups";
import { trimSystemLog } from "@pulsecheck/db/system-log";
import type { Deps } from "../context.ts";

/** The housekeeping of every minute: partitions and maintenance ahead, rollups and reports of what is over, and old rows gone. */
export async function maintain({ config, db, log }: Deps, now = new Date()): Promise<void> {
  // First what the past is condensed into, then what is thrown away.
  const { days } = await rollUp(db, now);
  await queueMonthlyReports(db, { now, rolledUntil: days, mayMailUnverified: config.isEmbedded });
  const dropped = await maintainPartitions(db, now, config.retentionDays);
  if (dropped.length > 0) log.info({ partitions: dropped }, "checks beyond RETENTION_DAYS were dropped");
  await dropOldRows(db);
  await trimSystemLog(db);
  await planMaintenance(db);
  const mended = await mendClockSteps(db);
  if (mended > 0) log.warn({ monitors: mended }, "the clock was set back; these monitors are checked now");
}
