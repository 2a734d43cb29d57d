import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ProbeFailure } from "../probe-failure.ts";
import type { HttpTarget } from "./http-request.ts";

/** As much of a body as a check reads, in bytes, packed and unpacked alike. */
export const MAX_BODY_BYTES = 1_048_576;

const UNPACKERS: Record<string, (() => Transform) | undefined> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Reads a body only to see it arrive. Reading stops at MAX_BODY_BYTES; that is no failure. */
export async function drainBody(body: Readable): Promise<void> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return;
  }
}

type Text = { text: string; isCut: boolean };

/**
 * The body's text, unpacked, up to MAX_BODY_BYTES of it: what is packed to burst is never unpacked further.
 * @returns the text, and whether there was more
 */
export async function readText(body: Readable, encoding: string): Promise<Text> {
  const unpacker = UNPACKERS[encoding.trim().toLowerCase()]?.();
  if (unpacker === undefined) return collect(body);
  let packedBytes = 0;
  let lost: Error | undefined;
  body.on("data", (chunk: Buffer) => {
    packedBytes += chunk.byteLength;
  });
  body.once("error", (error) => {
    lost = error;
    unpacker.destroy(error);
  });
  try {
    return await collect(body.pipe(unpacker));
  } catch {
    if (lost !== undefined) throw lost;
    // The answer to a HEAD names an encoding, and has no body that could be so encoded.
    if (packedBytes === 0) return { text: "", isCut: false };
    throw new ProbeFailure("protocol", `The body could not be unpacked (${encoding}).`);
  }
}

async function collect(stream: Readable): Promise<Text> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    chunks.push(chunk);
    if (bytes > MAX_BODY_BYTES) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8"), isCut: bytes > MAX_BODY_BYTES };
}

/** Does a body's text hold what is asked of it? Throws a ProbeFailure where not. */
export function judgeText(
  { text, isCut }: Text,
  { keyword, keywordAbsent }: Pick<HttpTarget, "keyword" | "keywordAbsent">,
  host: string,
): void {
  if (keywordAbsent !== null && text.includes(keywordAbsent)) {
    throw new ProbeFailure("assertion", `The answer of ${host} contains "${keywordAbsent}", which it must not.`);
  }
  const isMissing = keyword !== null && !text.includes(keyword);
  if (isCut && (isMissing || keywordAbsent !== null)) {
    throw new ProbeFailure(
      "too_large",
      `The answer of ${host} is longer than the ${MAX_BODY_BYTES} bytes that PulseCheck searches.`,
    );
  }
  if (isMissing) throw new ProbeFailure("assertion", `The answer of ${host} does not contain "${keyword}".`);
}
