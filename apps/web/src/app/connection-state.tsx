import { Wifi, WifiOff } from "lucide-react";
import type { LiveState } from "../lib/kept-socket.ts";
import { useLiveState } from "./live.tsx";

const WORDS: Record<LiveState, { word: string; meaning: string; look: string }> = {
  live: { word: "Live", meaning: "Changes show within a second.", look: "text-up" },
  connecting: { word: "Connecting", meaning: "Changes do not show yet.", look: "text-warn" },
  lost: {
    word: "Reconnecting",
    meaning: "The connection was lost: what you see may be old. It is tried again, and what was missed will show.",
    look: "text-warn",
  },
  ended: { word: "Logged out", meaning: "The session has ended: log in again.", look: "text-down" },
};

/** Says whether what one sees is live. */
export function ConnectionState() {
  const state = useLiveState();
  const { word, meaning, look } = WORDS[state];
  const Icon = state === "live" ? Wifi : WifiOff;
  return (
    <p
      role="status"
      data-connection={state}
      title={meaning}
      className={`flex items-center gap-1.5 font-medium ${look}`}
    >
      <Icon aria-hidden className="size-4" />
      <span className="max-sm:sr-only">{word}</span>
    </p>
  );
}
