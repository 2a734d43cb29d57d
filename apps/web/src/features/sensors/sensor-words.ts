const NUMBER = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });

/** `22.5 °C`; a dash where there is none. */
export function formatValue(value: number | null, unit = ""): string {
  return value === null ? "–" : `${NUMBER.format(value)}${unit === "" ? "" : ` ${unit}`}`;
}
