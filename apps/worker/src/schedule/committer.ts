import { performance } from "node:perf_hooks";
import { commitChecks, type AcceptedCheck, type FinishedCheck } from "@pulsecheck/db/commit-checks";
import { isDataError } from "@pulsecheck/db/client";
import { publishChecks } from "@pulsecheck/db/publish-checks";
import type { Deps } from "../context.ts";
import { within } from "../within.ts";

const BATCH = 500;
/** Results are gathered for so long before they are written: at most, and where somebody waits for one of them. */
const GATHER_MS = 200;
const GATHER_URGENT_MS = 15;
const RETRY_MS = 1_000;
/** Results kept while the database is away; beyond it the oldest are counted as lost. */
const KEEP_AT_MOST = 50_000;

/** Writes finished checks in batches and tells the live bus; keeps them while the database is away. */
export type Committer = {
  /** Resolves with whether the result was accepted, once it is written. */
  commit(finished: FinishedCheck): Promise<boolean>;
  /** Resolves when nothing waits any more, or rejects after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
};

type Waiting = { finished: FinishedCheck; settle: (accepted: boolean) => void };

export function createCommitter(deps: Deps): Committer {
  const { db, log, counters } = deps;
  let waiting: Waiting[] = [];
  let size = BATCH;
  let writing: Promise<void> | null = null;
  const alarm = createAlarm(write);

  function write(): void {
    alarm.clear();
    writing ??= writeAll().finally(() => {
      writing = null;
      // What came in just as the last batch was done.
      if (waiting.length > 0) alarm.ringWithin(GATHER_URGENT_MS);
    });
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, size);
      try {
        const results = batch.map(({ finished }) => finished);
        const accepted = await commitChecks(db, results);
        waiting = waiting.slice(batch.length);
        size = BATCH;
        settle(batch, accepted, counters);
        await publishChecks(deps, accepted);
      } catch (error) {
        await afterFailure(error, batch);
      }
    }
  }

  /** What the database refuses to hold is narrowed down and left out; everything else waits until it is back. */
  async function afterFailure(error: unknown, batch: readonly Waiting[]): Promise<void> {
    if (!isDataError(error)) {
      log.error({ err: error, waiting: waiting.length }, "results could not be written; trying again");
      lose(Math.max(0, waiting.length - KEEP_AT_MOST), "the database was away for too long");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    } else if (batch.length > 1) {
      size = Math.ceil(batch.length / 2);
    } else {
      log.error({ err: error, monitor: batch[0]?.finished.claim.publicId }, "a result cannot be stored");
      lose(1, "the database refuses it");
    }
  }

  function lose(count: number, why: string): void {
    if (count === 0) return;
    counters.add("results_lost_total", {}, count);
    log.error({ lost: count }, `results were lost: ${why}`);
    for (const { settle: tell } of waiting.splice(0, count)) tell(false);
  }

  return {
    commit(finished) {
      return new Promise((resolve) => {
        waiting.push({ finished, settle: resolve });
        if (writing === null) alarm.ringWithin(isUrgent(finished) ? GATHER_URGENT_MS : GATHER_MS);
      });
    },
    flush(timeoutMs) {
      write();
      return within(timeoutMs, writing, () => `${waiting.length} results were not written in time`);
    },
  };
}

function settle(batch: readonly Waiting[], accepted: readonly AcceptedCheck[], counters: Deps["counters"]): void {
  const claims = new Set(accepted.map(({ claim }) => claim));
  for (const { finished, settle: tell } of batch) {
    const { claim, result } = finished;
    const isAccepted = claims.has(claim);
    counters.add("checks_total", { kind: claim.kind, outcome: isAccepted ? result.outcome : "refused" });
    tell(isAccepted);
  }
}

/** Rings once, at the earliest of the times it was set to. */
function createAlarm(ring: () => void) {
  let set: { at: number; timer: NodeJS.Timeout } | null = null;
  return {
    ringWithin(ms: number): void {
      const at = performance.now() + ms;
      if (set !== null && set.at <= at) return;
      clearTimeout(set?.timer);
      set = { at, timer: setTimeout(ring, ms) };
    },
    clear(): void {
      clearTimeout(set?.timer);
      set = null;
    },
  };
}

/** Does a person wait for it, or a status hang on it? */
function isUrgent({ claim, decision }: FinishedCheck): boolean {
  return claim.isWatched || claim.kind === "manual" || decision.next.status !== claim.state.status;
}
