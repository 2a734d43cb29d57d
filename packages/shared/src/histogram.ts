/**
 * Mergeable latency histograms with logarithmic buckets, as in DDSketch (Masson, Rim, Lee: "DDSketch: a fast and
 * fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019). Bucket i holds the latencies in
 * (GAMMA^(i-1), GAMMA^i] ms; a quantile read from it is off by at most (GAMMA-1)/(GAMMA+1) = 2.5 %.
 */
export type Histogram = ReadonlyMap<number, number>;

export const GAMMA = 1.05;
/** Latencies below this (ms) share its bucket. */
export const SMALLEST_MS = 0.1;

export function bucketOf(latencyMs: number): number {
  return Math.ceil(Math.log(Math.max(latencyMs, SMALLEST_MS)) / Math.log(GAMMA));
}

export function mergeHistograms(histograms: Iterable<Histogram>): Histogram {
  const merged = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [bucket, count] of histogram) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
  }
  return merged;
}

/**
 * The latency (ms) below which a share `q` of the counted checks lies; null for an empty histogram.
 * @param q between 0 and 1
 */
export function quantile(histogram: Histogram, q: number): number | null {
  const buckets = [...histogram].toSorted((a, b) => a[0] - b[0]);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= rank) return (2 * GAMMA ** bucket) / (GAMMA + 1);
  }
  return null;
}
