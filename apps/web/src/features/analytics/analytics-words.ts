import type { Analysed, Analytics, Figures } from "@pulsecheck/shared/analytics";
import { formatLatency } from "../../lib/format.ts";
import { formatBattery, formatSignal } from "../devices/device-words.ts";
import { formatValue } from "../sensors/sensor-words.ts";
import type { Category } from "./analytics-search.ts";

export const MEASURE_WORDS: Record<Analysed, string> = {
  latency: "Latency of monitors",
  readings: "Readings of sensors",
  battery: "Battery of devices",
  signal: "Signal of devices",
};

export const CATEGORY_WORDS: Record<Category, string> = {
  none: "All together",
  tag: "By tag",
  location: "By location",
  monitor: "By monitor",
  sensor: "By sensor",
  device: "By device",
};

type Format = (value: number | null) => string;

/** How values are written. */
export function formatOf({ of, unit }: Pick<Analytics, "of" | "unit">): Format {
  if (of === "latency") return formatLatency;
  if (of === "battery") return formatBattery;
  if (of === "signal") return formatSignal;
  return (value) => formatValue(value, unit ?? "");
}

const PERCENT = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/**
 * How far an average is from that of the range before: in percent where zero is nothing, else in its unit, as degrees are.
 * Null where one of them is missing.
 */
export function describeChange(of: Analysed, format: Format, now: Figures, before: Figures): string | null {
  if (now.avg === null || before.avg === null) return null;
  const change = now.avg - before.avg;
  if (of === "latency") return before.avg === 0 ? null : PERCENT.format(change / before.avg);
  return `${change > 0 ? "+" : ""}${format(change)}`;
}
