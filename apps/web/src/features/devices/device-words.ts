import type { ThingWords } from "../things/thing.ts";

export const DEVICE: ThingWords = {
  place: "/devices",
  one: "device",
  anew: "Its next heartbeat makes it anew.",
  lost: "What it reported goes with it, and so do its incidents. Should it report again, it is made anew.",
};

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** `80 %`; a dash where it was never told. */
export function formatBattery(percent: number | null): string {
  return percent === null ? "–" : `${NUMBER.format(percent)} %`;
}

/** `-61 dBm`; a dash where it was never told. */
export function formatSignal(dBm: number | null): string {
  return dBm === null ? "–" : `${NUMBER.format(dBm)} dBm`;
}
