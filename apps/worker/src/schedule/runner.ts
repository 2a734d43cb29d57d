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
  const waiting = createLine();
  const running = createUnderWay();
  const slots = createSlots(concurrency, plan);
  let lagMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isDraining = false;
  const takeAll = () => [...waiting.takeAll(), ...running.takeAll()];
  const heart = createHeart(() => onFrozen(takeAll()));

  function pump(): void {
    heart.beat();
    timer = undefined;
    const until = performance.now() + GROUP_MS / 2;
    waiting.takeWhile(({ startAt }) => !isDraining && slots.isFree() && startAt <= until, start);
    plan();
  }

  function plan(): void {
    const nextAt = waiting.nextAt();
    if (nextAt === undefined || isDraining || timer !== undefined || !slots.isFree()) return;
    timer = setTimeout(pump, Math.max(nextAt - performance.now(), GROUP_MS));
  }

  function start({ claim, startAt }: Entry): void {
    lagMs = Math.max(lagMs, performance.now() - startAt);
    running.add(claim);
    const giveBack = slots.take();
    void run(claim).finally(() => {
      giveBack();
      running.remove(claim);
    });
  }

  return {
    room: () => (isDraining ? 0 : Math.max(0, WAIT_AT_MOST - waiting.count())),
    add(claims, now) {
      waiting.add(claims, now);
      clearTimeout(timer);
      pump();
    },
    takeLag() {
      const taken = Math.round(lagMs);
      lagMs = 0;
      return taken;
    },
    running: running.count,
    holds(claim) {
      heart.beat();
      return running.has(claim);
    },
    async drain(timeoutMs) {
      isDraining = true;
      clearTimeout(timer);
      heart.stop();
      await running.end(timeoutMs);
      return takeAll();
    },
  };
}

/** The checks under way. */
function createUnderWay() {
  const claims = new Set<ClaimedCheck>();
  let onEnd: () => void = () => undefined;
  return {
    add: (claim: ClaimedCheck) => void claims.add(claim),
    has: (claim: ClaimedCheck) => claims.has(claim),
    count: () => claims.size,
    remove(claim: ClaimedCheck): void {
      claims.delete(claim);
      if (claims.size === 0) onEnd();
    },
    takeAll(): ClaimedCheck[] {
      const taken = [...claims];
      claims.clear();
      return taken;
    },
    /** Resolves when all have ended, or `timeoutMs` have passed. */
    async end(timeoutMs: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      onEnd = resolve;
      if (claims.size > 0) await Promise.race([promise, delay(timeoutMs, undefined, { ref: false })]);
    },
  };
}

/** Notices that the whole process was stopped: between two beats lies more than a busy process ever lets pass. */
function createHeart(onFrozen: () => void) {
  let beatAt = Date.now();
  const beat = () => {
    const sinceMs = Date.now() - beatAt;
    beatAt += sinceMs;
    if (sinceMs >= FROZEN_MS) onFrozen();
  };
  const beats = setInterval(beat, BEAT_MS).unref();
  return { beat, stop: () => clearInterval(beats) };
}

/** Claims that wait for their times, in that order. */
function createLine() {
  let entries: Entry[] = [];
  return {
    count: () => entries.length,
    nextAt: () => entries[0]?.startAt,
    add(claims: readonly ClaimedCheck[], now: Date): void {
      const offsetMs = performance.now() - now.getTime();
      const fresh = claims.map((claim) => ({ claim, startAt: claim.scheduledAt.getTime() + offsetMs }));
      entries = [...entries, ...fresh].toSorted((a, b) => a.startAt - b.startAt);
    },
    takeWhile(may: (entry: Entry) => boolean, take: (entry: Entry) => void): void {
      let taken = 0;
      for (const entry of entries) {
        if (!may(entry)) break;
        taken += 1;
        take(entry);
      }
      if (taken > 0) entries = entries.slice(taken);
    },
    takeAll(): ClaimedCheck[] {
      const taken = entries.map(({ claim }) => claim);
      entries = [];
      return taken;
    },
  };
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
