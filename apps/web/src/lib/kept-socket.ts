import { CLOSE } from "@pulsecheck/shared/live-events";

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
  url(): URL;
  onMessage(text: string): void;
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
  let socket: WebSocket | null = null;
  let state: LiveState = "connecting";
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopHurrying = () => {};

  function become(next: LiveState): void {
    if (state === next) return;
    state = next;
    owner.onState(next);
  }

  function connect(): void {
    clearTimeout(retry);
    const opened = new WebSocket(owner.url());
    let wasOpen = false;
    socket = opened;
    opened.addEventListener("open", () => {
      wasOpen = true;
      failures = 0;
      become("live");
    });
    opened.addEventListener("message", ({ data }) => owner.onMessage(String(data)));
    opened.addEventListener("close", ({ code }) => {
      if (socket !== opened) return;
      if (!wasOpen) owner.onRefused();
      lose(code);
    });
  }

  function lose(code: number): void {
    socket = null;
    if (code === CLOSE.revoked) return become("ended");
    become(state === "connecting" ? "connecting" : "lost");
    retry = setTimeout(connect, waitAfter(failures));
    failures += 1;
  }

  function hurry(): void {
    if (socket !== null || state === "ended" || document.visibilityState === "hidden") return;
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
      const given = socket;
      // What it still says is not heard.
      socket = null;
      given?.close();
    },
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
