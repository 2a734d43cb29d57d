import type { ClaimedDelivery, ClaimedIncident } from "@pulsecheck/db/deliveries";
import { clip, oneLine, type NoticeLine, type NoticeLink } from "@pulsecheck/shared/alert-notice";
import type { Attachment } from "./mail/mail-service.ts";
import { writeDuration, writeTime } from "./times.ts";

/** What a message says, before a channel makes of it what it can show. */
export type Draft = {
  subject: string;
  heading: string;
  lines: NoticeLine[];
  link: NoticeLink;
  footer: string;
  /** How a recipient who has no account here makes it end. */
  stop?: NoticeLink;
  /** Files that only a mail can carry. */
  attachments?: Attachment[];
};

export type DraftContext = { publicUrl: string; now: Date };

/** So many incidents a digest names: what a mail and a webhook's receiver can well take. */
export const LISTED_AT_MOST = 200;

/** What there is to say of a delivery's incident, or of all that go out with it. */
export function draftIncidents(delivery: ClaimedDelivery, context: DraftContext): Draft {
  const { kind, incident, others } = delivery;
  if (incident === null) throw new Error(`a delivery of kind ${kind} has no incident`);
  if (others.length > 0) return draftDigest(kind, [incident, ...others.map((other) => other.incident)], context);
  return kind === "DOWN" ? draftDown(incident, context) : draftUp(incident, context);
}

const PAGES = { monitor: "monitors", device: "devices", sensor: "sensors" } as const;

/** What an incident is called at its beginning and at its end, by what it is about. */
function wordsOf({ kind, subject }: ClaimedIncident) {
  if (kind === "anomaly")
    return { bad: "UNUSUAL", is: "is unusual", was: "was unusual", good: "USUAL", again: "is as usual again" };
  if (kind === "threshold")
    return {
      bad: "ALARM",
      is: "is out of bounds",
      was: "was out of bounds",
      good: "OK",
      again: "is within its bounds again",
    };
  if (subject.type === "device")
    return { bad: "OFFLINE", is: "is offline", was: "was offline", good: "ONLINE", again: "is heard again" };
  return { bad: "DOWN", is: "is down", was: "was down", good: "UP", again: "is up again" };
}

function subjectLines({ subject, place }: ClaimedIncident): Draft["lines"] {
  const noun = { monitor: "Monitor", device: "Device", sensor: "Sensor" }[subject.type];
  const where = { label: subject.type === "monitor" ? "Address" : "Location", value: place };
  return [{ label: noun, value: subject.name }, ...(place === "" ? [] : [where])];
}

/** The page of what an incident is about, in its workspace: the reader may be in several. */
export function linkToSubject({ subject, workspaceId }: ClaimedIncident, publicUrl: string): NoticeLink {
  const href = `${publicUrl}/${PAGES[subject.type]}/${encodeURIComponent(subject.id)}?workspace=${workspaceId}`;
  return { href, label: `Look at the ${subject.type}` };
}

function draftDown(incident: ClaimedIncident, { publicUrl, now }: DraftContext): Draft {
  const isOver = incident.endedAt !== null;
  const { bad, is, was, again } = wordsOf(incident);
  return {
    subject: `${bad}: ${oneLine(incident.subject.name)}`,
    heading: `${incident.subject.name} ${isOver ? was : is}`,
    lines: [
      ...subjectLines(incident),
      { label: incident.kind === "outage" ? "Down since" : "Since", value: writeTime(incident.startedAt) },
      {
        label: "For",
        value:
          writeDuration((incident.endedAt ?? now).getTime() - incident.startedAt.getTime()) +
          (isOver ? ` (it ${again})` : " so far"),
      },
      { label: "Why", value: `${incident.detail} (${incident.reason})` },
    ],
    link: linkToSubject(incident, publicUrl),
    footer: `PulseCheck writes again when it ${again.replace(" again", "")}.`,
  };
}

function draftUp(incident: ClaimedIncident, { publicUrl, now }: DraftContext): Draft {
  const endedAt = incident.endedAt ?? now;
  const { good, again } = wordsOf(incident);
  const isOutage = incident.kind === "outage";
  return {
    subject: `${good}: ${oneLine(incident.subject.name)}`,
    heading: `${incident.subject.name} ${again}`,
    lines: [
      ...subjectLines(incident),
      { label: isOutage ? "Down since" : "Since", value: writeTime(incident.startedAt) },
      { label: isOutage ? "Up since" : "Until", value: writeTime(endedAt) },
      { label: "It lasted", value: writeDuration(endedAt.getTime() - incident.startedAt.getTime()) },
      { label: "It was", value: `${incident.detail} (${incident.reason})` },
    ],
    link: linkToSubject(incident, publicUrl),
    footer: `This ${isOutage ? "outage" : "incident"} is over.`,
  };
}

function draftDigest(kind: string, incidents: readonly ClaimedIncident[], { publicUrl }: DraftContext): Draft {
  const isDown = kind === "DOWN";
  const wordOf = (incident: ClaimedIncident) => wordsOf(incident)[isDown ? "bad" : "good"];
  const lines = incidents.slice(0, LISTED_AT_MOST).map((incident) => ({
    label: `${wordOf(incident)}: ${clip(oneLine(incident.subject.name), 100)}`,
    value: `${clip(incident.detail, 200)} (${incident.reason})${isDown && incident.endedAt !== null ? `; it ${wordsOf(incident).again}` : ""}`,
    href: linkToSubject(incident, publicUrl).href,
  }));
  const more = incidents.length - lines.length;
  const [word = "", ...others] = new Set(incidents.map(wordOf));
  const [first] = incidents;
  const what = `${incidents.length} incidents ${isDown ? "began" : "are over"}`;
  return {
    subject: `${others.length === 0 ? word : "ALERT"}: ${what}`,
    heading: what,
    lines: more === 0 ? lines : [...lines, { label: "And", value: `${more} more` }],
    link: { href: `${publicUrl}/incidents?workspace=${first?.workspaceId ?? ""}`, label: "Look at the incidents" },
    footer: "Of so many at the same time PulseCheck writes one message.",
  };
}
