import type { Listener } from "./audience.ts";
import type { NumberedEvent } from "./event-ring.ts";

/** An event's frame; written once, however many get it. */
export function writeFrame({ seq, event }: NumberedEvent): string {
  return JSON.stringify({ type: event.type, at: event.at, seq, data: event.data });
}

/** Of a monitor's checks, a slow reader gets the latest only; of everything else, all. */
export function sendEvent({ socket }: Listener, { event }: NumberedEvent, text: string): void {
  socket.send(event.type === "monitor.checked" ? { text, latestOf: event.data.monitor_id } : { text });
}

export function sendSnapshot({ socket, monitorId }: Listener, seq: number, data: object): void {
  const shown = monitorId === null ? { ...data, seq } : data;
  socket.send({ text: JSON.stringify({ type: "snapshot", at: new Date().toISOString(), seq, data: shown }) });
}
