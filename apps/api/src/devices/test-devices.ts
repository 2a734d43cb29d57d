import { letterOf } from "@pulsecheck/db/device-rows";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { rollUp } from "@pulsecheck/db/rollups";
import type { DeviceEventType, HeartbeatInput } from "@pulsecheck/shared/device";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

/** A house without a worker, where devices may report all the same. */
export async function openQuietHouse(): Promise<House> {
  const house = await openHouse({ worker: false });
  await maintainPartitions(house.db, new Date(), 30);
  return house;
}

export async function report(house: House, { token }: Person, ...heartbeats: HeartbeatInput[]): Promise<void> {
  const { status, body } = await house.call("POST", "/api/v1/heartbeat", { token, json: heartbeats });
  if (status !== 202) throw new Error(`the heartbeat was answered ${status}: ${JSON.stringify(body)}`);
}

/** The inner key of a device of this person's own workspace. */
export async function keyOf({ db }: House, { id }: Person, deviceId: string): Promise<number> {
  return (await db.prisma.device.findFirstOrThrow({ where: { deviceId, createdById: id } })).id;
}

/** Tells a device's past anew: made so long ago, these events, and the state that they leave. */
export async function rewritePast(
  house: House,
  owner: Person,
  deviceId: string,
  past: { createdAt: Date; events: readonly (readonly [Date, DeviceEventType])[] },
): Promise<void> {
  const key = await keyOf(house, owner, deviceId);
  const { db } = house;
  await db.pool.query("DELETE FROM device_events WHERE device_key = $1", [key]);
  await db.pool.query("UPDATE devices SET created_at = $2 WHERE id = $1", [key, past.createdAt]);
  for (const [at, type] of past.events)
    await db.pool.query("INSERT INTO device_events (device_key, at, event_type) VALUES ($1, $2, $3)", [
      key,
      at,
      letterOf(type),
    ]);
  const last = past.events.findLast(([, type]) => type !== "connected" && type !== "disconnected");
  await db.pool.query(
    "UPDATE device_states SET status = $2::text::device_status, status_since = $3 WHERE device_key = $1",
    [key, last?.[1].toUpperCase() ?? "ONLINE", last?.[0] ?? past.createdAt],
  );
}

/** Rolls up as an instance does that has been there for so long. */
export async function rollUpSince({ db }: House, since: Date): Promise<void> {
  const day = new Date(since.getTime() - 2 * 86_400_000);
  await db.pool.query("INSERT INTO rollup_progress VALUES (1, $1), (24, $1)", [day]);
  await rollUp(db, new Date());
}
