import type { Listener } from "./audience.ts";
import type { NumberedEvent } from "./event-ring.ts";

/** An event's frame; written and encoded once, however many get it. */
export function writeFrame({ seq, event }: NumberedEvent): Buffer {
  return Buffer.from(JSON.stringify({ type: event.type, at: event.at, seq, data: event.data }));
}

/** Of a monitor's checks, a slow reader gets the latest only; of everything else, all. */
export function sendEvent({ socket }: Listener, { event }: NumberedEvent, bytes: Buffer): void {
  socket.send(event.type === "monitor.checked" ? { bytes, latestOf: event.data.monitor_id } : { bytes });
}

export function sendSnapshot({ socket, monitorId }: Listener, seq: number, data: object): void {
  const shown = monitorId === null ? { ...data, seq } : data;
  const frame = { type: "snapshot", at: new Date().toISOString(), seq, data: shown };
  socket.send({ bytes: Buffer.from(JSON.stringify(frame)) });
}
