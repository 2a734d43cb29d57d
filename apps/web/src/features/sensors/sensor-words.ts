import type { ThingWords } from "../things/thing.ts";

export const SENSOR: ThingWords = {
  place: "/sensors",
  one: "sensor",
  anew: "Its next reading makes it anew.",
  lost: "All its readings go with it, and so do its incidents.",
};

const NUMBER = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
const FAR = new Intl.NumberFormat(undefined, { notation: "scientific", maximumSignificantDigits: 4 });

/** `22.5 °C`; a dash where there is none. */
export function formatValue(value: number | null, unit = ""): string {
  if (value === null) return "–";
  // With all its zeros a number is hard to read.
  const isFar = value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e9);
  return `${(isFar ? FAR : NUMBER).format(value)}${unit === "" ? "" : ` ${unit}`}`;
}
