import { useSyncExternalStore } from "react";
import { createListeners } from "./listeners.ts";

// One clock for everything that says "12 s ago": it stands still while nobody looks.
const listeners = createListeners();
let count = 0;
let now = Date.now();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  const forget = listeners.add(listener);
  count += 1;
  if (count === 1) {
    now = Date.now();
    ticking = setInterval(() => {
      now = Date.now();
      listeners.tell();
    }, 1_000);
  }
  return () => {
    forget();
    count -= 1;
    if (count === 0) clearInterval(ticking);
  };
}

/** The time in ms since the epoch, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
