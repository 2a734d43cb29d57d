import { offerUndo, tellError } from "../../components/ui/toasts.tsx";
import { api, ApiError, ask } from "../../lib/api.ts";
import type { BoardStore } from "../board/board-store.ts";

const UNDO_MS = 8_000;

/** How to settle what can still be undone. */
const pending = new Set<(isUndone: boolean) => Promise<void>>();

/** Takes a monitor off the board, and deletes it once nobody has undone that for a while. */
export function deleteMonitor(store: BoardStore, { id, name }: { id: string; name: string }): void {
  const settle = async (isUndone: boolean) => {
    if (!pending.delete(settle)) return;
    clearTimeout(timer);
    withdraw();
    try {
      if (isUndone) return;
      await sendDelete(id);
      store.hear({ type: "monitor.deleted", data: { id } });
    } catch (error) {
      tellError(error);
    } finally {
      store.show(id);
    }
  };
  pending.add(settle);
  store.hide(id);
  const withdraw = offerUndo(`“${shorten(name)}” is deleted`, (isUndone) => void settle(isUndone));
  const timer = setTimeout(() => void settle(false), UNDO_MS);
}

/** Deletes at once what could still be undone: nothing may be left for a later session. What fails is told. */
export async function sendPendingDeletes(): Promise<void> {
  await Promise.all([...pending].map((settle) => settle(false)));
}

/** Takes back what could still be undone: the session is another one by now, which must not delete it. */
export function dropPendingDeletes(): void {
  for (const settle of pending) void settle(true);
}

// To leave the page is no undoing.
addEventListener("pagehide", () => void sendPendingDeletes());

async function sendDelete(id: string): Promise<void> {
  try {
    await ask(api.DELETE("/api/v1/monitors/{id}", { params: { path: { id } }, keepalive: true }));
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}

function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}
