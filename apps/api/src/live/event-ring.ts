import type { BusBatch, BusEvent } from "@pulsecheck/shared/live-events";

const KEEP_AT_MOST = 20_000;
/** They come in numbers that would push all else out. Sensors' sockets begin with a snapshot; of heartbeats the next one counts. */
const NOT_KEPT: ReadonlySet<BusEvent["type"]> = new Set(["sensor.reading", "device.heartbeat"]);

export type NumberedEvent = { seq: number; event: BusEvent };

/** The latest events, so that a client that was away gets what it missed. */
export type EventRing = {
  /** Says what the last number was before listening began. */
  startAt(seq: number): void;
  add(batch: BusBatch): NumberedEvent[];
  /** Forgets everything: events may be missing. */
  clear(): void;
  /** What came after `seq`, or null where that is too long ago (or never was). */
  after(seq: number): NumberedEvent[] | null;
  lastSeq(): number;
};

export function createEventRing(): EventRing {
  let events: NumberedEvent[] = [];
  /** Every event after this number is here. */
  let completeFrom: number | null = null;
  let lastSeq = 0;
  return {
    startAt(seq) {
      completeFrom ??= seq;
      lastSeq = Math.max(lastSeq, seq);
    },
    add({ firstSeq, prevSeq, events: fresh }) {
      completeFrom ??= prevSeq;
      const numbered = fresh.map((event, i) => ({ seq: firstSeq + i, event }));
      lastSeq = firstSeq + fresh.length - 1;
      events.push(...numbered.filter(({ event }) => !NOT_KEPT.has(event.type)));
      // Dropped in large pieces, so that adding stays cheap.
      if (events.length > KEEP_AT_MOST * 1.25) {
        completeFrom = events[events.length - KEEP_AT_MOST - 1]?.seq ?? completeFrom;
        events = events.slice(-KEEP_AT_MOST);
      }
      return numbered;
    },
    clear() {
      events = [];
      completeFrom = null;
    },
    after(seq) {
      if (completeFrom === null || seq < completeFrom || seq > lastSeq) return null;
      return events.slice(firstIndexAfter(events, seq));
    },
    lastSeq: () => lastSeq,
  };
}

function firstIndexAfter(events: readonly NumberedEvent[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
