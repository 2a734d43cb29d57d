import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { ClaimedCheck } from "@pulsecheck/db/due-checks";
import { DEAD_AFTER_MS, SIGN_EVERY_MS } from "@pulsecheck/shared/schedule";

/** Checks that are due within the same moment start together: a timer for each would cost more than the check. */
const GROUP_MS = 20;
/** A check this old is waiting for its target, not for us: it no longer keeps others from starting. */
const YOUNG_MS = 250;
/** Claimed checks waiting for their time or a slot; claiming pauses above it. */
const WAIT_AT_MOST = 5_000;
/** Checks under way, old ones included: bounded by sockets and memory, far above what runs on a good day. */
const RUN_AT_MOST = 20_000;
const BEAT_MS = 1_000;
/** A pause this long between two beats: the process was stopped, not busy. Shorter than what others wait for. */
const FROZEN_MS = DEAD_AFTER_MS - SIGN_EVERY_MS;

/** Starts claimed checks at their due times, so many at once. */
export type Runner = {
  /** How many more claims it takes now. */
  room(): number;
  /** @param now by the clock that due times are judged by */
  add(claims: readonly ClaimedCheck[], now: Date): void;
  /** How late the latest starts were, in ms: the largest since it was last asked. */
  takeLag(): number;
  running(): number;
  /** Is this claim under way here? Not after a freeze: what was under way then says nothing about its target. */
  holds(claim: ClaimedCheck): boolean;
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
 * @param onFrozen gets all that was claimed before the whole process was stopped for a while (SIGSTOP, a laptop's
 * lid): others may have it by now
 */
export function createRunner(
  concurrency: number,
  run: (claim: ClaimedCheck) => Promise<void>,
  onFrozen: (claims: ClaimedCheck[]) => void,
): Runner {
  let waiting: Entry[] = [];
  const running = new Set<ClaimedCheck>();
  const slots = createSlots(concurrency, plan);
  let lagMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isDraining = false;
  let onIdle: () => void = () => undefined;
  let beatAt = Date.now();
  const beats = setInterval(beat, BEAT_MS).unref();

  function beat(): void {
    const sinceMs = Date.now() - beatAt;
    beatAt += sinceMs;
    if (sinceMs < FROZEN_MS) return;
    const claims = [...waiting.map(({ claim }) => claim), ...running];
    waiting = [];
    running.clear();
    onFrozen(claims);
  }

  function pump(): void {
    beat();
    timer = undefined;
    const now = performance.now();
    let started = 0;
    while (started < waiting.length && !isDraining && slots.isFree()) {
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
    if (next === undefined || isDraining || timer !== undefined || !slots.isFree()) return;
    timer = setTimeout(pump, Math.max(next.startAt - performance.now(), GROUP_MS));
  }

  function start(claim: ClaimedCheck): void {
    running.add(claim);
    const giveBack = slots.take();
    void run(claim).finally(() => {
      running.delete(claim);
      giveBack();
      if (running.size === 0) onIdle();
    });
  }

  return {
    room: () => (isDraining ? 0 : Math.max(0, WAIT_AT_MOST - waiting.length)),
    add(claims, now) {
      waiting = inOrder(waiting, claims, now);
      clearTimeout(timer);
      pump();
    },
    takeLag() {
      const taken = Math.round(lagMs);
      lagMs = 0;
      return taken;
    },
    running: () => running.size,
    holds(claim) {
      beat();
      return running.has(claim);
    },
    async drain(timeoutMs) {
      isDraining = true;
      clearTimeout(timer);
      clearInterval(beats);
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
      });
      if (running.size > 0) await Promise.race([idle, delay(timeoutMs, undefined, { ref: false })]);
      return [...waiting.map(({ claim }) => claim), ...running];
    },
  };
}

function inOrder(waiting: readonly Entry[], claims: readonly ClaimedCheck[], now: Date): Entry[] {
  const offsetMs = performance.now() - now.getTime();
  const fresh = claims.map((claim) => ({ claim, startAt: claim.scheduledAt.getTime() + offsetMs }));
  return [...waiting, ...fresh].toSorted((a, b) => a.startAt - b.startAt);
}

/**
 * Slots for checks under way: `count` for young ones, RUN_AT_MOST for all. A check that is no longer young frees
 * its slot for another.
 */
function createSlots(count: number, onFree: () => void) {
  let young = 0;
  let all = 0;
  return {
    isFree: () => young < count && all < RUN_AT_MOST,
    take(): () => void {
      young += 1;
      all += 1;
      let isYoung = true;
      const age = () => {
        if (isYoung) young -= 1;
        isYoung = false;
        onFree();
      };
      const aging = setTimeout(age, YOUNG_MS);
      return () => {
        clearTimeout(aging);
        all -= 1;
        age();
      };
    },
  };
}
