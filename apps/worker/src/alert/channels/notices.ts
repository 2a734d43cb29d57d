import type { ClaimedDelivery, ClaimedIncident } from "@pulsecheck/db/deliveries";
import type { Notice, NoticeIncident } from "@pulsecheck/shared/alert-notice";
import { draftIncidents, linkToSubject, LISTED_AT_MOST, type DraftContext } from "../incident-drafts.ts";

/** What a channel is told of a delivery's incident, or of all that go out with it. */
export function writeNotice(delivery: ClaimedDelivery, context: DraftContext): Notice {
  const { incident, others, kind, messageId, workspaceName } = delivery;
  const { subject, lines, link } = draftIncidents(delivery, context);
  const incidents = [...(incident === null ? [] : [incident]), ...others.map((other) => other.incident)];
  return {
    id: messageId,
    event: kind === "DOWN" ? "incident.opened" : "incident.closed",
    title: subject,
    lines,
    link,
    workspace: workspaceName ?? "",
    incidents: incidents.slice(0, LISTED_AT_MOST).map((one) => showIncident(one, context)),
    more: Math.max(0, incidents.length - LISTED_AT_MOST),
    at: context.now,
  };
}

/** What a channel is told so that somebody sees that it works. */
export function writeTestNotice(
  id: string,
  channel: string,
  workspace: { id: string; name: string },
  { publicUrl, now }: DraftContext,
): Notice {
  return {
    id,
    event: "test",
    title: "Test: PulseCheck reaches this channel",
    lines: [
      { label: "Channel", value: channel },
      { label: "Workspace", value: workspace.name },
    ],
    link: {
      href: `${publicUrl}/settings?section=channels&workspace=${workspace.id}`,
      label: "Look at the channels",
    },
    workspace: workspace.name,
    incidents: [],
    more: 0,
    at: now,
  };
}

function showIncident(incident: ClaimedIncident, { publicUrl }: DraftContext): NoticeIncident {
  const { id, kind, subject, startedAt, endedAt, reason, detail } = incident;
  const [started_at, ended_at] = [startedAt.toISOString(), endedAt?.toISOString() ?? null];
  return { id, kind, subject, started_at, ended_at, reason, detail, url: linkToSubject(incident, publicUrl).href };
}
