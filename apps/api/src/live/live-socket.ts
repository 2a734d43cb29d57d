import { CLOSE } from "@pulsecheck/shared/live-events";
import type { WebSocket } from "ws";

/** Bytes in the socket's own buffer above which a reader counts as slow. */
const SLOW_BYTES = 262_144;
const HOLD_AT_MOST = 1_500;
const SLOW_AT_MOST_MS = 30_000;
const LOOK_AGAIN_MS = 50;
const TEXT = { binary: false };

/** A frame; those with the same `latestOf` replace each other while the reader is slow. */
export type Frame = { bytes: Buffer; latestOf?: string };

/** One client's socket: never buffers without bound, and notices when nobody is there any more. */
export type LiveSocket = {
  /** False from the moment it is being closed, by whichever end. */
  isOpen(): boolean;
  send(frame: Frame): void;
  close(code: number, reason: string): void;
};

export function createLiveSocket(ws: WebSocket, pingEveryMs: number): LiveSocket {
  /** What a slow reader has yet to get, in the order of its numbers. */
  const held = new Map<string | symbol, Buffer>();
  let slowSince: number | null = null;
  let isAlive = true;

  const pings = setInterval(() => {
    if (!isAlive) return ws.terminate();
    isAlive = false;
    ws.ping();
  }, pingEveryMs);
  let retry: NodeJS.Timeout | undefined;
  ws.on("pong", () => {
    isAlive = true;
  });
  ws.on("close", () => {
    clearInterval(pings);
    clearTimeout(retry);
  });

  function flush(): void {
    retry = undefined;
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > SLOW_BYTES / 2) return waitForReader();
    slowSince = null;
    for (const bytes of held.values()) ws.send(bytes, TEXT);
    held.clear();
  }

  function waitForReader(): void {
    slowSince ??= Date.now();
    if (held.size > HOLD_AT_MOST || Date.now() - slowSince > SLOW_AT_MOST_MS) return close(CLOSE.tooSlow, "too slow");
    retry ??= setTimeout(flush, LOOK_AGAIN_MS);
  }

  function close(code: number, reason: string): void {
    if (ws.readyState !== ws.OPEN) return;
    ws.close(code, reason);
    // A reader that does not even take the goodbye is cut off.
    setTimeout(() => ws.terminate(), 2_000).unref();
  }

  return {
    close,
    isOpen: () => ws.readyState === ws.OPEN,
    send({ bytes, latestOf }) {
      if (ws.readyState !== ws.OPEN) return;
      if (slowSince === null && ws.bufferedAmount <= SLOW_BYTES) return ws.send(bytes, TEXT);
      const key = latestOf ?? Symbol("every one counts");
      held.delete(key);
      held.set(key, bytes);
      waitForReader();
    },
  };
}
