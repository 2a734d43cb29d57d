import type { ClaimedDelivery } from "@pulsecheck/db/deliveries";
import type { Message } from "./channels/channel.ts";

type Incident = NonNullable<ClaimedDelivery["incident"]>;
type Draft = {
  subject: string;
  heading: string;
  lines: [label: string, value: string][];
  link: { href: string; label: string };
  footer: string;
};

/** Where links lead, and how an account mail gets its secret: derived when it is written, stored nowhere. */
export type MessageContext = {
  publicUrl: string;
  writeToken(kind: "VERIFY_EMAIL" | "RESET_PASSWORD", id: string): string;
  now: Date;
};

/** Writes the message of a delivery, in HTML and text. Names and sentences from outside are text, never markup. */
export function writeMessage(delivery: ClaimedDelivery, context: MessageContext): Message {
  const draft = draftOf(delivery, context);
  return { recipient: delivery.recipient, subject: draft.subject, html: renderHtml(draft), text: renderText(draft) };
}

function draftOf({ kind, incident, tokenId }: ClaimedDelivery, context: MessageContext): Draft {
  if (kind === "VERIFY_EMAIL" || kind === "RESET_PASSWORD") return draftAccountMail(kind, tokenId ?? "", context);
  if (incident === null) throw new Error(`a delivery of kind ${kind} has no incident`);
  return kind === "DOWN" ? draftDown(incident, context) : draftUp(incident, context);
}

function draftDown(incident: Incident, { publicUrl, now }: MessageContext): Draft {
  const isOver = incident.endedAt !== null;
  return {
    subject: `DOWN: ${oneLine(incident.monitorName)}`,
    heading: `${incident.monitorName} ${isOver ? "was" : "is"} down`,
    lines: [
      ["Monitor", incident.monitorName],
      ["Address", incident.url],
      ["Down since", utc(incident.startedAt)],
      [
        "For",
        duration((incident.endedAt ?? now).getTime() - incident.startedAt.getTime()) +
          (isOver ? " (it is up again)" : " so far"),
      ],
      ["Why", `${incident.detail} (${incident.reason})`],
    ],
    link: { href: `${publicUrl}/api/v1/monitors/${incident.monitorId}`, label: "Look at the monitor" },
    footer: "PulseCheck writes again when it is up.",
  };
}

function draftUp(incident: Incident, { publicUrl, now }: MessageContext): Draft {
  const endedAt = incident.endedAt ?? now;
  return {
    subject: `UP: ${oneLine(incident.monitorName)}`,
    heading: `${incident.monitorName} is up again`,
    lines: [
      ["Monitor", incident.monitorName],
      ["Address", incident.url],
      ["Down since", utc(incident.startedAt)],
      ["Up since", utc(endedAt)],
      ["It lasted", duration(endedAt.getTime() - incident.startedAt.getTime())],
      ["It was", `${incident.detail} (${incident.reason})`],
    ],
    link: { href: `${publicUrl}/api/v1/monitors/${incident.monitorId}`, label: "Look at the monitor" },
    footer: "This outage is over.",
  };
}

function draftAccountMail(
  kind: "VERIFY_EMAIL" | "RESET_PASSWORD",
  tokenId: string,
  { publicUrl, writeToken }: MessageContext,
): Draft {
  const token = writeToken(kind, tokenId);
  if (kind === "VERIFY_EMAIL") {
    return {
      subject: "Verify your e-mail address",
      heading: "Is this your address?",
      lines: [
        ["Token", token],
        ["Good for", "24 hours"],
      ],
      link: { href: `${publicUrl}/verify?token=${encodeURIComponent(token)}`, label: "Yes, verify it" },
      footer: "Alerts are sent to verified addresses only. If you did not register with PulseCheck, do nothing.",
    };
  }
  return {
    subject: "Reset your password",
    heading: "A new password for PulseCheck",
    lines: [
      ["Token", token],
      ["Good for", "1 hour, once"],
    ],
    link: { href: `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`, label: "Choose a new password" },
    footer: "If you did not ask for this, do nothing: your password stays as it is.",
  };
}

function renderText({ heading, lines, link, footer }: Draft): string {
  const rows = lines.map(([label, value]) => `${label}: ${oneLine(value)}`);
  return [oneLine(heading), "", ...rows, "", `${link.label}: ${link.href}`, "", footer, ""].join("\n");
}

function renderHtml({ heading, lines, link, footer }: Draft): string {
  const cell = 'style="padding:4px 12px 4px 0;vertical-align:top"';
  const rows = lines.map(
    ([label, value]) =>
      `<tr><td ${cell}><strong>${escapeHtml(label)}</strong></td><td ${cell}>${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1a1a1a;max-width:36em">
<h1 style="font-size:1.25em">${escapeHtml(heading)}</h1>
<table style="border-collapse:collapse">${rows.join("")}</table>
<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>
<p style="color:#666">${escapeHtml(footer)}</p>
</body></html>`;
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
