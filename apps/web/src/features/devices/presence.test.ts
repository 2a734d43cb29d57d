import type { DeviceEventType } from "@pulsecheck/shared/device";
import { expect, test } from "vitest";
import { listPresence, timeIn } from "./presence.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const event = (minute: number, type: DeviceEventType) => ({ at: at(minute), event_type: type });
const told = (events: ReturnType<typeof event>[], before: ReturnType<typeof event>[] = []) =>
  listPresence({ from: at(0), to: at(100) }, events, before).map(({ status, from, to }) => [
    status,
    (to - from) / 60_000,
  ]);

test("sockets say nothing of the status, and what was before the range is known from before it", () => {
  expect(
    told([event(60, "disconnected"), event(40, "offline")], [event(-1, "connected"), event(-5, "online")]),
  ).toEqual([
    ["ONLINE", 40],
    ["OFFLINE", 60],
  ]);
});

test("nobody knows what was before the first event of all", () => {
  expect(told([event(70, "at_risk"), event(50, "online")])).toEqual([
    [null, 50],
    ["ONLINE", 20],
    ["AT_RISK", 30],
  ]);
});

test("nothing happened", () => expect(told([])).toEqual([[null, 100]]));

test("times of the same status are added up", () => {
  const parts = listPresence(
    { from: at(0), to: at(100) },
    [event(90, "offline"), event(30, "online"), event(10, "offline")],
    [event(-9, "online")],
  );
  expect(timeIn(parts, "OFFLINE")).toBe(30 * 60_000);
  expect(timeIn(parts, "AT_RISK")).toBe(0);
});
