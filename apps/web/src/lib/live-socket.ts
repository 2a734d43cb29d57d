import { CLOSE, type LiveEvent } from "@pulsecheck/shared/live-events";
import type { IncidentView } from "@pulsecheck/shared/incident";
import { API_BASE } from "./api.ts";

/** How things stand in a workspace, as the dashboard's socket tells it on its first connection and after a long gap. */
export type Snapshot = {
  counts: { total: number; up: number; down: number; unknown: number; paused: number; open_incidents: number };
  open_incidents: IncidentView[];
};

export type LiveFrame = { at: string; seq: number } & ({ type: "snapshot"; data: Snapshot } | LiveEvent);

/** `live`: events arrive. `connecting`: for the first time. `lost`: it was, and is being tried again. `ended`: log in. */
export type LiveState = "connecting" | "live" | "lost" | "ended";

export type LiveSocket = {
  state(): LiveState;
  /** Told of every change of the state. Returns what takes it back. */
  onState(listener: () => void): () => void;
  /** Gets every frame, in order and once. Returns what takes it back. */
  onFrame(listener: (frame: LiveFrame) => void): () => void;
  /** Asks for every check of these monitors as well, up to 500 in all; replaces what the same `who` asked before. */
  watch(who: symbol, monitorIds: readonly string[]): void;
  close(): void;
};

const WATCHED_AT_MOST = 500;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
/** Scrolling changes what is watched all the time; the server hears of it this often. */
const SUBSCRIBE_EVERY_MS = 1_000;

/**
 * The dashboard's WebSocket, kept up: it connects again by itself, at once when the network or the reader comes back,
 * and asks for what it missed by the number of the last frame.
 * @param onRefused told when a connection did not even open: a browser does not say whether it was a 401
 */
export function openLiveSocket(onRefused: () => void): LiveSocket {
  const states = new Set<() => void>();
  const readers = new Set<(frame: LiveFrame) => void>();
  const watched = new Map<symbol, readonly string[]>();
  let state: LiveState = "connecting";
  let socket: WebSocket | null = null;
  let lastSeq: number | null = null;
  let failures = 0;
  let isClosed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let subscribing: ReturnType<typeof setTimeout> | undefined;

  function become(next: LiveState): void {
    if (state === next) return;
    state = next;
    for (const listener of states) listener();
  }

  function connect(): void {
    clearTimeout(retry);
    const url = new URL(`${API_BASE}/api/v1/ws/dashboard`);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (lastSeq !== null) url.searchParams.set("since", String(lastSeq));
    const opened = new WebSocket(url);
    let wasOpen = false;
    socket = opened;
    opened.addEventListener("open", () => {
      wasOpen = true;
      failures = 0;
      subscribe();
      become("live");
    });
    opened.addEventListener("message", ({ data }) => hear(JSON.parse(String(data)) as LiveFrame));
    opened.addEventListener("close", ({ code }) => {
      if (socket !== opened) return;
      if (!wasOpen && !isClosed) onRefused();
      lose(code);
    });
  }

  function hear(frame: LiveFrame): void {
    // What is sent again after a resumption has been heard; a snapshot starts anew.
    if (frame.type !== "snapshot" && lastSeq !== null && frame.seq <= lastSeq) return;
    lastSeq = frame.seq;
    for (const reader of readers) reader(frame);
  }

  function lose(code: number): void {
    socket = null;
    if (isClosed) return;
    if (code === CLOSE.revoked) return become("ended");
    become(state === "connecting" ? "connecting" : "lost");
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    retry = setTimeout(connect, wait);
  }

  function subscribe(): void {
    subscribing = undefined;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const ids = [...new Set([...watched.values()].flat())].slice(0, WATCHED_AT_MOST);
    socket.send(JSON.stringify({ type: "subscribe", monitor_ids: ids }));
  }

  function hurry(): void {
    if (socket !== null || isClosed || state === "ended" || document.visibilityState === "hidden") return;
    failures = 0;
    connect();
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  connect();
  return {
    state: () => state,
    onState(listener) {
      states.add(listener);
      return () => void states.delete(listener);
    },
    onFrame(listener) {
      readers.add(listener);
      return () => void readers.delete(listener);
    },
    watch(who, monitorIds) {
      if (monitorIds.length === 0) watched.delete(who);
      else watched.set(who, monitorIds);
      subscribing ??= setTimeout(subscribe, SUBSCRIBE_EVERY_MS);
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      clearTimeout(subscribing);
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      socket?.close();
    },
  };
}
