import type { IncidentView } from "./incident.ts";

/** An incident as a message tells it. */
export type NoticeIncident = Pick<
  IncidentView,
  "id" | "kind" | "subject" | "started_at" | "ended_at" | "reason" | "detail"
> & {
  /** The page of what it is about. */
  url: string;
};

/** A label, what there is to say of it, and perhaps where that leads. */
export type NoticeLine = { label: string; value: string; href?: string };
export type NoticeLink = { href: string; label: string };

/** What people are told: every channel makes of it what it can show. All of it is text, never markup. */
export type Notice = {
  /** The same in every try, so that a receiver can tell a repetition. */
  id: string;
  event: "incident.opened" | "incident.closed" | "test";
  /** One line, such as "DOWN: shop". */
  title: string;
  lines: readonly NoticeLine[];
  link: NoticeLink;
  workspace: string;
  /** None in a test, several in a digest. */
  incidents: readonly NoticeIncident[];
  /** So many incidents more than those. */
  more: number;
  at: Date;
};

/** All of a notice but its title, as plain text. */
export function writeBody({ lines, link }: Pick<Notice, "lines" | "link">): string {
  return [...lines.flatMap(writeLine), "", `${link.label}: ${link.href}`].join("\n");
}

/** The longest a value is where a service takes only so much. */
export const VALUE_AT_MOST = 500;

/** The same where a service takes only so much, counted by `sizeOf`; the link is always there. */
export function fitBody({ lines, link }: Pick<Notice, "lines" | "link">, longest: number, sizeOf = lengthOf): string {
  const end = writeBody({ lines: [], link });
  const short = lines.map((line) => writeLine({ ...line, value: clip(oneLine(line.value), VALUE_AT_MOST) }).join("\n"));
  return `${fitLines(short, longest - sizeOf(end) - 1, sizeOf)}\n${end}`;
}

/** As many of the lines as fit, then "…": half a link would be read as something else. */
export function fitLines(lines: readonly string[], longest: number, sizeOf = lengthOf): string {
  const whole = lines.join("\n");
  if (sizeOf(whole) <= longest) return whole;
  let room = longest - sizeOf("…");
  const count = lines.findIndex((line) => (room -= sizeOf(line) + 1) < 0);
  return [...lines.slice(0, count), "…"].join("\n");
}

function lengthOf(text: string): number {
  return text.length;
}

function writeLine({ label, value, href }: NoticeLine): string[] {
  const text = `${label}: ${oneLine(value)}`;
  return href === undefined ? [text] : [text, `  ${href}`];
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** At most so many characters of a text, and no half of one. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
