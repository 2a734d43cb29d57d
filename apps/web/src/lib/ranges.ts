/** How far back one looks, in hours. */
export const RANGE_HOURS = { "1h": 1, "24h": 24, "7d": 7 * 24, "30d": 30 * 24, "90d": 90 * 24 } as const;
export type Range = keyof typeof RANGE_HOURS;

/** What follows "the last". */
export const RANGE_WORDS: Record<Range, string> = {
  "1h": "hour",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
};
