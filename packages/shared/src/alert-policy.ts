/**
 * When alerts are sent. Debouncing delays, it never hides: at most one DOWN mail of a monitor to a recipient in
 * a window, and an outage that is still on when the window ends is announced then.
 */
export type DownFacts = {
  now: Date;
  /** When the last DOWN mail of this monitor went to this recipient; null if never. */
  lastDownSentAt: Date | null;
  debounceMs: number;
  isIncidentOpen: boolean;
  /** Was this mail held back by the window before? */
  wasDebounced: boolean;
};

export type DownVerdict = { do: "send" } | { do: "wait"; until: Date } | { do: "suppress" };

/** Judges a DOWN mail at the moment it could go out. */
export function judgeDown(facts: DownFacts): DownVerdict {
  // Held back and over before the window's end: nobody was told, nobody needs to be.
  if (facts.wasDebounced && !facts.isIncidentOpen) return { do: "suppress" };
  // A mail from the future was sent before the clock was set back: it opens no window, or the window would not end.
  const sentAt = facts.lastDownSentAt?.getTime() ?? -Infinity;
  const windowEnd = sentAt > facts.now.getTime() ? -Infinity : sentAt + facts.debounceMs;
  if (windowEnd <= facts.now.getTime()) return { do: "send" };
  return facts.isIncidentOpen ? { do: "wait", until: new Date(windowEnd) } : { do: "suppress" };
}

/** What became of the DOWN mail of the same incident and recipient. */
export type DownOutcome = "PENDING" | "SENDING" | "SENT" | "UNCONFIRMED" | "SUPPRESSED" | "REJECTED" | null;

/** A recovery is announced only where the outage was; it waits until that is known. */
export function judgeUp(down: DownOutcome): "send" | "wait" | "suppress" {
  if (down === "SENT" || down === "UNCONFIRMED") return "send";
  return down === "PENDING" || down === "SENDING" ? "wait" : "suppress";
}

const FIRST_RETRY_MS = 5_000;
/** The longest wait between two tries, in ms. */
export const LONGEST_RETRY_MS = 15 * 60_000;

/**
 * When a message that the service could not take is tried again: 5 s, doubling, at most 15 min.
 * @param retryAfterMs what the service asks for: it is left alone for so long, within the same limit
 */
export function retryAt(attempts: number, now: Date, retryAfterMs = 0): Date {
  const ownMs = FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1);
  return new Date(now.getTime() + Math.min(LONGEST_RETRY_MS, Math.max(ownMs, retryAfterMs)));
}

/** About three days of trying: what is held back meanwhile, by maintenance or by the debounce window, is not tried. */
const TRIES_AT_MOST = 300;

/** Is a message given up that a channel's receiver did not take, by the number of tries? */
export function isGivenUp(attempts: number): boolean {
  return attempts >= TRIES_AT_MOST;
}
