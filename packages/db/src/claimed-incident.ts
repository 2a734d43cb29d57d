import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentKind, IncidentView } from "@pulsecheck/shared/incident";
import { words } from "./check-view.ts";
import type { ClaimedCheck, ClaimedIncident } from "./due-checks.ts";

type Told = { id: string; kind: IncidentKind; at: Date };

/** An incident that a check opens, as sockets are told it. `at`: when it was confirmed. */
export function openedIncident(
  claim: ClaimedCheck,
  { id, kind, at, startedAt, reason, detail }: Told & { startedAt: Date; reason: Reason; detail: string },
): IncidentView {
  return {
    id,
    kind,
    subject: { type: "monitor", id: claim.publicId, name: claim.name },
    monitor_id: claim.publicId,
    monitor_name: claim.name,
    started_at: startedAt.toISOString(),
    confirmed_at: at.toISOString(),
    ended_at: null,
    duration_ms: at.getTime() - startedAt.getTime(),
    reason,
    detail,
    alerts: [],
  };
}

/** An incident that a check ends, as sockets are told it. `at`: when it ended. */
export function closedIncident(
  claim: ClaimedCheck,
  { id, kind, at, incident }: Told & { incident: ClaimedIncident | null },
): IncidentView {
  if (incident === null) throw new Error(`monitor ${claim.publicId} recovers from no incident`);
  const startedAt = new Date(incident.startedAt);
  const reason = words.reason(incident.reason) ?? "connect";
  return {
    ...openedIncident(claim, { id, kind, at, startedAt, reason, detail: incident.detail }),
    confirmed_at: new Date(incident.confirmedAt).toISOString(),
    ended_at: at.toISOString(),
  };
}
