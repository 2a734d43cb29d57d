import { describe, expect, test } from "vitest";
import { advanceCronJob, createCronJob } from "./cron-job.ts";
import { createDevice, measure } from "./device.ts";
import { createFleet } from "./fleet.ts";
import { createSensor, readSensor } from "./sensor.ts";

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

test.each([
  [1, { sockets: 1, sensors: 1, cronJobs: 1 }],
  [50, { sockets: 5, sensors: 5, cronJobs: 5 }],
  [10_000, { sockets: 1_000, sensors: 1_000, cronJobs: 20 }],
])("%i devices", (devices, expected) => {
  const fleet = createFleet({ devices, seed: 1 });
  expect(new Set(fleet.devices.map(({ id }) => id)).size).toBe(devices);
  expect({
    sockets: fleet.devices.filter(({ usesSocket }) => usesSocket).length,
    sensors: fleet.sensors.length,
    cronJobs: fleet.cronJobs.length,
  }).toEqual(expected);
});

test("the same seed makes the same fleet with the same fate, another one another", () => {
  const story = (seed: number) => {
    const { devices, sensors } = createFleet({ devices: 20, seed });
    return [
      devices.map((one) => times(50, () => measure(one))),
      sensors.map((one) => times(50, () => readSensor(one))),
    ];
  };
  expect(story(7)).toEqual(story(7));
  expect(story(7)).not.toEqual(story(8));
});

describe("a device", () => {
  const devices = times(40, () => 0).map((_, index) => createDevice(3, index + 1, false));
  const stories = devices.map((device) =>
    times(400, () => ({ ...measure(device), silentUntilMs: device.silentUntilMs })),
  );

  test("reports every 15 to 30 seconds, and what it may", () => {
    for (const story of stories)
      for (const [i, { atMs, batteryLevel, signalStrength }] of story.entries()) {
        const sinceMs = atMs - (story[i - 1]?.atMs ?? atMs - 15_000);
        expect(sinceMs).toBeGreaterThanOrEqual(15_000);
        expect(sinceMs).toBeLessThanOrEqual(30_000);
        expect(batteryLevel).toBeGreaterThanOrEqual(0);
        expect(batteryLevel).toBeLessThanOrEqual(100);
        expect(signalStrength).toBeGreaterThanOrEqual(-110);
        expect(signalStrength).toBeLessThanOrEqual(-30);
      }
  });

  test("its battery drains and is charged again; some run low", () => {
    const levels = stories.flatMap((story) => story.map(({ batteryLevel }) => batteryLevel));
    expect(Math.min(...levels)).toBeLessThan(20);
    expect(
      stories.some((story) => story.some((one, i) => one.batteryLevel - (story[i - 1]?.batteryLevel ?? 100) > 0.5)),
    ).toBe(true);
  });

  test("is silent for two to seven minutes now and then", () => {
    const gaps = stories.flatMap((story) =>
      story.filter((one) => one.silentUntilMs > one.atMs).map((one) => one.silentUntilMs - one.atMs),
    );
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(420_000);
    expect(Math.max(...gaps)).toBeGreaterThan(300_000);
  });
});

test("a sensor reads once a second, and now and then something unusual", () => {
  const sensor = createSensor(1, 1);
  const readings = times(3_000, () => readSensor(sensor));
  expect((readings[100]?.atMs ?? 0) - (readings[99]?.atMs ?? 0)).toBe(1_000);
  const spikes = readings.filter(({ value }) => value > 30);
  expect(spikes.length).toBeGreaterThan(2);
  expect(spikes.length).toBeLessThan(40);
});

test("a cron job starts each minute; most runs succeed, some fail, some never start or never end", () => {
  const job = createCronJob(1, 1);
  const said = times(2_000, () => ({ atMs: job.nextAtMs, action: advanceCronJob(job) }));
  const count = (action: string | null) => said.filter((one) => one.action === action).length;
  expect(count("")).toBeGreaterThan(700);
  for (const some of ["fail", null]) expect(count(some)).toBeGreaterThan(20);
  const starts = said.filter(({ action }) => action === "start").map(({ atMs }) => atMs);
  for (const [i, atMs] of starts.entries()) if (i > 0) expect(Math.round(atMs - (starts[i - 1] ?? 0)) % 60_000).toBe(0);
});
