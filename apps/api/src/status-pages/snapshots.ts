import { readPublicStatus, readUptime, type PublishedPage } from "@pulsecheck/db/published-pages";
import { monitorOf, type BusEvent } from "@pulsecheck/shared/live-events";
import type { PublicStatus } from "@pulsecheck/shared/public-status";
import { hashText } from "./sealed.ts";

const FRESH_MS = 5_000;
/** Components of all kept snapshots together: some kilobytes each. */
const KEEP_AT_MOST = 5_000;

/** A page as it stood at one moment, and what was made of it. */
export type Snapshot = {
  status: PublicStatus;
  /** Changes with states, incidents, names and texts; not with time and figures, which move by themselves. */
  revision: string;
  /** Makes something of the snapshot once, however many ask for it. */
  once<T>(name: string, make: () => T): T;
  /** Uptime of a component over the last so many UTC days; undefined where the page has no such component. */
  uptime(componentId: string, days: number): Promise<number | null> | undefined;
  /** Is this monitor (public id) one of the page's? */
  shows(monitorId: string): boolean;
};

/** Keeps each page's latest snapshot for a moment, so that many visitors cost as much as one. */
export type Snapshots = {
  get(page: PublishedPage): Promise<Snapshot>;
  /** Forgets what an event made old: of the page's own monitors alone, or others' events could be timed by it. */
  onEvent(event: BusEvent): void;
  clear(): void;
};

type Entry = {
  page: PublishedPage;
  taken: Promise<Snapshot>;
  /** Null while it is taken. */
  snapshot: Snapshot | null;
  /** When it grows old (ms since the epoch). */
  oldAt: number;
};

export function keepSnapshots(): Snapshots {
  const entries = new Map<number, Entry>();

  function start(page: PublishedPage, before: Entry | undefined): Entry {
    // One after the other: a page that many ask for is read once at a time, also when it is changing.
    const turn = before?.snapshot === null ? before.taken.catch(() => undefined) : Promise.resolve();
    const entry: Entry = { page, snapshot: null, oldAt: Infinity, taken: turn.then(() => take(entry)) };
    return entry;
  }

  async function take(entry: Entry): Promise<Snapshot> {
    const { page } = entry;
    try {
      entry.snapshot = await takeSnapshot(page);
      entry.oldAt = Math.min(entry.oldAt, Date.now() + FRESH_MS);
      trim(entries);
      return entry.snapshot;
    } catch (error) {
      if (entries.get(page.key) === entry) entries.delete(page.key);
      throw error;
    }
  }

  return {
    get(page) {
      const known = entries.get(page.key);
      const isSame = known?.page.updatedAt.getTime() === page.updatedAt.getTime();
      if (known !== undefined && isSame && known.oldAt > Date.now()) return known.taken;
      const entry = start(page, known);
      entries.delete(page.key);
      entries.set(page.key, entry);
      return entry.taken;
    },
    onEvent(event) {
      if (event.type === "monitor.checked") return;
      for (const entry of entries.values()) if (concerns(event, entry.page, entry.snapshot)) entry.oldAt = 0;
    },
    clear: () => entries.clear(),
  };
}

/** May this event change what the page shows? While its snapshot is not known, every event of its workspace may. */
export function concerns(event: BusEvent, page: PublishedPage, snapshot: Snapshot | null): boolean {
  if (event.workspace !== page.scope.workspaceId) return false;
  if (event.type === "status_page.changed") return event.data.id === page.id;
  if (event.type === "maintenance_window.changed") return true;
  if (event.type === "maintenance.changed" && snapshot !== null)
    return event.data.monitor_ids.some((id) => snapshot.shows(id));
  const monitorId = monitorOf(event);
  return monitorId !== null && (snapshot === null || snapshot.shows(monitorId));
}

async function takeSnapshot(page: PublishedPage): Promise<Snapshot> {
  const { status, monitorIds } = await readPublicStatus(page, new Date());
  const made = new Map<string, unknown>();
  const shown = new Set(monitorIds.values());
  function once<T>(name: string, make: () => T): T {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  }
  return {
    status,
    revision: revisionOf(status),
    once,
    uptime(componentId, days) {
      const monitorId = monitorIds.get(componentId);
      if (monitorId === undefined) return undefined;
      return once(`uptime ${componentId} ${days}`, () => readUptime(page, monitorId, days, status.asOf));
    },
    shows: (monitorId) => shown.has(monitorId),
  };
}

function revisionOf({ title, description, components, incidents, maintenance, asOf }: PublicStatus): string {
  const shown = components.map(({ id, groupName, name, state }) => [id, groupName, name, state]);
  const told = incidents.map(({ openedId, endedAt }) => [openedId, endedAt]);
  const announced = maintenance.map((one) => [{ ...one, announcedAt: null }, one.startsAt <= asOf]);
  return hashText(JSON.stringify([title, description, shown, told, announced]));
}

/** Lets go of the oldest until the rest is small enough. */
function trim(entries: Map<number, Entry>): void {
  let size = [...entries.values()].reduce((sum, { snapshot }) => sum + weigh(snapshot), 0);
  for (const [key, { snapshot }] of entries) {
    if (size <= KEEP_AT_MOST) return;
    entries.delete(key);
    size -= weigh(snapshot);
  }
}

function weigh(snapshot: Snapshot | null): number {
  return 1 + (snapshot?.status.components.length ?? 0);
}
