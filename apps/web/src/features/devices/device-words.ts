const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** `80 %`; a dash where it was never told. */
export function formatBattery(percent: number | null): string {
  return percent === null ? "–" : `${NUMBER.format(percent)} %`;
}

/** `-61 dBm`; a dash where it was never told. */
export function formatSignal(dBm: number | null): string {
  return dBm === null ? "–" : `${NUMBER.format(dBm)} dBm`;
}
