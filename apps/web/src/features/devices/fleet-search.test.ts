import { expect, test } from "vitest";
import { arrangeFleet, FLEET_SORTS, fleetSearch, type FleetGroup } from "./fleet-search.ts";

const group = (name: string, fields: Partial<FleetGroup> = {}): FleetGroup => ({
  device_id: name,
  name,
  location: "",
  devices: 1,
  heartbeats: 0,
  connects: 0,
  disconnects: 0,
  sessions: { count: 0, avg_ms: null, longest_ms: null },
  flaps: 0,
  offline_ms: 0,
  availability_ratio: 1,
  ...fields,
});

test("the least available is first, and what nobody knows anything of the last", () => {
  const groups = [
    group("unknown", { availability_ratio: null }),
    group("pc 10"),
    group("pc 2"),
    group("gone", { availability_ratio: 0, connects: 3 }),
    group("shaky", { availability_ratio: 0.9, flaps: 7 }),
  ];
  const names = FLEET_SORTS.map((sort) => arrangeFleet(groups, sort).map(({ name }) => name));
  expect(names).toEqual([
    ["gone", "shaky", "pc 2", "pc 10", "unknown"],
    ["shaky", "gone", "pc 2", "pc 10", "unknown"],
    ["gone", "pc 2", "pc 10", "shaky", "unknown"],
    ["gone", "pc 2", "pc 10", "shaky", "unknown"],
  ]);
});

test("an address keeps what it can hold, and drops the rest", () => {
  const whole = { range: "90d", by: "location", location: "Hall 1", sort: "flaps" };
  expect(fleetSearch(whole)).toEqual(whole);
  expect(fleetSearch({ range: "1y", by: "colour", location: "", sort: 3 })).toEqual({});
});
