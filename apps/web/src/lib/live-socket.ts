import type { IncidentView } from "@pulsecheck/shared/incident";
import { SUBSCRIBE_LIMIT, type LiveEvent } from "@pulsecheck/shared/live-events";
import { keepSocket, type LiveState } from "./kept-socket.ts";
import { createListeners } from "./listeners.ts";
import { liveUrl } from "./live-url.ts";

/** How things stand in a workspace, as the dashboard's socket tells it on its first connection and after a long gap. */
export type Snapshot = {
  counts: { total: number; up: number; down: number; unknown: number; paused: number; open_incidents: number };
  open_incidents: IncidentView[];
};

export type LiveFrame = { at: string; seq: number } & ({ type: "snapshot"; data: Snapshot } | LiveEvent);

/** Monitors or devices by their ids. */
export type Watched = { kind: "monitors" | "devices"; ids: readonly string[] };

export type LiveSocket = {
  open(): void;
  close(): void;
  state(): LiveState;
  /** Told of every change of the state. Returns what takes it back. */
  onState(listener: () => void): () => void;
  /** Gets every frame, in order and once. Returns what takes it back. */
  onFrame(listener: (frame: LiveFrame) => void): () => void;
  /** Asks for every check or heartbeat of these as well, up to 500 a kind; replaces what the same `who` asked before. */
  watch(who: symbol, watched: Watched): void;
};

/** Scrolling changes what is watched all the time; the server hears of it this often, in ms. */
const SUBSCRIBE_EVERY_MS = 1_000;

/**
 * The dashboard's WebSocket. After a lost connection it asks for what it missed by the number of the last frame.
 * @param onRefused told when a connection did not even open
 */
export function createLiveSocket(onRefused: () => void): LiveSocket {
  const states = createListeners();
  const frames = createListeners<[LiveFrame]>();
  const watched = new Map<symbol, Watched>();
  let state: LiveState = "connecting";
  let lastSeq: number | null = null;
  let subscribing: ReturnType<typeof setTimeout> | undefined;

  const socket = keepSocket({
    url: () => liveUrl("dashboard", lastSeq === null ? {} : { since: String(lastSeq) }),
    onMessage(text) {
      const frame = JSON.parse(text) as LiveFrame;
      // Only events and snapshots have a number: what else is said answers a message of ours.
      if (typeof frame.seq !== "number") return;
      // What is sent again after a resumption has been heard; a snapshot starts anew.
      if (frame.type !== "snapshot" && lastSeq !== null && frame.seq <= lastSeq) return;
      lastSeq = frame.seq;
      frames.tell(frame);
    },
    question: { type: "ping" },
    onState(next) {
      state = next;
      if (next === "live") subscribe();
      states.tell();
    },
    onRefused,
  });

  function subscribe(): void {
    subscribing = undefined;
    socket.send({ type: "subscribe", monitor_ids: idsOf("monitors"), device_ids: idsOf("devices") });
  }

  function idsOf(kind: Watched["kind"]): string[] {
    const all = [...watched.values()].flatMap((one) => (one.kind === kind ? one.ids : []));
    return [...new Set(all)].slice(0, SUBSCRIBE_LIMIT);
  }

  return {
    open: socket.open,
    close() {
      clearTimeout(subscribing);
      subscribing = undefined;
      socket.close();
    },
    state: () => state,
    onState: states.add,
    onFrame: frames.add,
    watch(who, what) {
      if (what.ids.length === 0) watched.delete(who);
      else watched.set(who, what);
      subscribing ??= setTimeout(subscribe, SUBSCRIBE_EVERY_MS);
    },
  };
}
