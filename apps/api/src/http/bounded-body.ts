import { Refusal } from "@pulsecheck/shared/refusal";
import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";

export type BodyLimits = {
  /** In bytes, as all below but `mostPieces`. */
  longest: number;
  /** An announced body up to this is read and dropped: who is cut off while sending may never see the refusal. */
  drainedUpTo: number;
  /** In so many pieces a body may arrive: each costs more than its bytes. */
  mostPieces: number;
  /** A body up to this is always taken; longer ones share `longTogether`, so that many at once fill no memory. */
  short: number;
  longTogether: number;
};

/** The bytes of a body, and how to say that they are no longer in memory. */
export type HeldBody = { bytes: Uint8Array<ArrayBuffer>; letGo(): void };

/**
 * Makes a reader of bodies within these limits; null where there is none. Refuses (413) a longer one, (503) one more
 * than fits beside the others of this reader, (400) one that does not arrive.
 */
export function createBodyReader(limits: BodyLimits): (c: Context<ApiEnv>) => Promise<HeldBody | null> {
  const { longest, drainedUpTo, mostPieces, short, longTogether } = limits;
  /** What bodies longer than `short` hold in memory together. */
  let longBytes = 0;
  const refuseLength = () => new Refusal(413, `The body must be at most ${longest} bytes long.`);

  function grow(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
    const size = Math.min(Math.max(length, 2 * bytes.byteLength), longest);
    if (longBytes + size - bytes.byteLength > longTogether)
      throw new Refusal(503, "Too many long bodies at once. Try again.", { retryAfterS: 5 });
    longBytes += size - bytes.byteLength;
    const grown = new Uint8Array(size);
    grown.set(bytes);
    return grown;
  }

  async function readBounded(
    stream: ReadableStream<Uint8Array>,
    announced: number,
    cutOff: () => void,
  ): Promise<HeldBody> {
    const patienceBytes = announced > longest && announced <= drainedUpTo ? announced : longest;
    if (announced > patienceBytes) throw refuseLength();
    // Copied, not kept: a chunk of one byte may hold on to all that came with it.
    let bytes = new Uint8Array(short);
    let length = 0;
    let pieces = 0;
    const letGo = () => void (longBytes -= bytes.byteLength - short);
    try {
      for await (const chunk of stream) {
        pieces += 1;
        if (pieces > mostPieces) cutOff();
        const start = length;
        length += chunk.byteLength;
        if (length > patienceBytes) throw refuseLength();
        if (length > longest) continue;
        if (length > bytes.byteLength) bytes = grow(bytes, length);
        bytes.set(chunk, start);
      }
      if (length > longest) throw refuseLength();
    } catch (error) {
      letGo();
      throw error instanceof Refusal ? error : refuseBroken();
    }
    return { bytes: bytes.slice(0, length), letGo };
  }

  return async (c) => {
    const announced = Number(c.req.header("content-length") ?? Number.NaN);
    // It has as many bytes as it says, so not too many pieces either; and comes without a stream, which costs more than it.
    if (announced <= Math.min(short, mostPieces)) return { bytes: await readShort(c), letGo: () => undefined };
    const stream = c.req.raw.body;
    if (stream === null) return null;
    // Without an answer: to read on until one could be heard is what such a body is meant for.
    const cutOff = () => c.env.incoming.destroy(new Error("too many pieces"));
    return readBounded(stream, announced || 0, cutOff);
  };
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
