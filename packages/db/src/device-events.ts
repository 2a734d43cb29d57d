import { DEVICE_EVENT_TYPES, type DeviceEventType } from "@pulsecheck/shared/device";
import type { DeviceEventView } from "@pulsecheck/shared/device-history";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import { letterOf } from "./device-rows.ts";
import { findDevice } from "./devices.ts";
import type { Scope } from "./scope.ts";

export type DeviceEventFilter = {
  limit: number;
  cursor?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  event_type?: DeviceEventType | undefined;
};

const SORT = "-at";
const LIST = `
  SELECT at, id::text, event_type FROM device_events
  WHERE device_key = $1 AND at >= $2 AND at < $3 AND ($4::"char" IS NULL OR event_type = $4)
    AND (at, id) < ($5::timestamptz, $6::bigint)
  ORDER BY at DESC, id DESC LIMIT $7`;
const LAST_ID = "9223372036854775807";

/** What happened to a device, the latest first, as far back as it is kept. */
export async function listDeviceEvents(
  scope: Scope,
  deviceId: string,
  filter: DeviceEventFilter,
): Promise<Page<DeviceEventView>> {
  const { id: key } = await findDevice(scope, deviceId);
  const position = readCursor(filter.cursor, { sorts: [SORT], value: "time", key: "bigint" });
  const { rows } = await scope.db.pool.query<{ at: Date; id: string; event_type: string }>(LIST, [
    key,
    filter.from ?? "-infinity",
    filter.to ?? "infinity",
    filter.event_type === undefined ? null : letterOf(filter.event_type),
    position?.value ?? "infinity",
    position?.key ?? LAST_ID,
    filter.limit + 1,
  ]);
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ at, id, event_type }) => ({
      id: Number(id),
      device_id: deviceId,
      event_type: eventOf(event_type),
      at: at.toISOString(),
    })),
    next_cursor: last ? writeCursor({ sort: SORT, value: last.at.toISOString(), key: last.id }) : null,
  };
}

/** The event that a letter in the table "device_events" stands for. */
export function eventOf(letter: string): DeviceEventType {
  const event = DEVICE_EVENT_TYPES.find((one) => letterOf(one) === letter);
  if (event === undefined) throw new Error(`the database holds the unknown event ${letter}`);
  return event;
}
