import { writeIncidentChanges, type IncidentChange } from "@pulsecheck/db/incident-changes";
import {
  lockSensors,
  lockUnsettledSensors,
  readIncidentStarts,
  writeSensors,
  type JudgedSensor,
} from "@pulsecheck/db/judged-sensors";
import { markPublished } from "@pulsecheck/db/outbox";
import { letGo, takeReadings, writeReadings, type QueuedReading } from "@pulsecheck/db/reading-batches";
import { readSensors } from "@pulsecheck/db/sensors";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type pg from "pg";
import type { Deps } from "../context.ts";
import { judgeByTime, judgeReadings, type Judged } from "./judge-readings.ts";
import { readingEvent, withEvents } from "./sensor-events.ts";

const TOLD_AT_ONCE = 200;

/**
 * Judges and tells the oldest readings that are queued, on the connection that leads. What was judged is committed before
 * it is told, and leaves the queue after: a process that dies in between lets the next one tell again and judge nothing
 * twice, because by then no reading is newer than the last one.
 * @returns how many there were
 */
export async function drainReadings(deps: Deps, client: pg.PoolClient): Promise<number> {
  const taken = await takeReadings(client);
  if (taken.batchIds.length === 0 && taken.part === null) return 0;
  const bySensor = Map.groupBy(taken.readings, ({ sensorKey }) => sensorKey);
  const judged = await decide(client, async () => {
    const sensors = await lockSensors(client, [...bySensor.keys()]);
    const all = sensors.map((sensor) => judgeReadings(sensor, bySensor.get(sensor.key) ?? []));
    const unusual = all.flatMap((one) => one.unusual);
    await writeReadings(client, taken.readings, unusual);
    return { all, fresh: sensors.filter(({ last }) => last === null) };
  });
  await tell(deps, [...readingEvents(taken.readings, judged.all), ...(await creations(deps, judged.fresh))]);
  await tellIncidents(deps, judged.changes);
  await letGo(client, taken);
  deps.counters.add("sensor_readings_total", {}, taken.readings.length);
  return taken.readings.length;
}

/** Begins and ends the incidents of sensors that are due to by time or by their rules, without any reading. */
export async function settleSensors(deps: Deps, client: pg.PoolClient): Promise<void> {
  const { changes } = await decide(client, async () => {
    const { rows } = await client.query<{ now: Date }>("SELECT now()");
    const now = rows[0]?.now ?? new Date();
    return { all: (await lockUnsettledSensors(client)).map((sensor) => judgeByTime(sensor, now)), fresh: [] };
  });
  await tellIncidents(deps, changes);
}

type Decided = { all: Judged[]; fresh: JudgedSensor[] };

/** One transaction: what was judged, what sensors became of it, and their incidents. A failure ends the connection. */
async function decide(
  client: pg.PoolClient,
  judge: () => Promise<Decided>,
): Promise<Decided & { changes: IncidentChange[] }> {
  await client.query("BEGIN");
  const { all, fresh } = await judge();
  const changed = all.flatMap((one) => one.changes);
  const ended = changed.flatMap(({ change }) => (change.begins === null ? [change.id] : []));
  const changes = withEvents(changed, await readIncidentStarts(client, ended));
  await writeIncidentChanges(client, changes);
  await writeSensors(
    client,
    all.map(({ sensor }) => sensor),
  );
  await client.query("COMMIT");
  return { all, fresh, changes };
}

function readingEvents(readings: readonly QueuedReading[], judged: readonly Judged[]): BusEvent[] {
  const sensors = new Map(judged.map(({ sensor }) => [sensor.key, sensor]));
  const unusual = new Set(judged.flatMap((one) => one.unusual));
  return readings.flatMap((reading) => {
    const sensor = sensors.get(reading.sensorKey);
    return sensor === undefined ? [] : [readingEvent(sensor, reading, unusual.has(reading))];
  });
}

/** Sensors whose first readings these were: dashboards hear of them here, whoever made them. */
async function creations({ db }: Deps, fresh: readonly JudgedSensor[]): Promise<BusEvent[]> {
  if (fresh.length === 0) return [];
  const at = new Date().toISOString();
  const rows = await readSensors(
    db,
    fresh.map(({ key }) => key),
  );
  return rows.map(({ workspaceId, sensor }) => ({ workspace: workspaceId, at, type: "sensor.created", data: sensor }));
}

/** A broker that is away holds nothing up: sockets get a snapshot when it is back. */
async function tell({ broker, log }: Deps, events: readonly BusEvent[]): Promise<void> {
  try {
    for (let i = 0; i < events.length; i += TOLD_AT_ONCE) await broker.bus.publish(events.slice(i, i + TOLD_AT_ONCE));
  } catch (error) {
    log.warn({ err: error, events: events.length }, "readings could not be told");
  }
}

/** What cannot be told now stays in the outbox and is told from there. */
async function tellIncidents({ db, broker, log }: Deps, changes: readonly IncidentChange[]): Promise<void> {
  if (changes.length === 0) return;
  const events = changes.flatMap(({ workspaceId, at, events: some }) =>
    some.map((event): BusEvent => ({ workspace: workspaceId, at: at.toISOString(), ...event })),
  );
  try {
    await broker.bus.publish(events);
    await markPublished(db, { incidentIds: changes.map(({ id }) => id) });
  } catch (error) {
    log.warn({ err: error, incidents: changes.length }, "incidents of sensors could not be told; trying again");
  }
}
