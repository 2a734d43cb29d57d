import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "bullmq";
import type { QueuePart } from "./queue-classes.ts";

/** How long until a consumer that could not be opened, or ended, is opened anew. */
const AGAIN_MS = 1_000;

type OnError = (error: Error) => void;

/** What is open of BullMQ, so that it can be closed. */
export type QueueParts = {
  /** Rejects where the part is not ready: such a one never would be, and is thrown away. */
  open<T extends QueuePart>(make: () => T): Promise<T>;
  close(part: QueuePart): Promise<void>;
  closeAll(): Promise<void>;
};

export function createParts(ready: (part: QueuePart) => Promise<void>, onError: OnError): QueueParts {
  const parts = new Set<QueuePart>();

  async function close(part: QueuePart): Promise<void> {
    parts.delete(part);
    await part.close().catch(onError);
  }

  return {
    async open(make) {
      const part = make();
      // Each class types its own events; this one is common to all.
      (part as Worker).on("error", onError);
      parts.add(part);
      try {
        await ready(part);
        return part;
      } catch (error) {
        await close(part);
        throw error;
      }
    },
    close,
    async closeAll() {
      await Promise.all([...parts].map(close));
    },
  };
}

/** Opens what is asked for, once: again only where that failed, or where it was forgotten since. */
export function reopenable<T>(open: (forget: () => void) => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  const forget = () => void (opened = null);
  return () => {
    if (opened === null) {
      opened = open(forget);
      opened.catch(forget);
    }
    return opened;
  };
}

export type Consumer = {
  /** Takes no more jobs, waits for those under way. */
  close(): Promise<void>;
};

/** Runs a worker of BullMQ, and a new one where that could not be opened or came to an end by itself. */
export function keepConsuming({ open, close }: QueueParts, make: () => Worker, onError: OnError): Consumer {
  const closed = new AbortController();
  let current: Worker | null = null;

  async function consume(): Promise<void> {
    current = await open(make);
    try {
      if (!closed.signal.aborted) await current.run();
    } finally {
      await close(current);
    }
  }

  async function keepOn(): Promise<void> {
    while (!closed.signal.aborted) {
      await consume().catch(onError);
      await delay(AGAIN_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    }
  }

  const running = keepOn();
  return {
    async close() {
      closed.abort();
      if (current !== null) await close(current);
      await running;
    },
  };
}
