import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ProbeFailure } from "../probe-failure.ts";

/** As much of a body as a check reads, in bytes, packed and unpacked alike. */
export const MAX_BODY_BYTES = 1_048_576;

const UNPACKERS: Record<string, (() => NodeJS.ReadWriteStream) | undefined> = {
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

/**
 * The body's text, unpacked, up to MAX_BODY_BYTES of it: what is packed to burst is never unpacked further.
 * @returns the text, and whether there was more
 */
export async function readText(body: Readable, encoding: string): Promise<{ text: string; isCut: boolean }> {
  const unpacker = UNPACKERS[encoding.trim().toLowerCase()]?.();
  const stream = unpacker ? unpackWith(body, unpacker) : body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > MAX_BODY_BYTES) break;
    }
  } catch (error) {
    if (unpacker && error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) {
      throw new ProbeFailure("protocol", `The body could not be unpacked (${encoding}).`);
    }
    throw error;
  }
  return { text: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8"), isCut: bytes > MAX_BODY_BYTES };
}

function unpackWith(body: Readable, unpacker: NodeJS.ReadWriteStream): Readable {
  const stream = unpacker as unknown as Readable;
  body.once("error", (error) => stream.destroy(error));
  body.pipe(unpacker);
  return stream;
}
