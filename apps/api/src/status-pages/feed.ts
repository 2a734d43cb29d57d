import { uuidOf } from "@pulsecheck/db/check-view";
import type { PublishedPage } from "@pulsecheck/db/published-pages";
import type { PublicIncident, PublicMaintenance, PublicStatus } from "@pulsecheck/shared/public-status";
import { html, raw } from "hono/html";
import { writeMarkup, xmlText } from "./markup.ts";
import { durationInWords, REASON_WORDS, timeInWords } from "./words.ts";

type Entry = { id: string; at: Date; title: string; text: string };

/**
 * The page's incidents as Atom 1.0 (RFC 4287): an entry for each beginning and one for each end, the latest first, and
 * one for each maintenance that is on or announced.
 */
export function writeFeed(page: PublishedPage, status: PublicStatus, publicUrl: string): string {
  const address = `${publicUrl}/status/${page.slug}`;
  const entries = [...status.incidents.flatMap(entriesOf), ...status.maintenance.map(announcementOf)].toSorted(
    (a, b) => b.at.getTime() - a.at.getTime(),
  );
  const title = xmlText(status.title);
  const updated = new Date(Math.max(page.updatedAt.getTime(), entries[0]?.at.getTime() ?? 0));
  const feed = html`${raw('<?xml version="1.0" encoding="utf-8"?>')}
    <feed xmlns="http://www.w3.org/2005/Atom">
      <id>urn:uuid:${uuidOf(`${page.id} feed`)}</id>
      <title>${title}</title>
      <updated>${updated.toISOString()}</updated>
      <author><name>${title}</name></author>
      <generator>PulseCheck</generator>
      <link rel="self" type="application/atom+xml" href="${address}/feed.atom" />
      <link rel="alternate" type="text/html" href="${address}" />
      ${entries.map((entry) => writeEntry(entry, address))}
    </feed>`;
  return writeMarkup(feed);
}

function writeEntry({ id, at, title, text }: Entry, address: string) {
  return html`
    <entry>
      <id>urn:uuid:${id}</id>
      <title>${xmlText(title)}</title>
      <published>${at.toISOString()}</published>
      <updated>${at.toISOString()}</updated>
      <link rel="alternate" type="text/html" href="${address}" />
      <content type="text">${xmlText(text)}</content>
    </entry>
  `;
}

function announcementOf(announced: PublicMaintenance): Entry {
  const { id, name, description, componentNames, startsAt, endsAt, announcedAt } = announced;
  const span = `From ${timeInWords(startsAt)} to ${timeInWords(endsAt)}: ${componentNames.join(", ")}.`;
  return { id, at: announcedAt, title: `Maintenance: ${name}`, text: `${span} ${description}`.trim() };
}

function entriesOf({ openedId, recoveredId, componentName, reason, startedAt, endedAt }: PublicIncident): Entry[] {
  const what = `${componentName} ${REASON_WORDS[reason]}`;
  const opened = {
    id: openedId,
    at: startedAt,
    title: `${componentName} is down`,
    text: `${what}. Down since ${timeInWords(startedAt)}.`,
  };
  if (endedAt === null) return [opened];
  const span = `from ${timeInWords(startedAt)} to ${timeInWords(endedAt)}`;
  const duration = durationInWords(endedAt.getTime() - startedAt.getTime());
  const recovered = {
    id: recoveredId,
    at: endedAt,
    title: `${componentName} is no longer down`,
    text: `${what}. Down ${span}, ${duration}.`,
  };
  return [recovered, opened];
}
