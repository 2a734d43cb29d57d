import { commitChecks, type FinishedCheck } from "@pulsecheck/db/commit-checks";
import type { Deps } from "../context.ts";
import { publishChecks } from "./publish-checks.ts";

const BATCH = 500;
const GATHER_MS = 40;
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
  let writing: Promise<void> | null = null;

  async function writeOn(): Promise<void> {
    await delay(GATHER_MS);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        const results = batch.map(({ finished }) => finished);
        const accepted = new Set(await commitChecks(db, results));
        waiting = waiting.slice(batch.length);
        settle(batch, accepted);
        await publishChecks(deps, [...accepted]);
      } catch (error) {
        log.error({ err: error, waiting: waiting.length }, "results could not be written; trying again");
        shed();
        await delay(RETRY_MS);
      }
    }
  }

  function start(): void {
    writing ??= writeOn().finally(() => {
      writing = null;
      // What came in just as the last batch was done.
      if (waiting.length > 0) start();
    });
  }

  function settle(batch: readonly Waiting[], accepted: ReadonlySet<FinishedCheck>): void {
    for (const { finished, settle: tell } of batch) {
      const isAccepted = accepted.has(finished);
      const { kind } = finished.claim;
      counters.add(
        "checks_total",
        isAccepted ? { kind, outcome: finished.result.outcome } : { kind, outcome: "refused" },
      );
      tell(isAccepted);
    }
  }

  function shed(): void {
    const lost = waiting.splice(0, Math.max(0, waiting.length - KEEP_AT_MOST));
    if (lost.length === 0) return;
    counters.add("results_lost_total", {}, lost.length);
    log.error({ lost: lost.length }, "results were lost: the database was away for too long");
    for (const { settle: tell } of lost) tell(false);
  }

  return {
    commit(finished) {
      return new Promise((resolve) => {
        waiting.push({ finished, settle: resolve });
        start();
      });
    },
    async flush(timeoutMs) {
      await Promise.race([
        writing,
        delay(timeoutMs).then(() => Promise.reject(new Error(`${waiting.length} results were not written in time`))),
      ]);
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
