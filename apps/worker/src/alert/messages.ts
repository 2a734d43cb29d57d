import type { ClaimedDelivery } from "@pulsecheck/db/deliveries";
import type { MailedTokenKind } from "@pulsecheck/db/mailed-token";
import type { Message } from "./channels/channel.ts";

type Incident = NonNullable<ClaimedDelivery["incident"]>;
type Link = { href: string; label: string };
type Draft = {
  subject: string;
  heading: string;
  lines: [label: string, value: string][];
  link: Link;
  footer: string;
  /** How a recipient who has no account here makes it end. */
  stop?: Link;
};

/** Where links lead, and how a mail gets its secret: derived when it is written, stored nowhere. */
export type MessageContext = {
  publicUrl: string;
  writeToken(kind: MailedTokenKind, id: string): string;
  now: Date;
};

/** Writes the message of a delivery, in HTML and text. Names and sentences from outside are text, never markup. */
export function writeMessage(delivery: ClaimedDelivery, context: MessageContext): Message {
  const draft = draftOf(delivery, context);
  return { recipient: delivery.recipient, subject: draft.subject, html: renderHtml(draft), text: renderText(draft) };
}

function draftOf(delivery: ClaimedDelivery, context: MessageContext): Draft {
  const { kind, incident, alertAddressId } = delivery;
  const tokenId = delivery.tokenId ?? "";
  if (kind === "VERIFY_EMAIL") return draftVerify(tokenId, context);
  if (kind === "RESET_PASSWORD") return draftReset(tokenId, context);
  if (kind === "VERIFY_ALERT_ADDRESS") return draftVerifyAlerts(tokenId, delivery.workspaceName ?? "", context);
  if (delivery.invitation !== null) return draftInvitation(tokenId, delivery, context);
  if (incident === null) throw new Error(`a delivery of kind ${kind} has no incident`);
  const draft = kind === "DOWN" ? draftDown(incident, context) : draftUp(incident, context);
  if (alertAddressId === null) return draft;
  const token = context.writeToken("STOP_ALERTS", alertAddressId);
  return { ...draft, stop: linkTo(context, "stop-alerts", token, "Stop these mails to this address") };
}

const PAGES = { monitor: "monitors", device: "devices", sensor: "sensors" } as const;

/** What an incident is called at its beginning and at its end, by what it is about. */
function wordsOf({ kind, subject }: Incident) {
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

function subjectLines({ subject, place }: Incident): Draft["lines"] {
  const noun = { monitor: "Monitor", device: "Device", sensor: "Sensor" }[subject.type];
  const where: Draft["lines"] = place === "" ? [] : [[subject.type === "monitor" ? "Address" : "Location", place]];
  return [[noun, subject.name], ...where];
}

function linkToSubject({ subject }: Incident, publicUrl: string): Link {
  const href = `${publicUrl}/${PAGES[subject.type]}/${encodeURIComponent(subject.id)}`;
  return { href, label: `Look at the ${subject.type}` };
}

function draftDown(incident: Incident, { publicUrl, now }: MessageContext): Draft {
  const isOver = incident.endedAt !== null;
  const { bad, is, was, again } = wordsOf(incident);
  return {
    subject: `${bad}: ${oneLine(incident.subject.name)}`,
    heading: `${incident.subject.name} ${isOver ? was : is}`,
    lines: [
      ...subjectLines(incident),
      [incident.kind === "outage" ? "Down since" : "Since", utc(incident.startedAt)],
      [
        "For",
        duration((incident.endedAt ?? now).getTime() - incident.startedAt.getTime()) +
          (isOver ? ` (it ${again})` : " so far"),
      ],
      ["Why", `${incident.detail} (${incident.reason})`],
    ],
    link: linkToSubject(incident, publicUrl),
    footer: `PulseCheck writes again when it ${again.replace(" again", "")}.`,
  };
}

function draftUp(incident: Incident, { publicUrl, now }: MessageContext): Draft {
  const endedAt = incident.endedAt ?? now;
  const { good, again } = wordsOf(incident);
  const isOutage = incident.kind === "outage";
  return {
    subject: `${good}: ${oneLine(incident.subject.name)}`,
    heading: `${incident.subject.name} ${again}`,
    lines: [
      ...subjectLines(incident),
      [isOutage ? "Down since" : "Since", utc(incident.startedAt)],
      [isOutage ? "Up since" : "Until", utc(endedAt)],
      ["It lasted", duration(endedAt.getTime() - incident.startedAt.getTime())],
      ["It was", `${incident.detail} (${incident.reason})`],
    ],
    link: linkToSubject(incident, publicUrl),
    footer: `This ${isOutage ? "outage" : "incident"} is over.`,
  };
}

function draftVerify(tokenId: string, context: MessageContext): Draft {
  const token = context.writeToken("VERIFY_EMAIL", tokenId);
  return {
    subject: "Verify your e-mail address",
    heading: "Is this your address?",
    lines: [
      ["Token", token],
      ["Good for", "24 hours"],
    ],
    link: linkTo(context, "verify", token, "Yes, verify it"),
    footer: "Alerts are sent to verified addresses only. If you did not register with PulseCheck, do nothing.",
  };
}

function draftReset(tokenId: string, context: MessageContext): Draft {
  const token = context.writeToken("RESET_PASSWORD", tokenId);
  return {
    subject: "Reset your password",
    heading: "A new password for PulseCheck",
    lines: [
      ["Token", token],
      ["Good for", "1 hour, once"],
    ],
    link: linkTo(context, "reset-password", token, "Choose a new password"),
    footer: "If you did not ask for this, do nothing: your password stays as it is.",
  };
}

function draftVerifyAlerts(tokenId: string, workspaceName: string, context: MessageContext): Draft {
  const token = context.writeToken("VERIFY_ALERT_ADDRESS", tokenId);
  return {
    subject: "Confirm that you want alerts",
    heading: "Do you want alerts at this address?",
    lines: [
      ["Asked by", `the workspace ${withoutLinks(workspaceName)}`],
      ["Token", token],
      ["Good for", "7 days, once"],
    ],
    link: linkTo(context, "verify-alert-address", token, "Yes, send them"),
    footer: "PulseCheck would write when a website of theirs is down. If you do not want that, do nothing.",
  };
}

function draftInvitation(
  tokenId: string,
  { workspaceName, invitation }: Pick<ClaimedDelivery, "workspaceName" | "invitation">,
  context: MessageContext,
): Draft {
  const token = context.writeToken("INVITATION", tokenId);
  return {
    subject: "You are invited to PulseCheck",
    heading: "Join a workspace on PulseCheck",
    lines: [
      ["Invited by", withoutLinks(invitation?.invitedBy ?? "")],
      ["To", `the workspace ${withoutLinks(workspaceName ?? "")}`],
      ["As", invitation?.role ?? ""],
      ["Token", token],
      ["Good for", "7 days, once"],
    ],
    link: linkTo(context, "invitation", token, "Look at the invitation"),
    footer: "PulseCheck watches websites and devices. If you do not know who this is, do nothing.",
  };
}

function linkTo({ publicUrl }: MessageContext, page: string, token: string, label: string): Link {
  return { href: `${publicUrl}/${page}?token=${encodeURIComponent(token)}`, label };
}

// This mail goes to whoever somebody named: a workspace's name must not make an advertisement of it.
function withoutLinks(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N} '&_-]/gu, " ");
}

function renderText({ heading, lines, link, footer, stop }: Draft): string {
  const rows = lines.map(([label, value]) => `${label}: ${oneLine(value)}`);
  const end = stop === undefined ? [] : [`${stop.label}: ${stop.href}`, ""];
  return [oneLine(heading), "", ...rows, "", `${link.label}: ${link.href}`, "", footer, "", ...end].join("\n");
}

function renderHtml({ heading, lines, link, footer, stop }: Draft): string {
  const cell = 'style="padding:4px 12px 4px 0;vertical-align:top"';
  const rows = lines.map(
    ([label, value]) =>
      `<tr><td ${cell}><strong>${escapeHtml(label)}</strong></td><td ${cell}>${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1a1a1a;max-width:36em">
<h1 style="font-size:1.25em">${escapeHtml(heading)}</h1>
<table style="border-collapse:collapse">${rows.join("")}</table>
<p>${renderLink(link)}</p>
<p style="color:#666">${escapeHtml(footer)}${stop === undefined ? "" : `<br>${renderLink(stop)}`}</p>
</body></html>`;
}

function renderLink({ href, label }: Link): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Such as "2 h 5 min": the two largest units. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return first === -1
    ? "0 s"
    : parts
        .slice(first, first + 2)
        .filter(([count]) => count > 0)
        .map(([count, unit]) => `${count} ${unit}`)
        .join(" ");
}
