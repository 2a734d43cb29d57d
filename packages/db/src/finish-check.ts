import { randomUUID } from "node:crypto";
import type { CheckView, ProbeResult } from "@pulsecheck/shared/check";
import type { CronDecision, RunResult } from "@pulsecheck/shared/cron-job";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { BusEvent, LiveEvent } from "@pulsecheck/shared/live-events";
import {
  decide,
  decideInMaintenance,
  forgetStreak,
  needsRecheck,
  type Decision,
} from "@pulsecheck/shared/monitor-state";
import { coveredUntil } from "@pulsecheck/shared/span";
import { nextOnGrid, recheckAt } from "@pulsecheck/shared/schedule";
import { viewCheck } from "./check-view.ts";
import { closedIncident, openedIncident } from "./claimed-incident.ts";
import { dueTimeOf, type FinishedCheck } from "./commit-checks.ts";
import type { ClaimedCheck } from "./due-checks.ts";
import { finishLatency } from "./finish-latency.ts";

/** Decides what a result means: the next state, a transition or none, and when the next check is due. */
export function finishCheck(claim: ClaimedCheck, result: ProbeResult, now: Date): FinishedCheck {
  // A paused monitor may be checked by hand: that is told and kept, and moves nothing.
  const decision: Decision = claim.isActive ? decideResult(claim, result) : { next: claim.state, transition: null };
  return finish({ claim, result, decision, nextCheckAt: nextCheckAt(claim, decision, now), cronState: null });
}

/** The same of a cron job's run, which ended or was missed. */
export function finishRun(claim: ClaimedCheck, run: RunResult, { next, deadline }: CronDecision): FinishedCheck {
  const result = resultOfRun(run, claim.lastCheckedAt);
  const decision = decideResult(claim, result);
  return finish({ claim, result, decision, nextCheckAt: deadline, cronState: next });
}

function decideResult(claim: ClaimedCheck, { outcome, startedAt }: ProbeResult): Decision {
  const { state, maintenance, failureThreshold } = claim;
  if (coveredUntil(maintenance, startedAt) !== null) return decideInMaintenance(state, outcome, startedAt);
  const since = state.streakStartedAt;
  const isInterrupted = since !== null && maintenance.some(({ endsAt }) => endsAt > since && endsAt <= startedAt);
  return decide(isInterrupted ? forgetStreak(state) : state, outcome, startedAt, failureThreshold);
}

function finish(decided: Omit<FinishedCheck, "incidentId" | "events" | "latency" | "inMaintenance">): FinishedCheck {
  const { claim, decision } = decided;
  const opened = decision.transition?.kind === "DOWN" ? randomUUID() : null;
  const incidentId = decision.next.hasOpenIncident ? (opened ?? claim.incidentId) : null;
  const inMaintenance = coveredUntil(claim.maintenance, decided.result.startedAt) !== null;
  const latency = finishLatency(claim, decided.result);
  const finished: FinishedCheck = { ...decided, incidentId, events: [], latency, inMaintenance };
  return { ...finished, events: decision.transition === null ? [] : transitionEvents(finished) };
}

/** A check is known by its time: no two runs of a job have the same, and a later one has none that is earlier. */
function resultOfRun({ outcome, reason, detail, durationMs, at }: RunResult, lastAt: Date | null): ProbeResult {
  return {
    outcome,
    reason,
    detail,
    httpStatus: null,
    phases: { dns: null, connect: null, tls: null, firstByte: null, total: durationMs },
    resolvedAddress: null,
    tlsExpiresAt: null,
    startedAt: new Date(Math.max(at.getTime(), (lastAt?.getTime() ?? 0) + 1)),
  };
}

function nextCheckAt(claim: ClaimedCheck, decision: Decision, now: Date): Date | null {
  if (!claim.isActive) return null;
  if (needsRecheck(decision.next)) return recheckAt(claim.intervalMs, now);
  // A check by hand leaves the regular one where it was.
  if (claim.kind === "manual" && claim.scheduledAt > now) return claim.scheduledAt;
  return nextOnGrid(claim.monitorId, claim.intervalMs, claim.scheduledAt, now);
}

export function viewFinished(finished: FinishedCheck): CheckView {
  const { claim, result, decision } = finished;
  return viewCheck({
    ...result,
    monitorPublicId: claim.publicId,
    scheduledAt: dueTimeOf(finished),
    kind: claim.kind,
    status: decision.next.status,
    isAnomaly: finished.latency.isAnomaly,
    inMaintenance: finished.inMaintenance,
  });
}

/** All that sockets are told of an accepted check: of the check itself only where somebody watches. */
export function eventsOf(finished: FinishedCheck, isWatched: boolean): BusEvent[] {
  const { claim, result, decision } = finished;
  const isSilentChange = decision.transition === null && decision.next.status !== claim.state.status;
  const changes = isSilentChange ? [statusEvent(finished)] : finished.events;
  const check: LiveEvent[] = isWatched ? [{ type: "monitor.checked", data: viewFinished(finished) }] : [];
  const at = result.startedAt.toISOString();
  return [...check, ...changes, ...finished.latency.events].map((event) => ({
    workspace: claim.workspaceId,
    at,
    ...event,
  }));
}

function statusEvent({ claim, result, decision }: FinishedCheck): LiveEvent {
  return {
    type: "monitor.status",
    data: {
      monitor_id: claim.publicId,
      status: decision.next.status,
      previous: claim.state.status,
      reason: result.reason,
      detail: result.detail,
      at: result.startedAt.toISOString(),
    },
  };
}

function transitionEvents(finished: FinishedCheck): LiveEvent[] {
  const isDown = finished.decision.transition?.kind === "DOWN";
  return [
    statusEvent(finished),
    isDown
      ? { type: "incident.opened", data: openedOutage(finished) }
      : { type: "incident.closed", data: closedOutage(finished) },
  ];
}

function openedOutage({ claim, result, decision, incidentId }: FinishedCheck): IncidentView {
  return openedIncident(claim, {
    id: incidentId ?? "",
    kind: "outage",
    at: result.startedAt,
    startedAt: decision.next.streakStartedAt ?? result.startedAt,
    reason: result.reason ?? "connect",
    detail: result.detail ?? "",
  });
}

function closedOutage({ claim, result }: FinishedCheck): IncidentView {
  const { incidentId, incident } = claim;
  return closedIncident(claim, { id: incidentId ?? "", kind: "outage", at: result.startedAt, incident });
}
