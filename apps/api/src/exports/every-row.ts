import { listChecks } from "@pulsecheck/db/checks";
import { everyItem } from "@pulsecheck/db/every-item";
import { listMonitors } from "@pulsecheck/db/monitor-list";
import { findMonitor } from "@pulsecheck/db/monitors";
import { listReadings } from "@pulsecheck/db/readings";
import type { Scope } from "@pulsecheck/db/scope";
import { listSensors } from "@pulsecheck/db/sensor-list";
import type { CheckView } from "@pulsecheck/shared/check";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { ReadingView } from "@pulsecheck/shared/sensor";
import type { CheckExport, ReadingExport } from "./export-contract.ts";

/** Monitor by monitor, each one's checks in the query's order. */
export async function* everyCheck(
  scope: Scope,
  { monitor_id, tag, ...query }: CheckExport,
): AsyncGenerator<CheckView & { monitor_name: string }> {
  const checksOf = (id: string) => everyItem((page) => listChecks(scope, id, { ...query, ...page }));
  if (monitor_id !== undefined) {
    const { name } = await findMonitor(scope, monitor_id);
    for await (const check of checksOf(monitor_id)) yield { ...check, monitor_name: name };
  } else
    for await (const { id, name } of everyItem((page) => listMonitors(scope, { ...chosenBy(tag), ...page })))
      for await (const check of untilGone(checksOf(id))) yield { ...check, monitor_name: name };
}

/** Sensor by sensor, each one's readings in the query's order. */
export async function* everyReading(
  scope: Scope,
  { sensor_id, tag, ...query }: ReadingExport,
): AsyncGenerator<ReadingView> {
  const readingsOf = (id: string) => everyItem((page) => listReadings(scope, id, { ...query, ...page }));
  if (sensor_id !== undefined) yield* readingsOf(sensor_id);
  else
    for await (const sensor of everyItem((page) => listSensors(scope, { ...chosenBy(tag), ...page })))
      yield* untilGone(readingsOf(sensor.sensor_id));
}

function chosenBy(tag: string | undefined) {
  return { sort: "name", ...(tag === undefined ? {} : { tag }) };
}

/** What is deleted while a table of all is written has no more rows in it. */
async function* untilGone<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 404)) throw error;
  }
}
