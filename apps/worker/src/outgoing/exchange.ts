import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { Client, type Dispatcher } from "undici";

/** As much of a body as is read, in bytes, packed and unpacked alike. */
export const MAX_BODY_BYTES = 1_048_576;
const MAX_HEADER_BYTES = 16_384;
// What undici counts as neither headers nor a body is bounded too: early hints, empty lines, a chunk's extension.
const MAX_ANSWER_BYTES = 8 * MAX_BODY_BYTES;
const TOO_MUCH = Object.assign(new Error("too much"), { code: "PULSECHECK_TOO_MUCH" });
// Ends a connection that is no longer needed. undici makes an error of its own where it gets none, which costs
// more than all else that it does for a request.
const ENOUGH = Object.assign(new Error("the check is over"), { code: "PULSECHECK_ENOUGH" });

/** What is asked, of the one host at the connection's end. */
export type HttpRequest = { url: URL; method: string; headers: Record<string, string>; body: string | null };
export type Head = { status: number; headers: Dispatcher.ResponseData["headers"]; firstByteMs: number };
export type Answer = Head & {
  /** As it came, packed where it was packed: at most MAX_BODY_BYTES of it, and none that nobody wants. */
  body: Buffer;
  /** There was more. */
  isCut: boolean;
};

/** What a body is good for: nothing, to see it arrive, or its text. */
export type BodyUse = "none" | "arrival" | "text";

/**
 * Asks once over a connection and closes it. Rejects with what undici or the socket says.
 * @param onHead decides, when the head of the answer has come, what its body is good for
 */
export function exchange(socket: Socket, request: HttpRequest, onHead: (head: Head) => BodyUse): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const client = new Client(request.url.origin, {
    // Later, not at once: undici does not expect an answer while it is still asking.
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    headersTimeout: 0,
    bodyTimeout: 0,
    // We end every connection ourselves, however short the server would keep it.
    keepAliveTimeoutThreshold: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const asked = performance.now();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: Head | undefined;
  let use: BodyUse = "none";

  const finish = (isCut: boolean) => {
    socket.destroy(ENOUGH);
    if (head !== undefined) resolve({ ...head, body: joined(chunks).subarray(0, MAX_BODY_BYTES), isCut });
  };
  socket.on("readable", () => {
    if (socket.bytesRead <= MAX_ANSWER_BYTES) return;
    if (head === undefined) reject(TOO_MUCH);
    finish(true);
  });
  client.dispatch(
    {
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: request.headers,
      body: request.body,
    },
    {
      onRequestStart: () => undefined,
      onResponseStart(_controller, status, headers) {
        if (status < 200) return;
        head = { status, headers, firstByteMs: performance.now() - asked };
        use = onHead(head);
        if (use === "none") finish(false);
      },
      onResponseData(_controller, chunk) {
        if (use === "none" || bytes > MAX_BODY_BYTES) return;
        bytes += chunk.byteLength;
        if (use === "text") chunks.push(chunk);
        if (bytes > MAX_BODY_BYTES) finish(true);
      },
      onResponseEnd: () => finish(false),
      onResponseError: (_controller, error) => {
        socket.destroy(ENOUGH);
        reject(error);
      },
    },
  );
  return promise;
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
