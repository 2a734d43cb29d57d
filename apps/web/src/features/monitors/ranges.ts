export const RANGES = ["1h", "24h", "7d", "30d", "90d"] as const;
export type Range = (typeof RANGES)[number];
export const USUAL_RANGE: Range = "24h";

/** What a monitor's page shows of the past: it stands in the address, unless it is the usual one. */
export type MonitorSearch = { range?: Range };

/** Reads an address's search, dropping what it cannot hold. */
export function monitorSearch({ range }: Record<string, unknown>): MonitorSearch {
  return range !== USUAL_RANGE && RANGES.includes(range as Range) ? { range: range as Range } : {};
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const RANGE_MS: Record<Range, number> = {
  "1h": HOUR_MS,
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
  "90d": 90 * DAY_MS,
};

export const RANGE_WORDS: Record<Range, string> = {
  "1h": "hour",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
};
