import type { ClaimedImport, ImportOutcome } from "@pulsecheck/db/imports";
import type { Remarks } from "./remarks.ts";

/** What the importers of all kinds are given: whose file it is, where remarks go, and who is told how far they are. */
export type ImportWork = {
  job: ClaimedImport;
  errors: Remarks;
  warnings: Remarks;
  /** Rows of the file, and those among them that PulseCheck has no place for. */
  rows(): number;
  skipped(): number;
  /** Throws where another worker has the import by now. */
  note(rowsDone: number): void;
};

export type Counts = { created: number; updated: number; unchanged: number };

/** Thrown to undo what was written: nothing stays of a dry run, or of a file with errors. */
export class RolledBack extends Error {
  readonly counts: Counts;

  constructor(counts: Counts) {
    super("nothing of this import stays");
    this.name = "RolledBack";
    this.counts = counts;
  }
}

const NOTHING = { created: 0, updated: 0, unchanged: 0, skipped: 0 };

export function outcomeOf({ errors, warnings, rows, skipped }: ImportWork, counts: Counts): ImportOutcome {
  return {
    rows: rows(),
    ...(errors.count() === 0 ? { ...counts, skipped: skipped() } : NOTHING),
    errors: errors.list,
    errorCount: errors.count(),
    warnings: warnings.list,
    warningCount: warnings.count(),
  };
}

/** Parts of a list, in its order. */
export function* inChunks<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}
