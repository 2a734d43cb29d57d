import { CLOSE } from "@pulsecheck/shared/live-events";
import { openConnection, type Connection } from "./connection.ts";

/** `live`: it is open. `connecting`: for the first time. `lost`: it was, and is being tried again. `ended`: log in. */
export type LiveState = "connecting" | "live" | "lost" | "ended";

export type KeptSocket = {
  open(): void;
  close(): void;
  /** False where it is not open just now. */
  send(message: object): boolean;
};

export type SocketOwner = {
  /** Asked before each attempt. */
  url(): Promise<URL>;
  onMessage(text: string): void;
  /** What the other end answers at once. */
  question: object;
  onState(state: LiveState): void;
  /** A connection did not even open: a browser does not say whether that was a 401. */
  onRefused(): void;
};

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

// At a random point of the second half of the wait: all tabs of all people lose a server in the same moment.
const waitAfter = (failures: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.5 + Math.random() / 2);

/** Calls a listener when the network or the reader comes back. Returns what takes it back. */
function whenBack(listener: () => void): () => void {
  addEventListener("online", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    removeEventListener("online", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

/** A WebSocket that connects again by itself: after a growing while, and at once when the network or the reader comes back. */
export function keepSocket(owner: SocketOwner): KeptSocket {
  let connection: Connection | null = null;
  let state: LiveState = "connecting";
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopHurrying = () => {};

  function become(next: LiveState): void {
    const isNews = state !== next;
    state = next;
    if (isNews) owner.onState(next);
  }

  function connect(): void {
    clearTimeout(retry);
    connection = openConnection(owner.url(), {
      question: owner.question,
      onMessage: owner.onMessage,
      onOpen() {
        failures = 0;
        become("live");
      },
      onEnd(code, wasOpen) {
        connection = null;
        if (!wasOpen) owner.onRefused();
        if (code === CLOSE.revoked) return become("ended");
        become(state === "connecting" ? "connecting" : "lost");
        retry = setTimeout(connect, waitAfter(failures));
        failures += 1;
      },
    });
  }

  function hurry(): void {
    if (state === "ended" || document.visibilityState === "hidden") return;
    if (connection !== null) return connection.check();
    failures = 0;
    connect();
  }

  return {
    open() {
      stopHurrying = whenBack(hurry);
      connect();
    },
    close() {
      clearTimeout(retry);
      stopHurrying();
      connection?.close();
      connection = null;
    },
    send: (message) => connection?.send(message) ?? false,
  };
}
