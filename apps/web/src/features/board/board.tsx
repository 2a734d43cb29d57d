import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { monitorOf, type LiveEvent } from "@pulsecheck/shared/live-events";
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { useFrames } from "../../app/live.tsx";
import { api, ask } from "../../lib/api.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { createBoardStore, type BoardStore } from "./board-store.ts";

export type BoardLoad = { state: "loading" } | { state: "ready" } | { state: "failed"; error: Error; retry(): void };
type Board = { store: BoardStore; load: BoardLoad };

const BoardContext = createContext<Board | null>(null);

/** One reading of all rows; `meanwhile` is what was told since it began, until it is over. */
type Reading = { meanwhile: LiveEvent[]; isOver: boolean };

/** Reads every page, the first rows before the rest. What is told meanwhile is heard again after: it may be newer. */
async function readBoard(store: BoardStore, { meanwhile }: Reading, signal: AbortSignal): Promise<void> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? {} : { cursor };
    const page = await ask(api.GET("/api/v1/board", { params: { query }, signal }));
    signal.throwIfAborted();
    store.put(page.items);
    for (const { id } of page.items) found.add(id);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  for (const event of meanwhile) {
    store.hear(event);
    if (event.type === "monitor.created") found.add(event.data.id);
  }
  store.keepOnly(found);
}

/** Is the row to be read again after this, because the event does not say all of it? */
function isIncomplete({ kind, last_checked_at }: MonitorOnBoard, event: LiveEvent): boolean {
  // The first result of all is not told as a check to somebody who could not ask for it yet.
  if (event.type === "monitor.status") return kind === "cron" || last_checked_at === null;
  // When a job is expected next, its schedule says; a start puts it off.
  return kind === "cron" && (event.type === "monitor.checked" || isStart(event));
}

/** Monitors of an import are not told one by one. */
function hasChangedMany(event: LiveEvent): boolean {
  return (
    event.type === "import.changed" &&
    event.data.state === "DONE" &&
    !event.data.is_dry_run &&
    event.data.kind !== "readings_csv"
  );
}

function isStart(event: LiveEvent): boolean {
  return event.type === "monitor.pinged" && event.data.kind === "start";
}

async function readAgain(store: BoardStore, id: string): Promise<void> {
  const row = store.rows().get(id);
  const monitor = await ask(api.GET("/api/v1/monitors/{id}", { params: { path: { id } } })).catch(() => null);
  // What was told meanwhile is newer than the answer.
  if (monitor !== null && store.rows().get(id) === row) store.put([monitor]);
}

/** A socket that does not come must not keep the rows away. */
const PATIENCE_MS = 1_000;

/** Keeps the board of the workspace: read once events come, and again after a gap too long to be caught up. */
export function BoardProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createBoardStore);
  const [load, setLoad] = useState<BoardLoad>({ state: "loading" });
  const [reading, setReading] = useState<Reading | null>(null);
  const begin = useCallback(() => setReading({ meanwhile: [], isOver: false }), []);

  const hear = useCallback(
    (frame: LiveFrame) => {
      if (frame.type === "snapshot" || hasChangedMany(frame)) return begin();
      store.hear(frame);
      const row = store.rows().get(monitorOf(frame) ?? "");
      if (row !== undefined && isIncomplete(row, frame)) void readAgain(store, row.id);
      if (reading?.isOver === false) reading.meanwhile.push(frame);
    },
    [store, reading, begin],
  );
  useFrames(hear);
  useEffect(() => {
    if (reading === null) {
      const patience = setTimeout(begin, PATIENCE_MS);
      return () => clearTimeout(patience);
    }
    const aborting = new AbortController();
    void readBoard(store, reading, aborting.signal)
      .then(() => setLoad({ state: "ready" }))
      .catch((error: Error) => {
        if (!aborting.signal.aborted) setLoad({ state: "failed", error, retry: begin });
      })
      .finally(() => {
        reading.isOver = true;
      });
    return () => aborting.abort();
  }, [store, reading, begin]);

  return <BoardContext value={useMemo(() => ({ store, load }), [store, load])}>{children}</BoardContext>;
}

export function useBoard(): Board & { version: number } {
  const board = use(BoardContext);
  if (board === null) throw new Error("useBoard stands outside of a BoardProvider");
  const version = useSyncExternalStore(board.store.onVersion, board.store.version);
  return { ...board, version };
}

/** One row, kept up to date; undefined where there is none. */
export function useBoardRow(id: string): MonitorOnBoard | undefined {
  const board = use(BoardContext);
  if (board === null) throw new Error("useBoardRow stands outside of a BoardProvider");
  const { store } = board;
  const subscribe = useCallback((listener: () => void) => store.onRow(id, listener), [store, id]);
  return useSyncExternalStore(subscribe, () => store.rows().get(id));
}
