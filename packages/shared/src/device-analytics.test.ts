import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addSums, figuresOf, NO_SUMS, statusAfter, sumDevice, type DeviceStory } from "./device-analytics.ts";
import { DEVICE_EVENT_TYPES, DEVICE_STATUSES, type DeviceEventType } from "./device.ts";

/** Minutes from the start of a range of 100 minutes. */
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000);
const RANGE = { from: at(0), to: at(100) };
const MINUTE = 60_000;

type Told = Partial<Omit<DeviceStory, "events">> & { events?: (readonly [number, DeviceEventType])[] };
function tell({ events = [], ...rest }: Told): DeviceStory {
  return {
    createdAt: at(-1_000),
    statusBefore: "ONLINE",
    wasConnected: false,
    heartbeats: 0,
    ...rest,
    events: events.map(([minute, type]) => ({ at: at(minute), type })),
  };
}
const figures = (told: Told) => figuresOf(sumDevice(tell(told), RANGE));

describe("sessions", () => {
  test.each<[string, Told, object]>([
    ["none", {}, { count: 0, avg_ms: null, longest_ms: null }],
    [
      "one that ended",
      {
        events: [
          [10, "connected"],
          [30, "disconnected"],
        ],
      },
      { count: 1, avg_ms: 20 * MINUTE, longest_ms: 20 * MINUTE },
    ],
    [
      "a second connected continues it",
      {
        events: [
          [10, "connected"],
          [20, "connected"],
          [30, "disconnected"],
        ],
      },
      { count: 1, avg_ms: 20 * MINUTE, longest_ms: 20 * MINUTE },
    ],
    [
      "one that is open ends where the range does",
      { events: [[90, "connected"]] },
      { count: 1, avg_ms: 10 * MINUTE, longest_ms: 10 * MINUTE },
    ],
    [
      "one that was open begins where the range does",
      { wasConnected: true, events: [[5, "disconnected"]] },
      { count: 1, avg_ms: 5 * MINUTE, longest_ms: 5 * MINUTE },
    ],
    [
      "one that is open throughout",
      { wasConnected: true },
      { count: 1, avg_ms: 100 * MINUTE, longest_ms: 100 * MINUTE },
    ],
    [
      "an end without a beginning is none",
      { events: [[5, "disconnected"]] },
      { count: 0, avg_ms: null, longest_ms: null },
    ],
    [
      "two",
      {
        events: [
          [0, "connected"],
          [10, "disconnected"],
          [20, "connected"],
          [50, "disconnected"],
        ],
      },
      { count: 2, avg_ms: 20 * MINUTE, longest_ms: 30 * MINUTE },
    ],
  ])("%s", (_name, told, sessions) => expect(figures(told).sessions).toEqual(sessions));

  test("connects and disconnects are counted as they were told", () => {
    const told: Told = {
      events: [
        [1, "connected"],
        [2, "connected"],
        [3, "disconnected"],
        [4, "disconnected"],
      ],
    };
    expect(figures(told)).toMatchObject({ connects: 2, disconnects: 2, sessions: { count: 1 } });
  });
});

describe("availability and flaps", () => {
  test.each<[string, Told, { offline: number; ratio: number | null; flaps: number }]>([
    ["all well", {}, { offline: 0, ratio: 1, flaps: 0 }],
    [
      "offline and back",
      {
        events: [
          [20, "offline"],
          [45, "online"],
        ],
      },
      { offline: 25, ratio: 0.75, flaps: 1 },
    ],
    [
      "at risk is not offline, but coming back from it is a flap",
      {
        events: [
          [20, "at_risk"],
          [45, "online"],
        ],
      },
      { offline: 0, ratio: 1, flaps: 1 },
    ],
    [
      "at risk, then offline, then at risk, then online: one flap",
      {
        events: [
          [10, "at_risk"],
          [20, "offline"],
          [30, "at_risk"],
          [40, "online"],
        ],
      },
      { offline: 10, ratio: 0.9, flaps: 1 },
    ],
    [
      "offline before, and back in it",
      { statusBefore: "OFFLINE", events: [[10, "online"]] },
      { offline: 10, ratio: 0.9, flaps: 1 },
    ],
    ["offline throughout", { statusBefore: "OFFLINE" }, { offline: 100, ratio: 0, flaps: 0 }],
    ["still offline at the end", { events: [[60, "offline"]] }, { offline: 40, ratio: 0.6, flaps: 0 }],
    [
      "told twice",
      {
        events: [
          [20, "offline"],
          [30, "offline"],
          [40, "online"],
          [50, "online"],
        ],
      },
      { offline: 20, ratio: 0.8, flaps: 1 },
    ],
    [
      "sockets say nothing of it",
      {
        events: [
          [20, "offline"],
          [30, "connected"],
          [40, "online"],
        ],
      },
      { offline: 20, ratio: 0.8, flaps: 1 },
    ],
    [
      "made in the range: its first online is no return",
      {
        createdAt: at(50),
        statusBefore: null,
        events: [
          [50, "online"],
          [75, "offline"],
        ],
      },
      { offline: 25, ratio: 0.5, flaps: 0 },
    ],
    ["made after the range", { createdAt: at(101), statusBefore: null }, { offline: 0, ratio: null, flaps: 0 }],
    ["made at its end", { createdAt: at(100), statusBefore: null }, { offline: 0, ratio: null, flaps: 0 }],
  ])("%s", (_name, told, { offline, ratio, flaps }) => {
    expect(figures(told)).toMatchObject({ offline_ms: offline * MINUTE, availability_ratio: ratio, flaps });
  });
});

test("a group's ratio weighs its devices by how long they were there", () => {
  const old = sumDevice(tell({ statusBefore: "OFFLINE", heartbeats: 3 }), RANGE);
  const young = sumDevice(tell({ createdAt: at(75), statusBefore: null, heartbeats: 4 }), RANGE);
  expect(figuresOf(addSums(old, young))).toMatchObject({ devices: 2, heartbeats: 7, availability_ratio: 0.2 });
  expect(figuresOf(NO_SUMS)).toMatchObject({
    devices: 0,
    availability_ratio: null,
    sessions: { count: 0, avg_ms: null },
  });
});

test("whatever happens, a range cut in two says the same of time as the whole", () => {
  const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.constantFrom(...DEVICE_EVENT_TYPES)), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      events,
      fc.constantFrom(...DEVICE_STATUSES),
      fc.boolean(),
      fc.integer({ min: 1, max: 99 }),
      (list, statusBefore, wasConnected, cut) => {
        const sorted = list.toSorted((a, b) => a[0] - b[0]);
        const whole = sumDevice(tell({ statusBefore, wasConnected, events: sorted }), RANGE);
        const left = tell({ statusBefore, wasConnected, events: sorted.filter(([minute]) => minute < cut) });
        const right = tell({ ...stateAfter(left), events: sorted.filter(([minute]) => minute >= cut) });
        const sum = addSums(
          sumDevice(left, { from: at(0), to: at(cut) }),
          sumDevice(right, { from: at(cut), to: at(100) }),
        );
        for (const part of ["offlineMs", "knownMs", "sessionsMs", "flaps", "connects", "disconnects"] as const)
          expect([part, sum[part]]).toEqual([part, whole[part]]);
        expect(whole.offlineMs).toBeLessThanOrEqual(whole.knownMs);
        expect(whole.longestSessionMs).toBeLessThanOrEqual(whole.sessionsMs);
      },
    ),
  );
});

function stateAfter({ statusBefore, wasConnected, events }: DeviceStory) {
  const lastStatus = events.findLast(({ type }) => statusAfter(type) !== null)?.type;
  const lastSocket = events.findLast(({ type }) => statusAfter(type) === null)?.type;
  return {
    statusBefore: lastStatus === undefined ? statusBefore : statusAfter(lastStatus),
    wasConnected: lastSocket === undefined ? wasConnected : lastSocket === "connected",
  };
}
