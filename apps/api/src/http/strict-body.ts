import { refuseField, refuseMediaType } from "@pulsecheck/shared/refusal";
import { whyTextIsRefused } from "@pulsecheck/shared/text";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../context.ts";
import { createBodyReader } from "./bounded-body.ts";
import { BODY } from "./limits.ts";

const MAX_DEPTH = 16;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
/** What Hono reads as JSON too: it would take anything else for an empty object. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

const readBody = createBodyReader(BODY);
/** Files: read by their own route, behind the auth line. */
const READ_LATER = "POST /api/v1/imports";

/**
 * Judges a body before any schema sees it: its size while it arrives, its media type, its UTF-8, its nesting,
 * and characters that no text column can hold. Handlers read it again from Hono's cache.
 */
export const strictBody = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return next();
  if (`${c.req.method} ${c.req.path}` === READ_LATER) return next();
  const body = await readBody(c);
  if (body === null) return next();
  const { bytes } = body;
  body.letGo();
  // Hono keeps promises here, whatever its type says.
  c.req.bodyCache.arrayBuffer = Promise.resolve(bytes.buffer) as unknown as ArrayBuffer;
  if (bytes.byteLength === 0) return next();
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  const text = decodeUtf8(bytes);
  if (type === "application/x-www-form-urlencoded") return next();
  if (!JSON_TYPE.test(type)) {
    throw refuseMediaType();
  }
  checkValue(parseJson(text), "", 0);
  // From the bytes, Hono would make it text by way of a whole Response.
  c.req.bodyCache.text = Promise.resolve(text) as unknown as string;
  return next();
});

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw refuseField("body", "must be valid UTF-8");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuseField("body", "must be valid JSON");
  }
}

function checkValue(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw refuseField(path.split(".")[0] ?? "body", `must not be nested deeper than ${MAX_DEPTH}`);
  if (typeof value === "string") return checkText(value, path === "" ? "body" : path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    checkText(key, at);
    checkValue(inner, at, depth + 1);
  }
}

function checkText(text: string, field: string): void {
  const why = whyTextIsRefused(text);
  if (why !== null) throw refuseField(field, why);
}
