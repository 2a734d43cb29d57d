import type { DeviceAnalytics } from "@pulsecheck/shared/device-analytics";
import { readText } from "../things/thing-search.ts";
import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";

export const FLEET_SORTS = ["availability", "flaps", "connects", "name"] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

/** Which figures of the devices are shown, and how: it stands in the address. */
export type FleetSearch = { range?: Range; by?: "location"; location?: string; sort?: FleetSort };

/** Reads an address's search, dropping what it cannot hold. */
export function fleetSearch({ range, by, location, sort }: Record<string, unknown>): FleetSearch {
  return {
    ...(Object.hasOwn(RANGE_HOURS, String(range)) ? { range: range as Range } : {}),
    ...(by === "location" ? { by } : {}),
    ...readText("location", location),
    ...(FLEET_SORTS.includes(sort as FleetSort) ? { sort: sort as FleetSort } : {}),
  };
}

export type FleetGroup = DeviceAnalytics["groups"][number];
type Order = (a: FleetGroup, b: FleetGroup) => number;

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName: Order = (a, b) => NAMES.compare(a.name ?? a.location, b.name ?? b.location);
const ORDERS: Record<FleetSort, Order> = {
  // Of what nobody knows anything comes last.
  availability: (a, b) => (a.availability_ratio ?? 2) - (b.availability_ratio ?? 2) || byName(a, b),
  flaps: (a, b) => b.flaps - a.flaps || byName(a, b),
  connects: (a, b) => b.connects - a.connects || byName(a, b),
  name: byName,
};

/** The worst first, unless told otherwise. */
export function arrangeFleet(groups: readonly FleetGroup[], sort: FleetSort = "availability"): FleetGroup[] {
  return groups.toSorted(ORDERS[sort]);
}
