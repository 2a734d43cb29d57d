import { clip, fitLines, oneLine, VALUE_AT_MOST, type NoticeLine } from "../alert-notice.ts";
import { defineChannel, url } from "./channel.ts";

const LONGEST_TEXT = 3_000;

/** Slack, and what understands its incoming webhooks, such as Mattermost and Rocket.Chat. */
export const slack = defineChannel({
  label: "Slack",
  about: "In Slack: your app, Incoming Webhooks, Add New Webhook to Workspace.",
  fields: {
    url: { label: "Webhook URL", input: "url", isSecret: true, isOptional: false, schema: url },
  },
  write({ url: address }, { title, lines, link }) {
    const end = `\n${linkTo(link.href, link.label)}`;
    const text = fitLines([`*${escape(title)}*`, ...lines.map(lineOf)], LONGEST_TEXT - end.length);
    const section = { type: "mrkdwn", text: text + end };
    const body = { text: escape(title), blocks: [{ type: "section", text: section }], unfurl_links: false };
    return { url: address, headers: {}, body: JSON.stringify(body) };
  },
});

function lineOf({ label, value, href }: NoticeLine): string {
  const name = href === undefined ? `*${escape(label)}*` : linkTo(href, label);
  return `${name}: ${escape(clip(oneLine(value), VALUE_AT_MOST))}`;
}

function linkTo(href: string, label: string): string {
  return `<${escape(href)}|${escape(label).replaceAll("|", "/")}>`;
}

// What is left of Slack's markup then tells nobody and leads nowhere: <!channel>, <@U1> and <http://...|label> need these.
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
