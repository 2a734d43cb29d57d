import { RANGE_HOURS } from "../../lib/ranges.ts";

const { "1h": _tooShort, ...longer } = RANGE_HOURS;
/** How far back the history goes, in hours; without one it goes back to the beginning. */
export const INCIDENT_RANGES = longer;
export type IncidentRange = keyof typeof INCIDENT_RANGES;
export type IncidentSearch = { range?: IncidentRange };

/** Reads an address's search, dropping what it cannot hold. */
export function incidentSearch({ range }: Record<string, unknown>): IncidentSearch {
  return typeof range === "string" && Object.hasOwn(INCIDENT_RANGES, range) ? { range: range as IncidentRange } : {};
}
