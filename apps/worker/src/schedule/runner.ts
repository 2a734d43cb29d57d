import { performance } from "node:perf_hooks";
import type { ClaimedCheck } from "@pulsecheck/db/due-checks";

/** Checks that are due within the same moment start together: a timer for each would cost more than the check. */
const GROUP_MS = 20;
/** A check this old is waiting for its target, not for us: it no longer keeps others from starting. */
const YOUNG_MS = 1_000;
/** Claimed checks waiting for their time or a slot; claiming pauses above it. */
const WAIT_AT_MOST = 5_000;
/** Checks under way, old ones included: bounded by sockets and memory, far above what runs on a good day. */
const RUN_AT_MOST = 20_000;

/** Starts claimed checks at their due times, so many at once. */
export type Runner = {
  /** How many more claims it takes now. */
  room(): number;
  add(claims: readonly ClaimedCheck[]): void;
  /** How late the latest starts were, in ms: the largest since it was last asked. */
  takeLag(): number;
  running(): number;
  /**
   * Starts nothing more. Resolves with the claims that did not finish, waiting and running, after everything has
   * ended or `timeoutMs` have passed.
   */
  drain(timeoutMs: number): Promise<ClaimedCheck[]>;
};

type Entry = { claim: ClaimedCheck; startAt: number };

/**
 * @param concurrency how many young checks run at once
 * @param run must not reject
 */
export function createRunner(concurrency: number, run: (claim: ClaimedCheck) => Promise<void>): Runner {
  let waiting: Entry[] = [];
  const running = new Set<ClaimedCheck>();
  let young = 0;
  let lagMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isDraining = false;
  let onIdle: () => void = () => undefined;

  function pump(): void {
    timer = undefined;
    const now = performance.now();
    let started = 0;
    while (started < waiting.length && !isDraining && young < concurrency && running.size < RUN_AT_MOST) {
      const entry = waiting[started];
      if (entry === undefined || entry.startAt > now + GROUP_MS / 2) break;
      started += 1;
      lagMs = Math.max(lagMs, now - entry.startAt);
      start(entry.claim);
    }
    waiting = started === 0 ? waiting : waiting.slice(started);
    plan();
  }

  function plan(): void {
    const next = waiting[0];
    if (next === undefined || isDraining || timer !== undefined) return;
    if (young >= concurrency || running.size >= RUN_AT_MOST) return;
    timer = setTimeout(pump, Math.max(next.startAt - performance.now(), GROUP_MS));
  }

  function start(claim: ClaimedCheck): void {
    running.add(claim);
    young += 1;
    let isYoung = true;
    const grow = () => {
      if (!isYoung) return;
      isYoung = false;
      young -= 1;
      plan();
    };
    const aging = setTimeout(grow, YOUNG_MS);
    void run(claim).finally(() => {
      clearTimeout(aging);
      running.delete(claim);
      grow();
      if (running.size === 0) onIdle();
    });
  }

  return {
    room: () => (isDraining ? 0 : Math.max(0, WAIT_AT_MOST - waiting.length)),
    add(claims) {
      const now = performance.now();
      const fresh = claims.map((claim) => ({ claim, startAt: now + claim.dueInMs }));
      waiting = [...waiting, ...fresh].toSorted((a, b) => a.startAt - b.startAt);
      clearTimeout(timer);
      pump();
    },
    takeLag() {
      const taken = Math.round(lagMs);
      lagMs = 0;
      return taken;
    },
    running: () => running.size,
    async drain(timeoutMs) {
      isDraining = true;
      clearTimeout(timer);
      if (running.size > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        onIdle = resolve;
        const patience = setTimeout(resolve, timeoutMs);
        await promise;
        clearTimeout(patience);
      }
      return [...waiting.map(({ claim }) => claim), ...running];
    },
  };
}
