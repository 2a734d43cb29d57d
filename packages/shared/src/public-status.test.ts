import { expect, test } from "vitest";
import { componentState, overallState, type ComponentState, type OverallState } from "./public-status.ts";

test.each<[ComponentState[], OverallState]>([
  [[], "empty"],
  [["up", "up"], "up"],
  [["up", "paused"], "up"],
  [["up", "unknown"], "unknown"],
  [["up", "down"], "partly_down"],
  [["unknown", "down"], "partly_down"],
  [["down", "down", "paused"], "down"],
  [["paused"], "paused"],
  [["up", "maintenance"], "maintenance"],
  [["down", "maintenance"], "partly_down"],
  [["unknown", "maintenance"], "unknown"],
])("%j together are %s", (states, overall) => {
  expect(overallState(states)).toBe(overall);
});

test("a paused monitor is paused and one in maintenance is that, whatever it was", () => {
  for (const status of ["UP", "DOWN", "UNKNOWN"] as const) {
    expect(componentState({ status, isActive: false, inMaintenance: true })).toBe("paused");
    expect(componentState({ status, isActive: true, inMaintenance: true })).toBe("maintenance");
    expect(componentState({ status, isActive: true, inMaintenance: false })).toBe(status.toLowerCase());
  }
});
