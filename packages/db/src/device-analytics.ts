import {
  addSums,
  ANALYSED_AT_MOST,
  figuresOf,
  NO_SUMS,
  statusAfter,
  sumDevice,
  type DeviceAnalytics,
  type DeviceStory,
  type DeviceSums,
  type Span,
} from "@pulsecheck/shared/device-analytics";
import type { DeviceEventType, DeviceStatus } from "@pulsecheck/shared/device";
import { refuseField } from "@pulsecheck/shared/refusal";
import { eventOf } from "./device-events.ts";
import { letterOf } from "./device-rows.ts";
import { findDevice } from "./devices.ts";
import type { Scope } from "./scope.ts";
import { countSeries } from "./series.ts";

export type DeviceAnalyticsQuery = Span & {
  group_by: DeviceAnalytics["group_by"];
  location?: string | undefined;
  device_id?: string | undefined;
};

/** A device, and how it was when the range began, as far as its present state tells: since then nothing changed. */
type Analysed = {
  key: number;
  device_id: string;
  name: string;
  location: string;
  created_at: Date;
  status_before: DeviceStatus | null;
  was_connected: boolean | null;
};

/** So many devices' events are in memory at a time. */
const AT_ONCE = 500;

/**
 * Sessions, flaps and availability of devices over a range, as far as it has passed, by device or by location. Refuses
 * (400) more than 10,000 devices, and (404) a device that is not in this workspace.
 */
export async function analyseDevices(scope: Scope, asked: DeviceAnalyticsQuery, now: Date): Promise<DeviceAnalytics> {
  const passed = Math.max(asked.from.getTime(), Math.min(asked.to.getTime(), now.getTime()));
  const query = { ...asked, to: new Date(passed) };
  if (query.device_id !== undefined) await findDevice(scope, query.device_id);
  const devices = await readDevices(scope, query);
  if (devices.length > ANALYSED_AT_MOST)
    throw refuseField("location", `must be named: these are more than ${ANALYSED_AT_MOST} devices`);
  const groups = new Map<string, { device: Analysed; sums: DeviceSums }>();
  for (let i = 0; i < devices.length; i += AT_ONCE) {
    const chunk = devices.slice(i, i + AT_ONCE);
    const stories = await readStories(scope, chunk, query);
    for (const device of chunk) {
      const story = stories.get(device.key);
      if (story === undefined) continue;
      const group = query.group_by === "device" ? device.device_id : device.location;
      const before = groups.get(group) ?? { device, sums: NO_SUMS };
      groups.set(group, { ...before, sums: addSums(before.sums, sumDevice(story, query)) });
    }
  }
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    group_by: query.group_by,
    total: figuresOf([...groups.values()].reduce((total, { sums }) => addSums(total, sums), NO_SUMS)),
    groups: [...groups.values()].map(({ device, sums }) => ({
      device_id: query.group_by === "device" ? device.device_id : null,
      name: query.group_by === "device" ? device.name : null,
      location: device.location,
      ...figuresOf(sums),
    })),
  };
}

async function readDevices({ db, workspaceId }: Scope, query: DeviceAnalyticsQuery): Promise<Analysed[]> {
  const order = query.group_by === "device" ? "d.name, d.id" : "d.location, d.id";
  const { rows } = await db.pool.query<Analysed>(
    `SELECT d.id AS key, d.device_id, d.name, d.location, d.created_at,
       CASE WHEN s.status_since < $2 THEN s.status END AS status_before,
       CASE WHEN s.connected_since < $2 AND s.connection_id IS NOT NULL THEN true END AS was_connected
     FROM devices d JOIN device_states s ON s.device_key = d.id
     WHERE d.workspace_id = $1 AND d.created_at < $3 AND ($4::text IS NULL OR d.location = $4) AND ($5::text IS NULL OR d.device_id = $5)
     ORDER BY ${order} LIMIT ${ANALYSED_AT_MOST + 1}`,
    [workspaceId, query.from, query.to, query.location ?? null, query.device_id ?? null],
  );
  return rows;
}

type EventRow = { key: number; at: Date; event_type: string };

async function readStories(scope: Scope, devices: readonly Analysed[], span: Span): Promise<Map<number, DeviceStory>> {
  const keys = devices.map(({ key }) => key);
  const [events, statuses, connections, heartbeats] = await Promise.all([
    readEvents(scope, keys, span),
    readLastBefore(
      scope,
      devices.filter((one) => one.status_before === null),
      span,
      ["online", "at_risk", "offline"],
    ),
    readLastBefore(
      scope,
      devices.filter((one) => one.was_connected === null),
      span,
      ["connected", "disconnected"],
    ),
    countSeries(scope, "h", keys, { from: span.from.getTime(), to: span.to.getTime() }),
  ]);
  const eventsOf = Map.groupBy(events, ({ key }) => key);
  return new Map(
    devices.map((device) => [
      device.key,
      {
        createdAt: device.created_at,
        statusBefore: device.status_before ?? statusOf(statuses.get(device.key)),
        wasConnected: device.was_connected ?? connections.get(device.key) === "connected",
        events: (eventsOf.get(device.key) ?? []).map(({ at, event_type }) => ({ at, type: eventOf(event_type) })),
        heartbeats: heartbeats.get(device.key) ?? 0,
      },
    ]),
  );
}

function statusOf(event: DeviceEventType | undefined): DeviceStatus | null {
  return event === undefined ? null : statusAfter(event);
}

async function readEvents({ db }: Scope, keys: readonly number[], { from, to }: Span): Promise<EventRow[]> {
  const { rows } = await db.pool.query<EventRow>(
    `SELECT device_key AS key, at, event_type FROM device_events
     WHERE device_key = ANY($1) AND at >= $2 AND at < $3 ORDER BY device_key, at, id`,
    [keys, from, to],
  );
  return rows;
}

/** The last event of these types before the range. A device may have been heard some days before we knew of it. */
async function readLastBefore(
  { db }: Scope,
  devices: readonly Analysed[],
  { from }: Span,
  types: readonly DeviceEventType[],
): Promise<Map<number, DeviceEventType>> {
  if (devices.length === 0) return new Map();
  const { rows } = await db.pool.query<{ key: number; event_type: string }>(
    `SELECT i.key, e.event_type FROM unnest($1::int[], $2::timestamptz[]) AS i(key, created_at)
     CROSS JOIN LATERAL (
       SELECT event_type FROM device_events
       WHERE device_key = i.key AND at < $3 AND at >= i.created_at - interval '8 days' AND event_type = ANY($4::text[]::"char"[])
       ORDER BY at DESC, id DESC LIMIT 1
     ) AS e`,
    [devices.map(({ key }) => key), devices.map((one) => one.created_at), from, types.map(letterOf)],
  );
  return new Map(rows.map(({ key, event_type }) => [key, eventOf(event_type)]));
}
