import { judgeLatency, type Band } from "./anomaly.ts";

/** What is remembered of a monitor's latencies between two checks. */
export type LatencyState = {
  band: Band | null;
  /** The check before, where it was good and had a latency. */
  lastGood: { latencyMs: number; at: Date } | null;
  isAnomalyOpen: boolean;
  /** Does somebody want to hear of it? */
  alertsOnAnomaly: boolean;
};

export type LatencyDecision = {
  band: Band;
  isAnomaly: boolean;
  /** The beginning or the end of an anomaly's incident. */
  transition: { kind: "begins"; startedAt: Date; detail: string } | { kind: "ends" } | null;
};

/**
 * The rule of unusual latencies. Each is marked; an incident takes two in a row, as one alone means nothing, and the
 * next usual one ends it. What took so long: an answer, or a run of a cron job.
 */
export function decideLatency(
  state: LatencyState,
  { latencyMs, what }: { latencyMs: number; what: "answer" | "run" },
): LatencyDecision {
  const { lastGood, isAnomalyOpen, alertsOnAnomaly } = state;
  const { band, isAnomaly, expected } = judgeLatency(state.band, latencyMs);
  if (isAnomalyOpen) return { band, isAnomaly, transition: isAnomaly && alertsOnAnomaly ? null : { kind: "ends" } };
  if (!isAnomaly || !alertsOnAnomaly || lastGood === null || expected === null)
    return { band, isAnomaly, transition: null };
  const isSecond = judgeLatency(state.band, lastGood.latencyMs).isAnomaly;
  const detail = `The ${what} took ${words(latencyMs)}; usual are ${words(expected.low)} to ${words(expected.high)}.`;
  return { band, isAnomaly, transition: isSecond ? { kind: "begins", startedAt: lastGood.at, detail } : null };
}

function words(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}
