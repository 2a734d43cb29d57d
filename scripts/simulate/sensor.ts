import { createFate, type Random } from "./random.ts";

export type Reading = { atMs: number; value: number };

type Quantity = { name: string; unit: string; center: number; swing: number; noise: number; spike: number };

export type Sensor = {
  id: string;
  quantity: Quantity;
  location: string;
  nextAtMs: number;
  /** How long its slow wave takes, and where in it the simulation begins. */
  waveMs: number;
  phase: number;
  fate: Random;
};

const EVERY_MS = 1_000;
const SPIKE_CHANCE = 0.004;
const ROOMS = ["boiler", "greenhouse", "office", "store", "workshop"];
const QUANTITIES: readonly Quantity[] = [
  { name: "temperature", unit: "°C", center: 21, swing: 3, noise: 0.15, spike: 18 },
  { name: "humidity", unit: "%", center: 48, swing: 8, noise: 0.6, spike: 35 },
  { name: "pressure", unit: "hPa", center: 1_013, swing: 4, noise: 0.3, spike: 30 },
  { name: "co2", unit: "ppm", center: 650, swing: 120, noise: 9, spike: 900 },
  { name: "power", unit: "W", center: 320, swing: 60, noise: 6, spike: 500 },
];

/** The sensor of this number, from 1. */
export function createSensor(seed: number, number: number): Sensor {
  const quantity = QUANTITIES[(number - 1) % QUANTITIES.length] ?? fail();
  const id = `sim-${quantity.name}-${String(number).padStart(4, "0")}`;
  const fate = createFate(seed, id);
  return {
    id,
    quantity,
    location: fate.pick(ROOMS),
    nextAtMs: fate.between(0, EVERY_MS),
    waveMs: fate.between(300_000, 1_800_000),
    phase: fate.between(0, 2 * Math.PI),
    fate,
  };
}

/** What the sensor reads now: a slow wave, some noise, and now and then a spike. */
export function readSensor(sensor: Sensor): Reading {
  const { fate, quantity, waveMs, phase } = sensor;
  const atMs = sensor.nextAtMs;
  sensor.nextAtMs += EVERY_MS;
  const wave = Math.sin((2 * Math.PI * atMs) / waveMs + phase) * quantity.swing;
  const noise = (fate.next() + fate.next() - 1) * 2 * quantity.noise;
  const spike = fate.next() < SPIKE_CHANCE ? quantity.spike : 0;
  return { atMs, value: Math.round((quantity.center + wave + noise + spike) * 100) / 100 };
}

function fail(): never {
  throw new Error("there are no quantities");
}
