import { clip, fitBody, type Notice } from "../alert-notice.ts";
import { defineChannel, token, url } from "./channel.ts";

/** Longer messages become files. */
const LONGEST_MESSAGE_BYTES = 4_096;
const SERVER = "https://ntfy.sh/";

const LOOKS: Record<Notice["event"], { priority: number; tags: string[] }> = {
  "incident.opened": { priority: 4, tags: ["red_circle"] },
  "incident.closed": { priority: 3, tags: ["green_circle"] },
  test: { priority: 3, tags: ["white_circle"] },
};

export const ntfy = defineChannel({
  label: "ntfy",
  about: "A topic of ntfy.sh or of a server of your own. Whoever knows the name of a topic can read it.",
  fields: {
    topic: {
      label: "Topic",
      input: "text",
      isSecret: true,
      isOptional: false,
      schema: token.regex(/^[-\w]{1,64}$/, "must be 1 to 64 letters, digits, _ or -"),
    },
    server: {
      label: "Server",
      hint: `Empty: ${SERVER}.`,
      input: "url",
      isSecret: false,
      isOptional: true,
      schema: url,
    },
    token: {
      label: "Access token",
      hint: "Only where the topic asks for one.",
      input: "text",
      isSecret: true,
      isOptional: true,
      schema: token,
    },
  },
  write({ topic, server, token: accessToken }, notice) {
    const { event, title, link } = notice;
    const message = fitBody(notice, LONGEST_MESSAGE_BYTES, bytesOf);
    return {
      url: server ?? SERVER,
      headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ topic, title: clip(title, 200), message, click: link.href, ...LOOKS[event] }),
    };
  },
});

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
