import { randomUUID } from "node:crypto";
import { viewCheck, words } from "@pulsecheck/db/check-view";
import { dueTimeOf, type FinishedCheck } from "@pulsecheck/db/commit-checks";
import type { ClaimedCheck } from "@pulsecheck/db/due-checks";
import type { CheckView, ProbeResult } from "@pulsecheck/shared/check";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { BusEvent, LiveEvent } from "@pulsecheck/shared/live-events";
import { decide, needsRecheck, type Decision } from "@pulsecheck/shared/monitor-state";
import { nextOnGrid, recheckAt } from "@pulsecheck/shared/schedule";

/** Decides what a result means: the next state, a transition or none, and when the next check is due. */
export function finishCheck(claim: ClaimedCheck, result: ProbeResult, now: Date): FinishedCheck {
  // A paused monitor may be checked by hand: that is told and kept, and moves nothing.
  const decision: Decision = claim.isActive
    ? decide(claim.state, result.outcome, result.startedAt, claim.failureThreshold)
    : { next: claim.state, transition: null };
  const opened = decision.transition?.kind === "DOWN" ? randomUUID() : null;
  const incidentId = decision.next.hasOpenIncident ? (opened ?? claim.incidentId) : null;
  const finished: FinishedCheck = {
    claim,
    result,
    decision,
    nextCheckAt: nextCheckAt(claim, decision, now),
    incidentId,
    events: [],
  };
  return { ...finished, events: decision.transition === null ? [] : transitionEvents(finished) };
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
  });
}

/** All that sockets are told of an accepted check: of the check itself only where somebody watches. */
export function eventsOf(finished: FinishedCheck, isWatched: boolean): BusEvent[] {
  const { claim, result, decision } = finished;
  const isSilentChange = decision.transition === null && decision.next.status !== claim.state.status;
  const changes = isSilentChange ? [statusEvent(finished)] : finished.events;
  const check: LiveEvent[] = isWatched ? [{ type: "monitor.checked", data: viewFinished(finished) }] : [];
  const at = result.startedAt.toISOString();
  return [...check, ...changes].map((event) => ({ workspace: claim.workspaceId, at, ...event }));
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
  const incident = isDown ? openedIncident(finished) : closedIncident(finished);
  return [statusEvent(finished), { type: isDown ? "incident.opened" : "incident.closed", data: incident }];
}

function openedIncident({ claim, result, decision, incidentId }: FinishedCheck): IncidentView {
  const startedAt = decision.next.streakStartedAt ?? result.startedAt;
  return {
    id: incidentId ?? "",
    kind: "outage",
    subject: { type: "monitor", id: claim.publicId, name: claim.name },
    monitor_id: claim.publicId,
    monitor_name: claim.name,
    started_at: startedAt.toISOString(),
    confirmed_at: result.startedAt.toISOString(),
    ended_at: null,
    duration_ms: result.startedAt.getTime() - startedAt.getTime(),
    reason: result.reason ?? "connect",
    detail: result.detail ?? "",
    alerts: [],
  };
}

function closedIncident({ claim, result }: FinishedCheck): IncidentView {
  const { incident } = claim;
  if (incident === null) throw new Error(`monitor ${claim.publicId} recovers from no incident`);
  const startedAt = new Date(incident.startedAt);
  return {
    id: claim.incidentId ?? "",
    kind: "outage",
    subject: { type: "monitor", id: claim.publicId, name: claim.name },
    monitor_id: claim.publicId,
    monitor_name: claim.name,
    started_at: startedAt.toISOString(),
    confirmed_at: new Date(incident.confirmedAt).toISOString(),
    ended_at: result.startedAt.toISOString(),
    duration_ms: result.startedAt.getTime() - startedAt.getTime(),
    reason: words.reason(incident.reason) ?? "connect",
    detail: incident.detail,
    alerts: [],
  };
}
