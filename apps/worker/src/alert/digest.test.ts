import type { ClaimedDelivery, ClaimedIncident } from "@pulsecheck/db/deliveries";
import { CHANNEL_KINDS, channelOf } from "@pulsecheck/shared/channels/registry";
import { expect, test } from "vitest";
import { writeNotice, writeTestNotice } from "./channels/notices.ts";
import { LISTED_AT_MOST } from "./incident-drafts.ts";
import { writeMessage } from "./messages.ts";

const PUBLIC_URL = "https://pulse.example";
const NOW = new Date("2026-11-21T20:15:00Z");
const WORKSPACE = "8d3941aa-17cd-44cf-baba-c78a0c574815";
const CONTEXT = { publicUrl: PUBLIC_URL, now: NOW, report: null, writeToken: () => "" };

const incidentOf = (number: number): ClaimedIncident => ({
  id: `incident-${number}`,
  workspaceId: WORKSPACE,
  kind: "outage",
  subject: { type: "monitor", id: `monitor-${number}`, name: `shop ${number}.` },
  place: "https://shop.example/",
  startedAt: new Date("2026-11-21T20:14:31Z"),
  endedAt: null,
  reason: "connect",
  detail: "shop.example refused the connection.",
});
function digestOf(count: number): ClaimedDelivery {
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    id: `d${i + 2}`,
    attempts: 1,
    incident: incidentOf(i + 2),
  }));
  return {
    id: "d1",
    kind: "DOWN",
    recipient: "alice@example.com",
    attempts: 1,
    tokenId: null,
    channel: null,
    alertAddressId: null,
    workspaceName: "Acme",
    invitation: null,
    report: null,
    incident: incidentOf(1),
    others,
    messageId: "digest-1",
  };
}
const countIn = (text: string, pattern: RegExp) => new Set(text.match(pattern)).size;

test.each([
  [2, 0],
  [26, 0],
  [LISTED_AT_MOST, 0],
  [LISTED_AT_MOST + 3, 3],
])("a mail and a webhook list all of %i incidents but %i", async (count, more) => {
  const mail = writeMessage(digestOf(count), CONTEXT);
  expect(mail.subject).toBe(`DOWN: ${count} incidents began`);
  for (const body of [mail.text, mail.html]) {
    expect(countIn(body, /shop \d+\./g)).toBe(count - more);
    expect(countIn(body, /monitors\/monitor-\d+\?workspace=8d3941aa/g)).toBe(count - more);
    expect(body.includes(`${more} more`)).toBe(more > 0);
    expect(body).toContain(`${PUBLIC_URL}/incidents?workspace=${WORKSPACE}`);
  }
  const notice = writeNotice(digestOf(count), CONTEXT);
  const { body } = await channelOf("webhook").write({ url: PUBLIC_URL, secret: "sixteen characters" }, notice);
  const { data } = JSON.parse(body);
  expect([data.title, data.incidents.length, data.more]).toEqual([mail.subject, count - more, more]);
  expect(data.url).toBe(`${PUBLIC_URL}/incidents?workspace=${WORKSPACE}`);
});

const CONFIG = { url: PUBLIC_URL, secret: "sixteen characters", topic: "t", bot_token: "1:a", chat_id: "1" };
// oxlint-disable-next-line typescript/no-explicit-any -- each service wants another shape
type Body = any;
/** What a person reads of it, and how much of that the service takes. */
const READ: Record<string, (body: Body) => [text: string, size: number, longest: number]> = {
  slack: ({ blocks: [section] }) => measure(section.text.text, 3_000),
  discord: ({ embeds: [embed] }) => measure(embed.description, 4_096),
  telegram: ({ text }) => measure(text, 4_096),
  ntfy: ({ message }) => [message, Buffer.byteLength(message), 4_096],
};
function measure(text: string, longest: number): [string, number, number] {
  return [text, text.length, longest];
}

test.each(CHANNEL_KINDS.filter((kind) => kind !== "webhook"))(
  "%s lists what it takes, in whole lines, and all of few",
  async (kind) => {
    const read = async (count: number) => {
      const { body } = await channelOf(kind).write(CONFIG, writeNotice(digestOf(count), CONTEXT));
      return READ[kind]?.(JSON.parse(body)) ?? ["", 0, 0];
    };
    const [few] = await read(6);
    expect([countIn(few, /shop \d+\./g), few.includes("…")]).toEqual([6, false]);
    const [many, size, longest] = await read(150);
    expect(size).toBeLessThanOrEqual(longest);
    expect(countIn(many, /shop \d+\./g)).toBeGreaterThan(10);
    expect(countIn(many, /monitor-\d+\?workspace=8d3941aa-17cd-44cf-baba-c78a0c574815/g)).toBe(
      countIn(many, /shop \d+\./g),
    );
    expect(many).toMatch(/\n…(\n|$)/);
  },
);

test("a test leads to the channels of its workspace", () => {
  const { link } = writeTestNotice("1", "#ops", { id: WORKSPACE, name: "Acme" }, CONTEXT);
  expect(link.href).toBe(`${PUBLIC_URL}/settings?section=channels&workspace=${WORKSPACE}`);
});
