import type { MonitorStatus, Outcome } from "./check.ts";

/** What is remembered of a monitor between two checks. */
export type MonitorState = {
  status: MonitorStatus;
  failureStreak: number;
  inconclusiveStreak: number;
  /** Start of the first failed check of the streak; null without one. */
  streakStartedAt: Date | null;
  hasOpenIncident: boolean;
};

export type Decision = {
  next: MonitorState;
  /** `DOWN` opens an incident at `startedAt`, `UP` closes the open one. */
  transition: { kind: "DOWN"; startedAt: Date } | { kind: "UP" } | null;
};

export const NEVER_CHECKED: MonitorState = {
  status: "UNKNOWN",
  failureStreak: 0,
  inconclusiveStreak: 0,
  streakStartedAt: null,
  hasOpenIncident: false,
};

/**
 * The whole rule of up and down. DOWN takes `failureThreshold` failures in a row, UP one good check. An
 * inconclusive check moves nothing, but as many in a row as the threshold end the claim that a target is UP.
 * @param checkedAt when the check started
 */
export function decide(state: MonitorState, outcome: Outcome, checkedAt: Date, failureThreshold: number): Decision {
  if (outcome === "ok") {
    const next: MonitorState = { ...NEVER_CHECKED, status: "UP" };
    return { next, transition: state.hasOpenIncident ? { kind: "UP" } : null };
  }
  if (outcome === "inconclusive") return { next: afterInconclusive(state, failureThreshold), transition: null };

  const failureStreak = state.failureStreak + 1;
  const startedAt = state.streakStartedAt ?? checkedAt;
  const isConfirmed = failureStreak >= failureThreshold && !state.hasOpenIncident;
  const next: MonitorState = {
    status: isConfirmed ? "DOWN" : state.status,
    failureStreak,
    inconclusiveStreak: 0,
    streakStartedAt: startedAt,
    hasOpenIncident: state.hasOpenIncident || isConfirmed,
  };
  return { next, transition: isConfirmed ? { kind: "DOWN", startedAt } : null };
}

/**
 * A check during maintenance. A good one counts as ever and ends an outage; any other moves nothing, and the failures
 * before it are forgotten: after the maintenance an outage takes the whole threshold.
 */
export function decideInMaintenance(state: MonitorState, outcome: Outcome, checkedAt: Date): Decision {
  if (outcome === "ok") return decide(state, outcome, checkedAt, 1);
  return { next: forgetStreak(state), transition: null };
}

/** The state after a maintenance in which nothing was checked. */
export function forgetStreak(state: MonitorState): MonitorState {
  return { ...state, failureStreak: 0, inconclusiveStreak: 0, streakStartedAt: null };
}

/** A failed check that does not yet confirm an outage is repeated within seconds; an inconclusive one is not. */
export function needsRecheck(state: MonitorState): boolean {
  return state.failureStreak > 0 && state.inconclusiveStreak === 0 && !state.hasOpenIncident;
}

function afterInconclusive(state: MonitorState, failureThreshold: number): MonitorState {
  const inconclusiveStreak = state.inconclusiveStreak + 1;
  const isDoubtful = state.status === "UP" && inconclusiveStreak >= failureThreshold;
  return { ...state, inconclusiveStreak, status: isDoubtful ? "UNKNOWN" : state.status };
}
