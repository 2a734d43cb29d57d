import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { Listener } from "./audience.ts";
import type { NumberedEvent } from "./event-ring.ts";

/** An event's frame; written and encoded once, however many get it. */
export function writeFrame({ seq, event }: NumberedEvent): Buffer {
  return Buffer.from(JSON.stringify({ type: event.type, at: event.at, seq, data: event.data }));
}

/** Of checks, heartbeats and readings, a slow reader gets the latest of each thing only; of everything else, all. */
export function sendEvent({ socket }: Listener, { event }: NumberedEvent, bytes: Buffer): void {
  const latestOf = latestOnlyOf(event);
  socket.send(latestOf === null ? { bytes } : { bytes, latestOf });
}

function latestOnlyOf(event: BusEvent): string | null {
  if (event.type === "monitor.checked") return event.data.monitor_id;
  if (event.type === "monitor.pinged") return `pings of ${event.data.monitor_id}`;
  if (event.type === "sensor.reading") return `sensor ${event.data.sensor_id}`;
  return event.type === "device.heartbeat" ? `device ${event.data.device_id}` : null;
}

export function sendSnapshot({ socket, monitorId }: Listener, seq: number, data: object): void {
  const shown = monitorId === null ? { ...data, seq } : data;
  const frame = { type: "snapshot", at: new Date().toISOString(), seq, data: shown };
  socket.send({ bytes: Buffer.from(JSON.stringify(frame)) });
}
