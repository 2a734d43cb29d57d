import type { BusBatch, BusEvent } from "@pulsecheck/shared/live-events";

export type BusListener = {
  /** A batch, in the order of its numbers. */
  onBatch(batch: BusBatch): void;
  /** Batches may have been missed: what was seen so far is no longer the whole story. */
  onGap(): void;
};

/**
 * Carries live events from whoever commits a change to every API process. Numbers (`seq`) are microseconds of
 * the broker's clock, pushed up where needed so that they always grow: they outlive a flush or a restart of the
 * broker, and tell a client nothing about other tenants.
 */
export type LiveBus = {
  /** Rejects when the broker cannot be reached; the caller keeps what must not be lost. */
  publish(events: readonly BusEvent[]): Promise<void>;
  /** Resolves once it listens. Reconnects by itself. */
  subscribe(listener: BusListener): Promise<Subscription>;
  close(): Promise<void>;
};

export type Subscription = {
  /** The last number given before listening began. */
  readonly startSeq: number;
  end(): Promise<void>;
};

/** Follows the numbers of arriving batches and tells of gaps between them. */
export function followBatches(listener: BusListener): (batch: BusBatch) => void {
  let lastSeq: number | null = null;
  return (batch) => {
    if (lastSeq !== null && batch.prevSeq !== lastSeq) listener.onGap();
    lastSeq = batch.firstSeq + batch.events.length - 1;
    listener.onBatch(batch);
  };
}
