/** Parts into which the schedule is cut: one tick job for each, so that workers share the claiming. */
export const SHARDS = 4;
/** How often a shard's tick comes, in ms. */
export const TICK_MS = 1_000;
/** How far ahead a tick claims, in ms: a bit over a tick, so that a check starts on time and not on the tick. */
export const HORIZON_MS = 1_250;
/** What a lease allows beyond the check's own time limit (ms): waiting for its time and for a slot, and committing. */
export const LEASE_MARGIN_MS = 10_000;
/** How often a worker gives a sign of life, in ms, and after how long without one others take its claims. */
export const SIGN_EVERY_MS = 2_000;
export const DEAD_AFTER_MS = 6_000;
const RECHECK_MS = 3_000;
const FIRST_CHECK_EVERY_MS = 20;

export function shardOf(monitorId: number): number {
  return monitorId % SHARDS;
}

/**
 * Where in its interval a monitor is checked, in ms: spread evenly (Knuth's multiplicative hash, TAOCP 3,
 * 6.4), so that a thousand monitors made at once do not fire at once.
 */
export function phaseOf(monitorId: number, intervalMs: number): number {
  const spread = (Math.imul(monitorId, 2_654_435_761) >>> 0) / 2 ** 32;
  return Math.floor(spread * intervalMs);
}

/**
 * The next due time on the monitor's own grid (phase + k x interval): the first that is ahead of `now` and at
 * least half an interval after `scheduledAt`. Steady: a late check does not move the later ones.
 */
export function nextOnGrid(monitorId: number, intervalMs: number, scheduledAt: Date, now: Date): Date {
  const earliest = Math.max(now.getTime() + 1, scheduledAt.getTime() + intervalMs / 2);
  const phase = phaseOf(monitorId, intervalMs);
  return new Date(Math.ceil((earliest - phase) / intervalMs) * intervalMs + phase);
}

/**
 * When the n-th of many monitors that are written at once is checked first: one comes after the other, so that a few
 * are checked at once and many leave room for everyone else's, and none later than its own grid says.
 */
export function firstCheckAt(monitorId: number, intervalMs: number, n: number, now: Date): Date {
  const inLineAt = now.getTime() + n * FIRST_CHECK_EVERY_MS;
  return new Date(Math.min(inLineAt, nextOnGrid(monitorId, intervalMs, new Date(0), now).getTime()));
}

/** When a failed, not yet confirming check is repeated. */
export function recheckAt(intervalMs: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(RECHECK_MS, intervalMs));
}
