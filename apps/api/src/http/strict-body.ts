import { Refusal, refuseField, refuseMediaType } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../context.ts";

const MAX_BYTES = 1_048_576;
/** An announced body up to this is read and dropped: who is cut off while sending may never see the refusal. */
const DRAIN_BYTES = 16_777_216;
const MAX_DEPTH = 16;
/** What Hono reads as JSON too: it would take anything else for an empty object. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

/**
 * Judges a body before any schema sees it: its size while it arrives, its media type, its UTF-8, its nesting,
 * and characters that no text column can hold. Handlers read it again from Hono's cache.
 */
export const strictBody = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.raw.body === null) return next();
  const bytes = await readBounded(c.req.raw.body, Number(c.req.header("content-length") ?? 0));
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
  return next();
});

async function readBounded(stream: ReadableStream<Uint8Array>, announced: number): Promise<Uint8Array<ArrayBuffer>> {
  const refusal = new Refusal(413, `The body must be at most ${MAX_BYTES} bytes long.`);
  const patienceBytes = announced > MAX_BYTES && announced <= DRAIN_BYTES ? announced : MAX_BYTES;
  if (announced > patienceBytes) throw refusal;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > patienceBytes) throw refusal;
    if (length <= MAX_BYTES) chunks.push(chunk);
  }
  if (length > MAX_BYTES) throw refusal;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
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
  if (text.includes("\0")) throw refuseField(field, "must not contain the character U+0000");
  if (!text.isWellFormed()) throw refuseField(field, "must be well-formed Unicode");
}
