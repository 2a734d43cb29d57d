import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";

export const RANGES = Object.keys(RANGE_HOURS) as Range[];
export const USUAL_RANGE: Range = "24h";

/** What a monitor's page shows of the past: it stands in the address, unless it is the usual one. */
export type MonitorSearch = { range?: Range };

/** Reads an address's search, dropping what it cannot hold. */
export function monitorSearch({ range }: Record<string, unknown>): MonitorSearch {
  return range !== USUAL_RANGE && RANGES.includes(range as Range) ? { range: range as Range } : {};
}
