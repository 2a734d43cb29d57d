import { Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { MAX_BODY_BYTES } from "../../outgoing/exchange.ts";
import { ProbeFailure } from "../../outgoing/probe-failure.ts";
import type { HttpTarget } from "./http-request.ts";

const ZLIB_TO_ITS_END = { finishFlush: constants.Z_FINISH };
const ZLIB_AS_FAR = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI_TO_ITS_END = { finishFlush: constants.BROTLI_OPERATION_FINISH };
const BROTLI_AS_FAR = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

const UNPACKERS: Record<string, ((isCut: boolean) => Transform) | undefined> = {
  gzip: (isCut) => createGunzip(isCut ? ZLIB_AS_FAR : ZLIB_TO_ITS_END),
  "x-gzip": (isCut) => createGunzip(isCut ? ZLIB_AS_FAR : ZLIB_TO_ITS_END),
  deflate: (isCut) => createInflate(isCut ? ZLIB_AS_FAR : ZLIB_TO_ITS_END),
  br: (isCut) => createBrotliDecompress(isCut ? BROTLI_AS_FAR : BROTLI_TO_ITS_END),
};

type Text = { text: string; isCut: boolean };

/**
 * A body's text, unpacked, up to MAX_BODY_BYTES of it: what is packed to burst is never unpacked further.
 * @param isCut there was more of the body than this
 * @returns the text, and whether there was more
 */
export async function unpackText(body: Buffer, encoding: string, isCut: boolean): Promise<Text> {
  const unpacker = UNPACKERS[encoding.trim().toLowerCase()]?.(isCut);
  // The answer to a HEAD names an encoding, and has no body that could be so encoded.
  if (unpacker === undefined || body.byteLength === 0) return { text: body.toString("utf8"), isCut };
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of Readable.from([body]).pipe(unpacker) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > MAX_BODY_BYTES) break;
    }
  } catch {
    throw new ProbeFailure("protocol", `The body could not be unpacked (${encoding}).`);
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8");
  return { text, isCut: isCut || bytes > MAX_BODY_BYTES };
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
