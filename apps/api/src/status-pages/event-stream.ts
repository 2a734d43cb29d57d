/** Events to one reader, as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export type EventStream = {
  readonly body: ReadableStream<Uint8Array>;
  /** An event, or a comment that keeps the connection alive. */
  send(event: string, data: string): void;
  keepAlive(): void;
  end(): void;
};

/** So many unread events of a few bytes: whoever reads none of them is gone, or might as well be. */
const UNREAD_AT_MOST = 16;
/** After this time (ms) and up to as much again, a reader that lost its stream comes back: not all at once. */
const RETRY_MS = 3_000;

/** @param onEnd called once, whoever ended it */
export function openEventStream(onEnd: () => void): EventStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  function finish(): void {
    if (controller === null) return;
    controller = null;
    onEnd();
  }
  function end(): void {
    controller?.close();
    finish();
  }
  function write(text: string): void {
    if ((controller?.desiredSize ?? 0) <= 0) end();
    controller?.enqueue(encoder.encode(text));
  }
  const source = {
    start: (given: ReadableStreamDefaultController<Uint8Array>) => {
      controller = given;
      write(`retry: ${Math.round(RETRY_MS * (1 + Math.random()))}\n\n`);
    },
    cancel: finish,
  };
  return {
    body: new ReadableStream<Uint8Array>(source, { highWaterMark: UNREAD_AT_MOST }),
    send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`),
    keepAlive: () => write(":\n\n"),
    end,
  };
}
