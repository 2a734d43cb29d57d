/**
 * When many incidents are told to one recipient at once: the first few go out by themselves, without delay; the
 * rest wait a moment for each other and go out together.
 */

/** So many messages a recipient gets by themselves in the window, unless the operator says otherwise. */
export const ALONE_AT_MOST = 5;
/** The window, in ms. */
export const CROWD_MS = 60_000;
/** How long the first that waits gathers others, in ms. */
export const GATHER_MS = 20_000;

export type CrowdFacts = {
  now: Date;
  /** Messages of this kind that went to this recipient by themselves within CROWD_MS, those under way included. */
  sentAlone: number;
  aloneAtMost: number;
  /** When those that wait for each other go out; null: none do. */
  gatheringUntil: Date | null;
};

export type CrowdVerdict =
  | { do: "alone" }
  | { do: "gather"; until: Date }
  /** With all that were gathered. */
  | { do: "digest" };

/** Judges a message that could go out now. */
export function judgeCrowd({ now, sentAlone, aloneAtMost, gatheringUntil }: CrowdFacts): CrowdVerdict {
  if (gatheringUntil !== null) {
    const waitMs = gatheringUntil.getTime() - now.getTime();
    // Longer than any gathering lasts: planned before the clock was set back.
    return waitMs <= 0 || waitMs > GATHER_MS ? { do: "digest" } : { do: "gather", until: gatheringUntil };
  }
  return sentAlone < aloneAtMost ? { do: "alone" } : { do: "gather", until: new Date(now.getTime() + GATHER_MS) };
}
