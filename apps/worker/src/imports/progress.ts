import { noteProgress, type ClaimedImport } from "@pulsecheck/db/imports";
import type { ImportProgress } from "@pulsecheck/shared/import";
import type { Logger } from "pino";

const EVERY_MS = 500;

export type Progress = {
  rows(): number;
  setRows(count: number): void;
  /** Throws where another worker has the import by now. */
  note(rowsDone: number): void;
  stop(): Promise<void>;
};

/**
 * Writes down how far an import is, on a connection of its own, and keeps its lease meanwhile. Those who watch are told
 * where it has moved.
 */
export function followProgress(
  job: ClaimedImport,
  log: Logger,
  tell: (now: ImportProgress) => Promise<void>,
): Progress {
  let rows: number | null = null;
  let rowsDone = 0;
  let told = -1;
  let isLost = false;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    try {
      isLost = !(await noteProgress(job, { rows, rowsDone }));
    } catch (error) {
      // The lease lasts longer than a moment without a database.
      log.warn({ err: error, import: job.id }, "the progress of an import could not be written");
      return;
    }
    if (isLost || rowsDone === told) return;
    told = rowsDone;
    const { id, kind, isDryRun } = job;
    await tell({ id, kind, state: "RUNNING", is_dry_run: isDryRun, rows, rows_done: rowsDone });
  }

  let isWriting = false;
  const timer = setInterval(() => {
    if (isWriting) return;
    isWriting = true;
    writing = write().finally(() => (isWriting = false));
  }, EVERY_MS);
  return {
    rows: () => rows ?? 0,
    setRows: (count) => void (rows = count),
    note(done) {
      if (isLost) throw new Error("this import was ended, or taken by another worker");
      rowsDone = done;
    },
    async stop() {
      clearInterval(timer);
      await writing;
    },
  };
}
