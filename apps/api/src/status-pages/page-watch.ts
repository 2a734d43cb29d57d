import type { Db } from "@pulsecheck/db/client";
import { findPublishedPage, type PublishedPage } from "@pulsecheck/db/published-pages";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { Logger } from "pino";
import type { EventStream } from "./event-stream.ts";
import { concerns, type Snapshot, type Snapshots } from "./snapshots.ts";

const KEEPALIVE_EVERY_MS = 25_000;

/** Tells open pages that they have changed: the revision of what they would show now, and nothing else. */
export type PageWatch = {
  /** Tells the stream the revision of now, and each later one, as long as the page may be seen. */
  join(page: PublishedPage, stream: EventStream): void;
  leave(page: PublishedPage, stream: EventStream): void;
  onEvent(event: BusEvent): void;
  /** Events may have been missed. */
  lookAtAll(): void;
  stop(): void;
};

type Watched = {
  page: PublishedPage;
  /** Each reader, and the revision it was told last. */
  readers: Map<EventStream, string | null>;
  snapshot: Snapshot | null;
  /** One look at a time; whatever happens during it asks for one more. */
  look: "none" | "under way" | "once more";
};

export function watchPages(db: Db, snapshots: Snapshots, log: Logger): PageWatch {
  const watched = new Map<number, Watched>();
  let isStopped = false;

  async function look(one: Watched): Promise<void> {
    if (one.look !== "none") {
      one.look = "once more";
      return;
    }
    do {
      one.look = "under way";
      try {
        if (await isStillShown(one, db)) await tellReaders(one, snapshots);
      } catch (error) {
        log.warn({ err: error }, "a status page could not be looked at; trying again with its next event");
      }
    } while ((one.look as Watched["look"]) === "once more");
    one.look = "none";
  }

  /** Makes up for a message of the page's own changes that was lost on the way; states are told again by the outbox. */
  async function lookForChange(one: Watched): Promise<void> {
    const { updatedAt } = one.page;
    const isShown = await isStillShown(one, db).catch(() => true);
    if (isShown && one.page.updatedAt.getTime() !== updatedAt.getTime()) await look(one);
  }

  const keepalive = setInterval(() => {
    for (const one of watched.values()) {
      for (const stream of one.readers.keys()) stream.keepAlive();
      void lookForChange(one);
    }
  }, KEEPALIVE_EVERY_MS).unref();

  return {
    join(page, stream) {
      if (isStopped) return stream.end();
      const one = watched.get(page.key) ?? { page, readers: new Map(), snapshot: null, look: "none" as const };
      watched.set(page.key, one);
      one.readers.set(stream, null);
      void look(one);
    },
    leave(page, stream) {
      const one = watched.get(page.key);
      one?.readers.delete(stream);
      if (one?.readers.size === 0) watched.delete(page.key);
    },
    onEvent(event) {
      if (event.type === "monitor.checked") return;
      for (const one of watched.values()) if (concerns(event, one.page, one.snapshot)) void look(one);
    },
    lookAtAll: () => watched.forEach((one) => void look(one)),
    stop() {
      isStopped = true;
      clearInterval(keepalive);
      for (const { readers } of watched.values()) for (const stream of readers.keys()) stream.end();
    },
  };
}

/** Reads the page anew, and ends its streams where it is withdrawn, moved or locked anew. */
async function isStillShown(one: Watched, db: Db): Promise<boolean> {
  const now = await findPublishedPage(db, one.page.slug);
  if (now !== null && now.key === one.page.key && now.passwordHash === one.page.passwordHash) {
    one.page = now;
    return true;
  }
  for (const stream of one.readers.keys()) stream.end();
  return false;
}

/** Told by comparing what is shown, not by what has happened: of what a page does not show, its readers learn nothing. */
async function tellReaders(one: Watched, snapshots: Snapshots): Promise<void> {
  one.snapshot = await snapshots.get(one.page);
  const { revision } = one.snapshot;
  for (const [stream, told] of one.readers) {
    if (told === revision) continue;
    one.readers.set(stream, revision);
    stream.send("revision", revision);
  }
}
