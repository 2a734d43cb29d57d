import { CLOSE } from "@pulsecheck/shared/live-events";
import type { Logger } from "pino";
import type { Listener } from "./audience.ts";
import type { EventRing, NumberedEvent } from "./event-ring.ts";
import { sendEvent, sendSnapshot, writeFrame } from "./frames.ts";
import { requireAllowed } from "./revocation.ts";

/** Shows listeners how things stand, without losing what happens while that is read. */
export type Welcome = {
  /** Sends a snapshot, and after it what was held back meanwhile. Never rejects. */
  show(listener: Listener): Promise<void>;
  /** Holds an event back while the listener's snapshot is read; false where none is. */
  hold(listener: Listener, event: NumberedEvent): boolean;
};

export function createWelcome(ring: EventRing, log: Logger): Welcome {
  const held = new Map<Listener, NumberedEvent[]>();
  return {
    hold(listener, event) {
      const events = held.get(listener);
      events?.push(event);
      return events !== undefined;
    },
    async show(listener) {
      const events: NumberedEvent[] = [];
      held.set(listener, events);
      try {
        const seq = ring.lastSeq();
        if (!(await requireAllowed(listener))) return;
        const data = await listener.snapshot();
        if (data === null) return listener.socket.close(1000, "gone");
        sendSnapshot(listener, seq, data);
        for (const event of events) sendEvent(listener, event, writeFrame(event));
      } catch (error) {
        log.error({ err: error }, "a snapshot could not be read");
        listener.socket.close(CLOSE.goingAway, "try again");
      } finally {
        if (held.get(listener) === events) held.delete(listener);
      }
    },
  };
}
