import type { DeviceMemory } from "@pulsecheck/shared/device-state";
import type { BusEvent, LiveEvent } from "@pulsecheck/shared/live-events";
import type pg from "pg";
import { writeArray } from "./array-literal.ts";
import { closedIncident, eventOfStatus, letterOf, openedIncident, type DeviceRow } from "./device-rows.ts";
import { writeIncidentChanges, type IncidentChange } from "./incident-changes.ts";

/** What a batch of reports did to one device. */
export type Heard = {
  row: DeviceRow;
  isNew: boolean;
  next: DeviceMemory;
  /** History rows that were added. */
  added: number;
};

// Where the status changes, the sweep looks anew; otherwise it finds out by itself when it gets there.
const WRITE_STATES = `
  UPDATE device_states s SET status = i.status,
    status_since = CASE WHEN s.status = i.status THEN s.status_since ELSE i.heard_at END,
    look_at = CASE WHEN s.status = i.status THEN s.look_at ELSE i.heard_at + i.at_risk_after_s * interval '1 second' END,
    battery_level = i.battery_level, signal_strength = i.signal_strength, is_battery_low = i.is_battery_low,
    last_heard_at = i.heard_at, last_report_at = i.report_at, last_sent_at = i.sent_at, heartbeats = s.heartbeats + i.added,
    incident_id = CASE WHEN i.status = 'OFFLINE' THEN s.incident_id END
  FROM unnest($1::int[], $2::device_status[], $3::real[], $4::real[], $5::boolean[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::int[], $10::int[])
    AS i(key, status, battery_level, signal_strength, is_battery_low, heard_at, report_at, sent_at, added, at_risk_after_s)
  WHERE s.device_key = i.key`;

/** Writes what is remembered of devices that were heard. */
export async function writeStates(client: pg.PoolClient, heard: readonly Heard[]): Promise<void> {
  if (heard.length === 0) return;
  const column = <T>(of: (one: Heard) => T) => heard.map(of);
  const time = (ms: number | null) => (ms === null ? null : new Date(ms));
  await client.query({
    name: "write-device-states",
    text: WRITE_STATES,
    values: [
      writeArray(column(({ row }) => row.key)),
      writeArray(column(({ next }) => next.status)),
      writeArray(column(({ next }) => next.batteryLevel)),
      writeArray(column(({ next }) => next.signalStrength)),
      column(({ next }) => next.isBatteryLow),
      writeArray(column(({ next }) => time(next.lastHeardAt))),
      writeArray(column(({ next }) => time(next.lastReportAt))),
      writeArray(column(({ next }) => time(next.lastSentAt))),
      writeArray(column(({ added }) => added)),
      writeArray(column(({ row }) => row.atRiskAfterS)),
    ],
  });
}

/** A device may call itself what it likes, and say where it is, last as it did in the newest report, until somebody here does. */
export async function renameDevices(
  client: pg.PoolClient,
  heard: readonly Heard[],
  reportsOf: (row: DeviceRow) => readonly { name: string | null; location: string | null }[],
): Promise<void> {
  const changed = heard.flatMap(({ row }) => {
    const reports = reportsOf(row);
    const said = {
      name: row.isRenamed ? undefined : reports.findLast((report) => report.name !== null)?.name,
      location: row.isRelocated ? undefined : reports.findLast((report) => report.location !== null)?.location,
    };
    const { name, location } = { name: said.name ?? row.name, location: said.location ?? row.location };
    return name === row.name && location === row.location ? [] : [{ key: row.key, ...said }];
  });
  if (changed.length === 0) return;
  // Judged by the row as it is now: somebody may have named it while its state was waited for.
  await client.query(
    `UPDATE devices d SET name = CASE WHEN d.is_renamed THEN d.name ELSE coalesce(i.name, d.name) END,
       location = CASE WHEN d.is_relocated THEN d.location ELSE coalesce(i.location, d.location) END, updated_at = now()
     FROM unnest($1::int[], $2::text[], $3::text[]) AS i(key, name, location) WHERE d.id = i.key`,
    [changed.map(({ key }) => key), changed.map(({ name }) => name), changed.map(({ location }) => location)],
  );
}

/** A device after it was heard or looked at, and what that means for its outages. */
export type DeviceChange = {
  row: DeviceRow;
  now: Pick<DeviceMemory, "status" | "batteryLevel" | "signalStrength">;
  at: Date;
  isNew: boolean;
  /** How many it has sent, for those who watch it, as it was heard; null where it was not. */
  heartbeats: number | null;
  /** The outage that begins; null where none does. */
  begins: { id: string; startedAt: Date; detail: string } | null;
};

export type WrittenChanges = {
  events: BusEvent[];
  /** Incidents whose beginning or end is among the events. */
  incidentIds: string[];
};

/** Writes changes of status: their events, and the beginnings and ends of outages, inside the caller's transaction. */
export async function writeChanges(client: pg.PoolClient, changes: readonly DeviceChange[]): Promise<WrittenChanges> {
  const incidents = changes.flatMap(incidentChangeOf);
  const moved = changes.filter(({ row, now, isNew }) => isNew || row.status !== now.status);
  await writeEvents(
    client,
    moved.map(({ row, now, at }) => ({ key: row.key, at, letter: letterOf(eventOfStatus(now.status)) })),
  );
  await writeIncidentChanges(client, incidents);
  const byDevice = new Map(incidents.map((change) => [change.deviceKey, change]));
  const events = changes.flatMap((change) => {
    const told = [...statusEvents(change), ...(byDevice.get(change.row.key)?.events ?? [])];
    return told.map((event) => ({ workspace: change.row.workspaceId, at: change.at.toISOString(), ...event }));
  });
  return { events, incidentIds: incidents.map(({ id }) => id) };
}

function statusEvents({ row, now, at, heartbeats }: DeviceChange): LiveEvent[] {
  const reading = {
    device_id: row.deviceId,
    status: now.status,
    battery_level: now.batteryLevel,
    signal_strength: now.signalStrength,
    at: at.toISOString(),
  };
  const isTold = heartbeats !== null && row.isWatched;
  const events: LiveEvent[] = isTold ? [{ type: "device.heartbeat", data: { ...reading, heartbeats } }] : [];
  if (row.status !== now.status) events.push({ type: "device.status", data: { ...reading, previous: row.status } });
  return events;
}

function incidentChangeOf({ row, now, at, begins }: DeviceChange): (IncidentChange & { deviceKey: number })[] {
  const common = {
    workspaceId: row.workspaceId,
    of: { deviceKey: row.key },
    kind: "outage",
    at,
    deviceKey: row.key,
  } as const;
  if (begins !== null) {
    const { id, ...rest } = begins;
    const opening = { ...rest, reason: "silent" } as const;
    const events: LiveEvent[] = [{ type: "incident.opened", data: openedIncident(row, { id, at, ...opening }) }];
    return [{ ...common, id, begins: opening, events }];
  }
  if (row.incidentId === null || now.status === "OFFLINE") return [];
  const view = closedIncident(row, row.incidentId, at);
  return [
    {
      ...common,
      id: row.incidentId,
      begins: null,
      events: view === null ? [] : [{ type: "incident.closed", data: view }],
    },
  ];
}

/** Adds to the devices' events, inside the caller's transaction. */
export async function writeEvents(
  client: pg.PoolClient,
  events: readonly { key: number; at: Date; letter: string }[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `INSERT INTO device_events (device_key, at, event_type) SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::text[]::"char"[])`,
    [events.map(({ key }) => key), events.map(({ at }) => at), events.map(({ letter }) => letter)],
  );
}
