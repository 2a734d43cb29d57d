import { BODY } from "../http/limits.ts";

/**
 * The first `keepBytes` of a body, whatever it is; null where there is none. The rest is read and dropped, so that
 * who sends it sees the answer, up to what any body may cost.
 */
export async function readBodyStart(
  stream: ReadableStream<Uint8Array> | null,
  keepBytes: number,
): Promise<Uint8Array | null> {
  if (stream === null) return null;
  const kept = new Uint8Array(keepBytes);
  let length = 0;
  let pieces = 0;
  try {
    for await (const chunk of stream) {
      const room = Math.max(0, keepBytes - length);
      kept.set(chunk.subarray(0, room), keepBytes - room);
      length += chunk.byteLength;
      pieces += 1;
      if (length > BODY.drainedUpTo || pieces > BODY.mostPieces) break;
    }
  } catch {
    // The job hung up in the middle of its output: it has pinged all the same.
  }
  return length === 0 ? null : kept.slice(0, Math.min(length, keepBytes));
}
