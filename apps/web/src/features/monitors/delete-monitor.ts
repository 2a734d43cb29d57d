import { offerUndo, tellError } from "../../components/ui/toasts.tsx";
import { api, API_BASE, ApiError, ask } from "../../lib/api.ts";
import type { BoardStore } from "../board/board-store.ts";

const UNDO_MS = 8_000;

/**
 * Takes a monitor off the board, and deletes it once nobody has undone that for a while. To leave the page meanwhile
 * is no undoing.
 */
export function deleteMonitor(store: BoardStore, { id, name }: { id: string; name: string }): void {
  let isSent = false;
  const sendOnLeaving = () => {
    isSent = true;
    void fetch(`${API_BASE}/api/v1/monitors/${id}`, { method: "DELETE", keepalive: true });
  };
  store.hide(id);
  addEventListener("pagehide", sendOnLeaving, { once: true });
  offerUndo(`“${shorten(name)}” is deleted`, UNDO_MS, (isUndone) => {
    removeEventListener("pagehide", sendOnLeaving);
    void (isUndone || isSent ? Promise.resolve() : sendDelete(id))
      .then(() => !isUndone && store.hear({ type: "monitor.deleted", data: { id } }))
      .catch(tellError)
      .finally(() => store.show(id));
  });
}

async function sendDelete(id: string): Promise<void> {
  try {
    await ask(api.DELETE("/api/v1/monitors/{id}", { params: { path: { id } } }));
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}

function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}
