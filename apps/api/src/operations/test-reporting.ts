import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";

export type DeviceFields = { status?: string; battery?: number | null; heartbeats?: number; connected?: boolean };

async function workspaceOf(house: House, person: Person): Promise<number> {
  const { workspaceId } = await house.db.prisma.membership.findFirstOrThrow({ where: { userId: person.id } });
  return workspaceId;
}

/** A device in any state that one likes, due for 7 seconds. */
export async function insertDevice(house: House, owner: Person, deviceId: string, fields: DeviceFields = {}) {
  const { status = "ONLINE", battery = 85.5, heartbeats = 3, connected = false } = fields;
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO devices (workspace_id, created_by_id, device_id, name) VALUES ($1, $2, $3, $3 || ' "x"') RETURNING id
    )
    INSERT INTO device_states (device_key, workspace_id, status, battery_level, signal_strength, last_heard_at, look_at, connected_to, heartbeats)
    SELECT id, $1, $4::device_status, $5, -45.25, '2026-01-02T03:04:05Z', now() - interval '7 seconds', $6, $7 FROM made`,
    [
      await workspaceOf(house, owner),
      owner.id,
      deviceId,
      status,
      battery,
      connected ? crypto.randomUUID() : null,
      heartbeats,
    ],
  );
}

/** So many devices at once, named d-1, d-2 ... */
export async function insertDevices(house: House, owner: Person, count: number) {
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO devices (workspace_id, created_by_id, device_id, name)
      SELECT $1, $2, 'd-' || n, 'd-' || n FROM generate_series(1, $3::int) AS n RETURNING id
    )
    INSERT INTO device_states (device_key, workspace_id, last_heard_at, look_at) SELECT id, $1, now(), now() FROM made`,
    [await workspaceOf(house, owner), owner.id, count],
  );
}

export async function insertSensor(house: House, owner: Person, sensorId: string, value: number | null) {
  await house.db.pool.query(
    `WITH made AS (
      INSERT INTO sensors (workspace_id, created_by_id, sensor_id, name, unit) VALUES ($1, $2, $3, $3, '°C') RETURNING id
    )
    INSERT INTO sensor_states (sensor_key, workspace_id, last_value) SELECT id, $1, $4 FROM made`,
    [await workspaceOf(house, owner), owner.id, sensorId, value],
  );
}
