import { randomUUID } from "node:crypto";
import { latencyOf, type ProbeResult } from "@pulsecheck/shared/check";
import { decideLatency, skipLatency, type LatencyDecision } from "@pulsecheck/shared/latency-state";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import { coveredUntil } from "@pulsecheck/shared/span";
import { closedIncident, openedIncident } from "./claimed-incident.ts";
import type { ClaimedCheck } from "./due-checks.ts";

/** What a check says of its monitor's latencies. */
export type FinishedLatency = LatencyDecision & {
  /** The anomaly's incident that is open after this check: a fresh id where it opens one. */
  incidentId: string | null;
  /** What sockets are told of its transition. */
  events: LiveEvent[];
};

/** Judges the latency of a good check; any other moves nothing, nor does one during maintenance. */
export function finishLatency(claim: ClaimedCheck, result: ProbeResult): FinishedLatency {
  const decision = decideResult(claim, result);
  const incidentId = claim.anomalyIncidentId;
  const { transition } = decision;
  if (transition === null) return { ...decision, incidentId, events: [] };
  const told = { kind: "anomaly", at: result.startedAt } as const;
  if (transition.kind === "ends") {
    const data = closedIncident(claim, { ...told, id: incidentId ?? "", incident: claim.anomaly });
    return { ...decision, incidentId: null, events: [{ type: "incident.closed", data }] };
  }
  const { startedAt, detail } = transition;
  const data = openedIncident(claim, { ...told, id: randomUUID(), startedAt, reason: "anomaly", detail });
  return { ...decision, incidentId: data.id, events: [{ type: "incident.opened", data }] };
}

function decideResult(claim: ClaimedCheck, result: ProbeResult): LatencyDecision {
  const latencyMs = latencyOf(result, claim.kind);
  const inMaintenance = coveredUntil(claim.maintenance, result.startedAt) !== null;
  if (!claim.isActive || inMaintenance || result.outcome !== "ok" || latencyMs === null)
    return skipLatency(claim.latency);
  const what = claim.kind === "ping" ? "run" : "answer";
  const { lastCheckedAt } = claim;
  return decideLatency(claim.latency, { latencyMs, what, at: result.startedAt, lastCheckedAt });
}
