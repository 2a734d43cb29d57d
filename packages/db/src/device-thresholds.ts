import { Prisma } from "./generated/client.ts";

/**
 * Judges devices by thresholds that have just changed: whether their battery is low at once, and anew, and their
 * silence by the sweep, whose next look at them is now.
 * @param which a condition on devices `d`
 */
export async function judgeDevicesAnew(tx: Prisma.TransactionClient, which: Prisma.Sql): Promise<void> {
  // Locked in the order in which reports and the sweep lock.
  await tx.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT d.id, s.battery_level < coalesce(d.battery_low, w.device_battery_low) AS is_low
      FROM device_states s JOIN devices d ON d.id = s.device_key JOIN workspaces w ON w.id = d.workspace_id
      WHERE ${which} ORDER BY d.id FOR UPDATE OF s
    )
    UPDATE device_states s SET look_at = now(), is_battery_low = coalesce(locked.is_low, s.is_battery_low)
    FROM locked WHERE s.device_key = locked.id`;
}
