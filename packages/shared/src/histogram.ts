/**
 * Mergeable histograms of latencies with logarithmic buckets, as in DDSketch (Masson, Rim, Lee: "DDSketch: a fast and
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
    if (seen >= rank) return middleOfLatencies(bucket);
  }
  return null;
}

/** So many buckets lie between 1e-9 and 1: the bucket of a value is that of its size, counted from there, with its sign. */
const VALUE_OFFSET = 425;
/** Values that are smaller share bucket 0. */
export const SMALLEST_VALUE = 1e-9;

/**
 * The bucket of a value of whatever sign, such as a temperature: 0 around zero, otherwise n or -n for the n-th bucket of
 * a width of 5 % from 1e-9 on. Between -15,000 and 15,000.
 */
export function valueBucketOf(value: number): number {
  const size = Math.abs(value);
  if (size < SMALLEST_VALUE) return 0;
  return Math.sign(value) * (Math.ceil(Math.log(size) / Math.log(GAMMA)) + VALUE_OFFSET);
}

/** SQL for the same. */
export const VALUE_BUCKET_SQL = (value: string) =>
  `CASE WHEN abs(${value}) < ${SMALLEST_VALUE} THEN 0 ELSE sign(${value}) * (ceil(ln(abs(${value})::float8) / ln(${GAMMA}::float8)) + ${VALUE_OFFSET}) END`;

/** What latencies, and what values, lie in a bucket: its middle, off by 2.5 % at most. */
export const middleOfLatencies = (bucket: number): number => (2 * GAMMA ** bucket) / (GAMMA + 1);
export const middleOfValues = (bucket: number): number =>
  bucket === 0 ? 0 : Math.sign(bucket) * middleOfLatencies(Math.abs(bucket) - VALUE_OFFSET);

const BYTES_A_BUCKET = 6;

/** A histogram that grows: thousands of packed ones are added to it, six bytes a bucket (see `pack_histogram` in SQL). */
export class HistogramSum {
  #lowest = 0;
  #counts = new Float64Array(0);

  add(bucket: number, count: number): void {
    const at = bucket - this.#lowest;
    if (at < 0 || at >= this.#counts.length) {
      this.#reach(bucket);
      this.add(bucket, count);
      return;
    }
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** Adds any number of packed histograms, one behind the other. */
  addPacked(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i + BYTES_A_BUCKET <= bytes.byteLength; i += BYTES_A_BUCKET)
      this.add(view.getInt16(i), view.getInt32(i + 2));
  }

  merge(other: HistogramSum): void {
    for (const [i, count] of other.#counts.entries()) if (count > 0) this.add(other.#lowest + i, count);
  }

  /** How many were counted. */
  total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * The value below which a share `q` (0 to 1) of what was counted lies; null where nothing was.
   * @param middleOf what lies in a bucket
   */
  quantile(q: number, middleOf: (bucket: number) => number): number | null {
    const rank = Math.max(1, Math.ceil(q * this.total()));
    let seen = 0;
    for (const [i, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return middleOf(this.#lowest + i);
    }
    return null;
  }

  /** Makes room for a bucket, and for some on that side. */
  #reach(bucket: number): void {
    const old = this.#counts;
    const spare = 32;
    const lowest = old.length === 0 ? bucket - spare : Math.min(this.#lowest, bucket - spare);
    const end = Math.max(this.#lowest + old.length, bucket + spare);
    this.#counts = new Float64Array((old.length === 0 ? bucket + spare : end) - lowest);
    this.#counts.set(old, old.length === 0 ? 0 : this.#lowest - lowest);
    this.#lowest = lowest;
  }
}
