import { DEVICE_EVENT_TYPES, type DeviceEventType } from "@pulsecheck/shared/device";
import type { DeviceEventListQuery, DeviceEventView } from "@pulsecheck/shared/device-history";
import type { Page } from "@pulsecheck/shared/list";
import { letterOf } from "./device-rows.ts";
import { findDevice } from "./devices.ts";
import { Prisma } from "./generated/client.ts";
import { given, readPage, within, type Column } from "./keyset.ts";
import type { Scope } from "./scope.ts";

type EventRow = { at: Date; id: string; event_type: string };

const AT = Prisma.sql`e.at`;
const COLUMNS: Record<"at" | "id", Column> = {
  id: { sql: Prisma.sql`e.id`, type: "bigint" },
  at: { sql: AT, type: "time" },
};

/** What happened to a device, the latest first, as far back as it is kept. */
export async function listDeviceEvents(
  scope: Scope,
  deviceId: string,
  query: DeviceEventListQuery,
): Promise<Page<DeviceEventView>> {
  const { id: key } = await findDevice(scope, deviceId);
  const list = {
    select: Prisma.sql`e.at, e.id, e.event_type`,
    from: Prisma.sql`device_events e`,
    where: [
      Prisma.sql`e.device_key = ${key}`,
      ...within(AT, query),
      ...given(query.event_type, (one) => Prisma.sql`e.event_type = ${letterOf(one)}`),
    ],
    columns: COLUMNS,
    key: "id",
  } as const;
  return readPage(scope.db, list, query, (rows: EventRow[]) =>
    rows.map(({ at, id, event_type }) => ({
      id: Number(id),
      device_id: deviceId,
      event_type: eventOf(event_type),
      at: at.toISOString(),
    })),
  );
}

/** The event that a letter in the table "device_events" stands for. */
export function eventOf(letter: string): DeviceEventType {
  const event = DEVICE_EVENT_TYPES.find((one) => letterOf(one) === letter);
  if (event === undefined) throw new Error(`the database holds the unknown event ${letter}`);
  return event;
}
