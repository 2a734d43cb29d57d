import { z } from "zod";
import type { Notice } from "../alert-notice.ts";
import { SECRET_MASK } from "../monitor.ts";
import { defineChannel, url } from "./channel.ts";

const secret = z
  .string()
  .trim()
  .min(16)
  .max(200)
  .refine((text) => text !== SECRET_MASK, "is a mask, not a value; leave the field out to keep what is there");

/** Any receiver: JSON, signed as https://www.standardwebhooks.com says. */
export const webhook = defineChannel({
  label: "Webhook",
  about: "JSON, posted to an address of yours and signed, so that it can tell who sent it.",
  fields: {
    url: { label: "URL", input: "url", isSecret: true, isOptional: false, schema: url },
    secret: {
      label: "Signing secret",
      hint: "At least 16 characters; openssl rand -base64 32 makes a good one. The receiver needs it too.",
      input: "text",
      isSecret: true,
      isOptional: false,
      schema: secret,
    },
  },
  async write(config, notice) {
    const body = JSON.stringify(payloadOf(notice));
    const timestamp = String(Math.floor(notice.at.getTime() / 1_000));
    return {
      url: config.url,
      headers: {
        "webhook-id": notice.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${await sign(config.secret, `${notice.id}.${timestamp}.${body}`)}`,
      },
      body,
    };
  },
});

function payloadOf({ event, title, at, workspace, incidents, more, link }: Notice) {
  return {
    type: event,
    timestamp: at.toISOString(),
    data: { title, workspace, incidents, more, url: link.href },
  };
}

/** HMAC-SHA256 in base64, by what Node and browsers have alike. */
async function sign(key: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign("HMAC", imported, encoder.encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
