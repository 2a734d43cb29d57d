import type { ClaimedDelivery } from "@pulsecheck/db/deliveries";
import type { MailedTokenKind } from "@pulsecheck/db/mailed-token";
import type { MonthlyReport } from "@pulsecheck/db/monthly-reports";
import { oneLine, writeBody, type NoticeLine, type NoticeLink } from "@pulsecheck/shared/alert-notice";
import { draftIncidents, type Draft } from "./incident-drafts.ts";
import type { Mail } from "./mail/mail-service.ts";
import { draftMonthlyReport } from "./report-draft.ts";

/** Where links lead, and how a mail gets its secret: derived when it is written, stored nowhere. */
export type MessageContext = {
  publicUrl: string;
  writeToken(kind: MailedTokenKind, id: string): string;
  now: Date;
  /** What a monthly report says; null where the delivery is none, or there is too much to say. */
  report: MonthlyReport | null;
};

/** Writes the message of a delivery, in HTML and text. Names and sentences from outside are text, never markup. */
export function writeMessage(delivery: ClaimedDelivery, context: MessageContext): Mail {
  const draft = draftOf(delivery, context);
  const { subject, attachments = [] } = draft;
  return { recipient: delivery.recipient, subject, html: renderHtml(draft), text: renderText(draft), attachments };
}

function draftOf(delivery: ClaimedDelivery, context: MessageContext): Draft {
  const { kind, alertAddressId } = delivery;
  const tokenId = delivery.tokenId ?? "";
  if (kind === "VERIFY_EMAIL") return draftVerify(tokenId, context);
  if (kind === "RESET_PASSWORD") return draftReset(tokenId, context);
  if (kind === "VERIFY_ALERT_ADDRESS") return draftVerifyAlerts(tokenId, delivery.workspaceName ?? "", context);
  if (delivery.report !== null)
    return draftMonthlyReport(delivery.report, context.report, {
      publicUrl: context.publicUrl,
      workspaceName: delivery.workspaceName ?? "",
    });
  if (delivery.invitation !== null) return draftInvitation(tokenId, delivery, context);
  const draft = draftIncidents(delivery, context);
  if (alertAddressId === null) return draft;
  const token = context.writeToken("STOP_ALERTS", alertAddressId);
  return { ...draft, stop: linkTo(context, "stop-alerts", token, "Stop these mails to this address") };
}

function draftVerify(tokenId: string, context: MessageContext): Draft {
  const token = context.writeToken("VERIFY_EMAIL", tokenId);
  return {
    subject: "Verify your e-mail address",
    heading: "Is this your address?",
    lines: [
      { label: "Token", value: token },
      { label: "Good for", value: "24 hours" },
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
      { label: "Token", value: token },
      { label: "Good for", value: "1 hour, once" },
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
      { label: "Asked by", value: `the workspace ${withoutLinks(workspaceName)}` },
      { label: "Token", value: token },
      { label: "Good for", value: "7 days, once" },
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
      { label: "Invited by", value: withoutLinks(invitation?.invitedBy ?? "") },
      { label: "To", value: `the workspace ${withoutLinks(workspaceName ?? "")}` },
      { label: "As", value: invitation?.role ?? "" },
      { label: "Token", value: token },
      { label: "Good for", value: "7 days, once" },
    ],
    link: linkTo(context, "invitation", token, "Look at the invitation"),
    footer: "PulseCheck watches websites and devices. If you do not know who this is, do nothing.",
  };
}

function linkTo({ publicUrl }: MessageContext, page: string, token: string, label: string): NoticeLink {
  return { href: `${publicUrl}/${page}?token=${encodeURIComponent(token)}`, label };
}

// This mail goes to whoever somebody named: a workspace's name must not make an advertisement of it.
function withoutLinks(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N} '&_-]/gu, " ");
}

function renderText({ heading, footer, stop, ...draft }: Draft): string {
  const end = stop === undefined ? [] : [`${stop.label}: ${stop.href}`, ""];
  return [oneLine(heading), "", writeBody(draft), "", footer, "", ...end].join("\n");
}

function renderHtml({ heading, lines, link, footer, stop }: Draft): string {
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1a1a1a;max-width:36em">
<h1 style="font-size:1.25em">${escapeHtml(heading)}</h1>
<table style="border-collapse:collapse">${lines.map(renderLine).join("")}</table>
<p>${renderLink(link)}</p>
<p style="color:#666">${escapeHtml(footer)}${stop === undefined ? "" : `<br>${renderLink(stop)}`}</p>
</body></html>`;
}

function renderLine({ label, value, href }: NoticeLine): string {
  const cell = 'style="padding:4px 12px 4px 0;vertical-align:top"';
  const name = href === undefined ? `<strong>${escapeHtml(label)}</strong>` : renderLink({ href, label });
  return `<tr><td ${cell}>${name}</td><td ${cell}>${escapeHtml(value)}</td></tr>`;
}

function renderLink({ href, label }: NoticeLink): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
