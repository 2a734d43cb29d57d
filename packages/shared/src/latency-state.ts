import { judgeLatency, type Band } from "./anomaly.ts";
import { beginsAnomaly, countAnomaly, endsAnomaly, type AnomalyStanding } from "./anomaly-streak.ts";

/** What is remembered of a monitor's latencies between two checks. */
export type LatencyState = {
  band: Band | null;
  anomaly: AnomalyStanding;
  /** Does somebody want to hear of it? */
  alertsOnAnomaly: boolean;
};

export type LatencyDecision = {
  band: Band | null;
  isAnomaly: boolean;
  streak: number;
  /** The beginning or the end of an anomaly's incident. */
  transition: { kind: "begins"; startedAt: Date; detail: string } | { kind: "ends" } | null;
};

/** A good check: how long its answer took, or the run of its cron job. */
type GoodCheck = { latencyMs: number; what: "answer" | "run"; at: Date; lastCheckedAt: Date | null };

/** The rule of unusual latencies. Each is marked; an incident begins where somebody wants to hear of it. */
export function decideLatency(state: LatencyState, { latencyMs, what, at, lastCheckedAt }: GoodCheck): LatencyDecision {
  const { alertsOnAnomaly } = state;
  const { band, isAnomaly, expected } = judgeLatency(state.band, latencyMs);
  const anomaly = { ...state.anomaly, streak: countAnomaly(state.anomaly.streak, isAnomaly) };
  const decision = { band, isAnomaly, streak: anomaly.streak };
  if (endsAnomaly(anomaly, alertsOnAnomaly)) return { ...decision, transition: { kind: "ends" } };
  if (expected === null || !beginsAnomaly(anomaly, alertsOnAnomaly)) return { ...decision, transition: null };
  const detail = `The ${what} took ${words(latencyMs)}; usual are ${words(expected.low)} to ${words(expected.high)}.`;
  return { ...decision, transition: { kind: "begins", startedAt: lastCheckedAt ?? at, detail } };
}

/** What any other check says of latencies: nothing but that those around it are none in a row. */
export function skipLatency({ band }: LatencyState): LatencyDecision {
  return { band, isAnomaly: false, streak: 0, transition: null };
}

function words(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}
