import { isDataError } from "@pulsecheck/db/client";
import { readCreated } from "@pulsecheck/db/device-view";
import { watchGrowth } from "@pulsecheck/db/growth";
import { commitReports, type Report, type ReportOutcome } from "@pulsecheck/db/heartbeats";
import { markPublished } from "@pulsecheck/db/outbox";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";
import { DEVICES } from "../http/limits.ts";

/** Reports are gathered for so long before they are written, and so many go into one transaction. */
const GATHER_MS = 10;
const BATCH = 500;

/** Writes what devices report in batches, one after the other, and tells the live bus. */
export type ReportCommitter = {
  /**
   * Resolves with one outcome a report once they are written. Refuses (503) where too many wait already; rejects where
   * the database cannot be reached: then nothing was written.
   */
  commit(reports: readonly Report[]): Promise<ReportOutcome[]>;
};

type Waiting = { reports: readonly Report[]; resolve(outcomes: ReportOutcome[]): void; reject(error: unknown): void };

type CommitDeps = Pick<Deps, "db" | "broker" | "counters" | "log"> & { noteGrowth(added: number): Promise<void> };

export function createReportCommitter(deps: Deps): ReportCommitter {
  const own: CommitDeps = { ...deps, noteGrowth: watchGrowth(deps.db, ["devices", "device_states"]) };
  let waiting: Waiting[] = [];
  let reportsWaiting = 0;
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;

  async function writeAll(): Promise<void> {
    timer = undefined;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      await write(own, batch);
    }
    isWriting = false;
  }

  function takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let size = 0;
    while (size < BATCH && waiting[batch.length] !== undefined) {
      const next = waiting[batch.length];
      if (next !== undefined) batch.push(next);
      size += next?.reports.length ?? 0;
    }
    waiting = waiting.slice(batch.length);
    reportsWaiting -= size;
    return batch;
  }

  return {
    commit(reports) {
      if (reportsWaiting > DEVICES.reportsWaiting)
        throw new Refusal(503, "Too many reports at once. Try again.", { retryAfterS: 2 });
      reportsWaiting += reports.length;
      return new Promise((resolve, reject) => {
        waiting.push({ reports, resolve, reject });
        if (!isWriting) timer ??= setTimeout(() => void writeAll(), GATHER_MS);
      });
    },
  };
}

/** One that the database cannot hold must not take others with it: then each is written by itself. */
async function write(deps: CommitDeps, batch: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await commit(
      deps,
      batch.flatMap(({ reports }) => reports),
    );
    let start = 0;
    for (const { reports, resolve } of batch) {
      resolve(outcomes.slice(start, start + reports.length));
      start += reports.length;
    }
  } catch (error) {
    if (batch.length === 1 || !isDataError(error)) return batch.forEach(({ reject }) => reject(error));
    for (const one of batch) await write(deps, [one]);
  }
}

async function commit(deps: CommitDeps, reports: readonly Report[]): Promise<ReportOutcome[]> {
  const { db, broker, counters, log } = deps;
  const { outcomes, events, incidentIds, createdKeys } = await commitReports(db, reports, DEVICES.perWorkspace);
  reports.forEach(({ values }, i) => {
    if (values !== null) counters.add("heartbeats_total", { result: outcomes[i]?.result ?? "refused" });
  });
  deps.noteGrowth(createdKeys.length).catch((err: unknown) => log.debug({ err }, "growth was not noted"));
  try {
    await broker.bus.publish([...(await readCreated(db, createdKeys)), ...events]);
    if (incidentIds.length > 0) await markPublished(db, { incidentIds });
  } catch (error) {
    // The ends of outages are told later, from the outbox; the next heartbeat of each device tells the rest.
    log.warn({ err: error, events: events.length }, "live events of devices could not be published");
  }
  return outcomes;
}
