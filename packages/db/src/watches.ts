import type { Db } from "./client.ts";

type MonitorWatched = { workspaceId: number; monitorId: string };
type DeviceWatched = { workspaceId: number; deviceId: string };
/** Monitors whose every check, and devices whose every heartbeat, is asked for. */
export type Watches = { monitors: readonly MonitorWatched[]; devices: readonly DeviceWatched[] };

/** SQL: does anybody want to hear of every check of this monitor now? */
export function isWatched(monitorId: string): string {
  return `EXISTS (SELECT 1 FROM monitor_watches w WHERE w.monitor_id = ${monitorId} AND w.watched_until > now())`;
}

/** Asks for every check of these monitors to be told to the live bus, for `forMs`. Unknown ones are passed over. */
export async function watchMonitors(db: Db, watches: readonly MonitorWatched[], forMs: number): Promise<void> {
  if (watches.length === 0) return;
  // In one order, so that two who ask for the same monitors at once do not wait for each other.
  await db.pool.query(
    `INSERT INTO monitor_watches (monitor_id, watched_until)
     SELECT DISTINCT m.id, now() + $3 * interval '1 millisecond'
     FROM unnest($1::int[], $2::uuid[]) AS w(workspace_id, public_id)
     JOIN monitors m ON m.workspace_id = w.workspace_id AND m.public_id = w.public_id
     ORDER BY m.id
     ON CONFLICT (monitor_id) DO UPDATE SET watched_until = greatest(excluded.watched_until, monitor_watches.watched_until)`,
    [watches.map(({ workspaceId }) => workspaceId), watches.map(({ monitorId }) => monitorId), forMs],
  );
}

/** Asks for every heartbeat of these devices to be told to the live bus, for `forMs`. Unknown ones are passed over. */
export async function watchDevices(db: Db, watches: readonly DeviceWatched[], forMs: number): Promise<void> {
  if (watches.length === 0) return;
  await db.pool.query(
    `WITH asked AS MATERIALIZED (
       SELECT s.device_key FROM device_states s JOIN devices d ON d.id = s.device_key
       WHERE EXISTS (SELECT 1 FROM unnest($1::int[], $2::text[]) AS w(workspace_id, device_id)
         WHERE d.workspace_id = w.workspace_id AND d.device_id = w.device_id)
       ORDER BY s.device_key FOR UPDATE OF s
     )
     UPDATE device_states s SET watched_until = now() + $3 * interval '1 millisecond' FROM asked WHERE s.device_key = asked.device_key`,
    [watches.map(({ workspaceId }) => workspaceId), watches.map(({ deviceId }) => deviceId), forMs],
  );
}
