/**
 * When unusual readings of a sensor, or unusual latencies of a monitor, are an incident: from the second in a row on,
 * as one alone means nothing, until five usual ones in a row, as one among unusual ones means nothing either.
 */
export type AnomalyStanding = {
  /** How many in a row were unusual (above zero) or usual (below), as far as that matters. */
  streak: number;
  isOpen: boolean;
};

const UNUSUAL_UNTIL_BEGUN = 2;
export const USUAL_UNTIL_ENDED = 5;

/** Counts one more. */
export function countAnomaly(streak: number, isAnomaly: boolean): number {
  return isAnomaly
    ? Math.min(Math.max(streak, 0) + 1, UNUSUAL_UNTIL_BEGUN)
    : Math.max(Math.min(streak, 0) - 1, -USUAL_UNTIL_ENDED);
}

/** @param isAsked does anybody want to hear of it? */
export function beginsAnomaly({ streak, isOpen }: AnomalyStanding, isAsked: boolean): boolean {
  return !isOpen && isAsked && streak >= UNUSUAL_UNTIL_BEGUN;
}

/** @param isAsked does anybody want to hear of it? */
export function endsAnomaly({ streak, isOpen }: AnomalyStanding, isAsked: boolean): boolean {
  return isOpen && (!isAsked || streak <= -USUAL_UNTIL_ENDED);
}
