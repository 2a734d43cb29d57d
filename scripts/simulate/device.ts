import { createFate, type Random } from "./random.ts";

/** What a device measured, in ms since the simulation began. */
export type Report = { atMs: number; batteryLevel: number; signalStrength: number };

export type Device = {
  id: string;
  name: string;
  location: string;
  /** By WebSocket; the others by HTTP. */
  usesSocket: boolean;
  /** When it measures next. */
  nextAtMs: number;
  /** Until when it has no network; what it measures meanwhile it keeps. */
  silentUntilMs: number;
  battery: number;
  isCharging: boolean;
  signal: number;
  /** Where its signal comes back to: how far from the gateway it stands. */
  usualSignal: number;
  fate: Random;
};

const REPORT_EVERY_MS = { min: 15_000, max: 30_000 };
const SIGNAL = { weakest: -110, strongest: -30, wander: 3 };
const DROPOUT = { chance: 0.01, minMs: 120_000, maxMs: 420_000 };
/** Percent of the battery that one report costs, or that is charged until the next. */
const DRAIN = { min: 0.02, max: 0.25 };
const CHARGE = { min: 1, max: 3 };
const RECHARGE_BELOW = { certain: 5, possible: 25, chance: 0.03 };

const KINDS = ["Gateway", "Thermostat", "Meter", "Tracker", "Camera", "Lock", "Pump", "Beacon"];
const PLACES = ["Berlin", "Hamburg", "Lisbon", "Oslo", "Porto", "Vienna", "Zurich"];
const SPOTS = ["Roof", "Hall", "Cellar", "Yard", "Gate", "Lab"];

/** The device of this number, from 1. Its first report comes within the first period: the fleet is spread. */
export function createDevice(seed: number, number: number, usesSocket: boolean): Device {
  const id = `sim-device-${String(number).padStart(5, "0")}`;
  const fate = createFate(seed, id);
  const usualSignal = fate.between(-85, -45);
  return {
    id,
    name: `${fate.pick(KINDS)} ${number}`,
    location: `${fate.pick(PLACES)} / ${fate.pick(SPOTS)}`,
    usesSocket,
    nextAtMs: fate.between(0, REPORT_EVERY_MS.min),
    silentUntilMs: 0,
    battery: fate.between(15, 100),
    isCharging: false,
    signal: usualSignal,
    usualSignal,
    fate,
  };
}

/** Lets the device measure what is due now, and decides when it does so next. */
export function measure(device: Device): Report {
  const { fate } = device;
  const atMs = device.nextAtMs;
  moveBattery(device);
  const pull = (device.usualSignal - device.signal) * 0.2;
  device.signal = clamp(
    device.signal + pull + fate.between(-SIGNAL.wander, SIGNAL.wander),
    SIGNAL.weakest,
    SIGNAL.strongest,
  );
  const isFirst = atMs < REPORT_EVERY_MS.min;
  if (!isFirst && atMs >= device.silentUntilMs && fate.next() < DROPOUT.chance) {
    device.silentUntilMs = atMs + fate.between(DROPOUT.minMs, DROPOUT.maxMs);
  }
  device.nextAtMs = atMs + fate.between(REPORT_EVERY_MS.min, REPORT_EVERY_MS.max);
  return { atMs, batteryLevel: round(device.battery), signalStrength: round(device.signal) };
}

function moveBattery(device: Device): void {
  const { fate } = device;
  if (device.isCharging) {
    device.battery = Math.min(100, device.battery + fate.between(CHARGE.min, CHARGE.max));
    device.isCharging = device.battery < 100;
    return;
  }
  device.battery = Math.max(0, device.battery - fate.between(DRAIN.min, DRAIN.max));
  const { certain, possible, chance } = RECHARGE_BELOW;
  device.isCharging = device.battery < certain || (device.battery < possible && fate.next() < chance);
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
const round = (value: number): number => Math.round(value * 10) / 10;
