import { clip, fitLines, oneLine, VALUE_AT_MOST, type Notice, type NoticeLine } from "../alert-notice.ts";
import { defineChannel, url } from "./channel.ts";

const LONGEST_TITLE = 256;
const LONGEST_DESCRIPTION = 4_000;
const COLORS: Record<Notice["event"], number> = {
  "incident.opened": 0xd92d20,
  "incident.closed": 0x079455,
  test: 0x475467,
};

export const discord = defineChannel({
  label: "Discord",
  about: "In Discord: Edit Channel, Integrations, Webhooks, Copy Webhook URL.",
  fields: {
    url: { label: "Webhook URL", input: "url", isSecret: true, isOptional: false, schema: url },
  },
  write({ url: address }, { event, title, lines, link, at }) {
    const embed = {
      title: clip(escape(title), LONGEST_TITLE),
      url: link.href,
      description: fitLines(lines.map(lineOf), LONGEST_DESCRIPTION),
      color: COLORS[event],
      timestamp: at.toISOString(),
    };
    const body = { username: "PulseCheck", embeds: [embed], allowed_mentions: { parse: [] } };
    return { url: address, headers: {}, body: JSON.stringify(body) };
  },
  readRetryAfterS: (body) => readNumber(body, "retry_after"),
});

function lineOf({ label, value, href }: NoticeLine): string {
  const name = href === undefined ? `**${escape(label)}**` : `[${escape(label)}](${href})`;
  return `${name}: ${escape(clip(oneLine(value), VALUE_AT_MOST))}`;
}

function escape(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()]/g, "\\$&");
}

function readNumber(body: unknown, field: string): number | undefined {
  const value = typeof body === "object" && body !== null && Object.entries(body).find(([name]) => name === field)?.[1];
  return typeof value === "number" ? value : undefined;
}
