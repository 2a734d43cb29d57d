import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketOf,
  HistogramSum,
  mergeHistograms,
  middleOfLatencies,
  middleOfValues,
  quantile,
  SMALLEST_MS,
  valueBucketOf,
  type Histogram,
} from "./histogram.ts";

const latency = fc.double({ min: SMALLEST_MS, max: 60_000, noNaN: true });
const samples = fc.array(latency, { minLength: 1, maxLength: 500 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function histogramOf(latencies: readonly number[]): Histogram {
  return mergeHistograms(latencies.map((ms) => new Map([[bucketOf(ms), 1]])));
}

/** The exact quantile, by the same rule of rank. */
function exact(latencies: readonly number[], q: number): number {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
}

describe("a quantile", () => {
  it("is within 2.5 % of the true one, whatever the latencies", () => {
    fc.assert(
      fc.property(samples, share, (latencies, q) => {
        const truth = exact(latencies, q);
        expect(Math.abs((quantile(histogramOf(latencies), q) ?? 0) - truth)).toBeLessThanOrEqual(0.025 * truth);
      }),
    );
  });

  it("grows with its share", () => {
    fc.assert(
      fc.property(samples, share, share, (latencies, a, b) => {
        const histogram = histogramOf(latencies);
        const [low, high] = [quantile(histogram, Math.min(a, b)), quantile(histogram, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high ?? 0);
      }),
    );
  });

  it("of nothing is null, not zero", () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
  });

  it("takes what is too fast to measure for 0.1 ms", () => {
    expect([0, -1, 0.05].map(bucketOf)).toEqual([0.1, 0.1, 0.1].map(bucketOf));
  });
});

describe("merging", () => {
  it("parts equals one histogram of all, in any order", () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 10 }), (parts) => {
        const whole = histogramOf(parts.flat());
        const sorted = (histogram: Histogram) => [...histogram].toSorted((a, b) => a[0] - b[0]);
        expect(sorted(mergeHistograms(parts.map(histogramOf)))).toEqual(sorted(whole));
        expect(sorted(mergeHistograms(parts.toReversed().map(histogramOf)))).toEqual(sorted(whole));
      }),
    );
  });

  it("changes none of its parts", () => {
    const part = new Map([[1, 1]]);
    mergeHistograms([part, part]);
    expect(part.get(1)).toBe(1);
  });
});

describe("a sum of histograms", () => {
  const value = fc.double({ min: -1e300, max: 1e300, noNaN: true });

  it("has the quantiles of all values in it, whatever their sign and size", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), share, (values, q) => {
        const [one, other] = [new HistogramSum(), new HistogramSum()];
        for (const [i, each] of values.entries()) (i % 2 === 0 ? one : other).add(valueBucketOf(each), 1);
        one.merge(other);
        const truth = exact(values, q);
        expect(Math.abs((one.quantile(q, middleOfValues) ?? 0) - truth)).toBeLessThanOrEqual(
          0.0251 * Math.abs(truth) + 1e-9,
        );
      }),
    );
  });

  it("reads packed ones as the database writes them", () => {
    const sum = new HistogramSum();
    sum.addPacked(Uint8Array.from([0xff, 0xfe, 0, 0, 0, 3, 0x01, 0x00, 0, 0, 1, 0]));
    expect(sum.quantile(3 / 259, middleOfLatencies)).toBeCloseTo(middleOfLatencies(-2));
    expect(sum.quantile(1, middleOfLatencies)).toBeCloseTo(middleOfLatencies(256));
  });

  it("of nothing has none", () => {
    expect(new HistogramSum().quantile(0.5, middleOfValues)).toBeNull();
  });
});
