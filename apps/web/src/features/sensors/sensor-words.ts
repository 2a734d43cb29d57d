import type { ThingWords } from "../things/thing.ts";

export const SENSOR: ThingWords = {
  place: "/sensors",
  one: "sensor",
  anew: "Its next reading makes it anew.",
  lost: "All its readings go with it, and so do its incidents.",
};

const NUMBER = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });

/** `22.5 °C`; a dash where there is none. */
export function formatValue(value: number | null, unit = ""): string {
  return value === null ? "–" : `${NUMBER.format(value)}${unit === "" ? "" : ` ${unit}`}`;
}
