// Apart from uptime.ts, whose schemas would bring zod into the dashboard's first load.

/** A ratio of 0..1 as `99.98 %`; never rounded up, so that less than all is never told as `100 %`. */
export function formatUptime(ratio: number | null): string {
  if (ratio === null) return "no data";
  if (ratio === 1) return "100 %";
  // 0.69 * 10_000 is 6899.999999999999: so little below a whole one is the float's, not the checks'.
  const hundredths = Math.min(9_999, Math.floor(ratio * 10_000 + 1e-6));
  return `${(hundredths / 100).toFixed(2)} %`;
}
