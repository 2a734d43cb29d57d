import type { DeviceView } from "@pulsecheck/shared/device";
import {
  BatteryFull,
  BatteryLow,
  BatteryMedium,
  SignalHigh,
  SignalLow,
  SignalMedium,
  type LucideIcon,
} from "lucide-react";
import { formatBattery, formatSignal } from "./device-words.ts";

/** From so many percent, or dBm, on the picture is this one. */
const BATTERIES = [
  [70, BatteryFull],
  [25, BatteryMedium],
  [-Infinity, BatteryLow],
] as const;
const SIGNALS = [
  [-67, SignalHigh],
  [-80, SignalMedium],
  [-Infinity, SignalLow],
] as const;

function pictureOf(steps: readonly (readonly [number, LucideIcon])[], level: number): LucideIcon | undefined {
  return steps.find(([from]) => level >= from)?.[1];
}

/** Battery and signal in a line; what was never told is left out. */
export function DeviceLevels({ device: { battery_level: battery, signal_strength: signal } }: { device: DeviceView }) {
  return (
    <p className="flex min-h-5 flex-wrap gap-x-4 tabular-nums">
      {battery !== null && <Level name="Battery" Icon={pictureOf(BATTERIES, battery)} text={formatBattery(battery)} />}
      {signal !== null && <Level name="Signal" Icon={pictureOf(SIGNALS, signal)} text={formatSignal(signal)} />}
    </p>
  );
}

function Level({ name, Icon, text }: { name: string; Icon: LucideIcon | undefined; text: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      {Icon && <Icon aria-hidden className="size-4 text-muted" />}
      <span className="sr-only">{name}</span> {text}
    </span>
  );
}
