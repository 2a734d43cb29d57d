import { Refusal, refuseField, refuseMediaType } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";
import { BODY } from "./limits.ts";

const MAX_DEPTH = 16;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
/** What Hono reads as JSON too: it would take anything else for an empty object. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

/**
 * Judges a body before any schema sees it: its size while it arrives, its media type, its UTF-8, its nesting,
 * and characters that no text column can hold. Handlers read it again from Hono's cache.
 */
export const strictBody = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return next();
  const bytes = await readBody(c);
  if (bytes === null) return next();
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

/** The bytes of a body within its limits; null where there is none. */
async function readBody(c: Context<ApiEnv>): Promise<Uint8Array<ArrayBuffer> | null> {
  const announced = Number(c.req.header("content-length") ?? Number.NaN);
  // It has as many bytes as it says, so not too many pieces either; and comes without a stream, which costs more than it.
  if (announced <= BODY.mostPieces) return readShort(c);
  const stream = c.req.raw.body;
  if (stream === null) return null;
  // Without an answer: to read on until one could be heard is what such a body is meant for.
  const cutOff = () => c.env.incoming.destroy(new Error("too many pieces"));
  return readBounded(stream, announced || 0, cutOff);
}

async function readShort({ req }: Context<ApiEnv>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await req.raw.arrayBuffer());
  } catch {
    throw refuseBroken();
  }
}

/** Not the fault of anything of ours: the client hung up, or was cut off. */
const refuseBroken = (): Refusal => new Refusal(400, "The body did not arrive.");

/** What bodies longer than BODY.short hold in memory together. */
let longBytes = 0;

async function readBounded(
  stream: ReadableStream<Uint8Array>,
  announced: number,
  cutOff: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const refuseLength = () => new Refusal(413, `The body must be at most ${BODY.longest} bytes long.`);
  const patienceBytes = announced > BODY.longest && announced <= BODY.drainedUpTo ? announced : BODY.longest;
  if (announced > patienceBytes) throw refuseLength();
  // Copied, not kept: a chunk of one byte may hold on to all that came with it.
  let bytes = new Uint8Array(BODY.short);
  let length = 0;
  let pieces = 0;
  try {
    for await (const chunk of stream) {
      pieces += 1;
      if (pieces > BODY.mostPieces) cutOff();
      const start = length;
      length += chunk.byteLength;
      if (length > patienceBytes) throw refuseLength();
      if (length > BODY.longest) continue;
      if (length > bytes.byteLength) bytes = grow(bytes, length);
      bytes.set(chunk, start);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : refuseBroken();
  } finally {
    longBytes -= bytes.byteLength - BODY.short;
  }
  if (length > BODY.longest) throw refuseLength();
  return bytes.slice(0, length);
}

function grow(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const size = Math.min(Math.max(length, 2 * bytes.byteLength), BODY.longest);
  if (longBytes + size - bytes.byteLength > BODY.longTogether)
    throw new Refusal(503, "Too many long bodies at once. Try again.", { retryAfterS: 5 });
  longBytes += size - bytes.byteLength;
  const grown = new Uint8Array(size);
  grown.set(bytes);
  return grown;
}

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
  if (text.includes("\0")) throw refuseField(field, "must not contain the character U+0000");
  if (!text.isWellFormed()) throw refuseField(field, "must be well-formed Unicode");
}
