import type { BusEvent } from "@pulsecheck/shared/live-events";
import { expect, test } from "vitest";
import { createEventRing } from "./event-ring.ts";

const at = "2026-01-01T00:00:00.000Z";
const heartbeat: BusEvent = {
  workspace: 1,
  at,
  type: "device.heartbeat",
  data: { device_id: "a", battery_level: null, signal_strength: null, status: "ONLINE", heartbeats: 1, at },
};
const deleted: BusEvent = { workspace: 1, at, type: "device.deleted", data: { device_id: "a" } };

test("heartbeats are numbered and told, but not kept: they would push out what a client has missed", () => {
  const ring = createEventRing();
  ring.startAt(10);
  ring.add({ firstSeq: 11, prevSeq: 10, events: [deleted] });
  for (let seq = 12; seq < 50_012; seq += 1_000)
    ring.add({ firstSeq: seq, prevSeq: seq - 1, events: Array.from({ length: 1_000 }, () => heartbeat) });
  expect(ring.lastSeq()).toBe(50_011);
  expect(ring.after(10)).toEqual([{ seq: 11, event: deleted }]);
  expect(ring.after(40_000)).toEqual([]);
});
