import { describe, expect, it } from "vitest";
import { judgeLatency, judgeReading, WARM_UP_READINGS, type Band, type Verdict } from "./anomaly.ts";

/** Numbers from 0 to 1, the same on every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const noise = seeded(2026);
const gaussian = (mean: number, deviation: number) => mean + deviation * normal(noise);
/** Normal noise of a size that is itself random. */
const student = (degrees: number) =>
  normal(noise) /
  Math.sqrt(times(degrees, () => normal(noise) ** 2).reduce((sum, square) => sum + square, 0) / degrees);
/** What is read each minute and turns with the day. */
const daily = (mean: number, height: number, minute: number) =>
  mean + height * Math.sin((2 * Math.PI * minute) / 1_440);
const times = (count: number, of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));

function run(values: readonly number[], judge = judgeReading, start: Band | null = null) {
  let band = start;
  const verdicts = values.map((value): Verdict => {
    const verdict = judge(band, value);
    band = verdict.band;
    return verdict;
  });
  const anomalies = verdicts.flatMap(({ isAnomaly }, i) => (isAnomaly ? [i] : []));
  return { band, verdicts, anomalies, share: anomalies.length / values.length };
}

describe("a usual series has next to no anomalies", () => {
  it.each<[string, readonly number[], number]>([
    ["noise", times(20_000, () => gaussian(20, 1)), 0.005],
    ["noise around zero", times(20_000, () => gaussian(0, 1)), 0.005],
    ["noise far from zero", times(20_000, () => gaussian(1_000, 0.5)), 0.005],
    ["the smallest noise", times(20_000, () => gaussian(0.002, 0.0001)), 0.005],
    ["the largest noise", times(20_000, () => gaussian(5e9, 1e9)), 0.005],
    ["equally likely values", times(20_000, () => noise() * 100), 0.005],
    ["heavy tails (Laplace)", times(20_000, () => Math.sign(noise() - 0.5) * Math.log(1 - noise())), 0.002],
    ["heavier tails (Student, three degrees)", times(20_000, () => student(3)), 0.008],
    ["a drift", times(20_000, (i) => gaussian(20 + i * 0.005, 0.5)), 0.005],
    ["day and night", times(14_400, (i) => gaussian(daily(15, 8, i), 0.3)), 0.005],
    [
      "day and night, read rarely",
      times(5_000, (i) => gaussian(15 + 8 * Math.sin((2 * Math.PI * i) / 96), 0.3)),
      0.005,
    ],
    ["day and night without noise", times(14_400, (i) => daily(0, 8, i)), 0.005],
    ["day and night in steps of a half", times(14_400, (i) => Math.round(2 * daily(20, 1.5, i)) / 2), 0.005],
    ["day and night in whole numbers", times(14_400, (i) => Math.round(daily(20, 3, i))), 0.005],
    [
      "daylight in whole lux, with clouds",
      times(14_400, (i) => Math.round(Math.max(0, daily(0, 500, i)) * gaussian(1, 0.1))),
      0.01,
    ],
    ["a pump that runs a tenth of the time", times(20_000, (i) => gaussian(i % 100 < 10 ? 80 : 5, 0.5)), 0.005],
    ["one value", times(5_000, () => 21.5), 0],
    ["zero", times(5_000, () => 0), 0],
    ["a step of the sensor now and then", times(5_000, (i) => (i % 97 === 96 ? 21.5 : 21)), 0],
    ["zero and now and then one", times(5_000, (i) => (i % 40 === 39 ? 1 : 0)), 0],
    ["steps of a tenth", times(20_000, () => Math.round(gaussian(21, 0.1) * 10) / 10), 0.005],
    ["whole numbers", times(20_000, () => Math.round(gaussian(45, 0.4))), 0.005],
    ["from one value to another and back", times(5_000, (i) => (i % 2 === 0 ? 0 : 100)), 0],
    ["two values, the one in every fourth reading", times(20_000, () => (noise() < 0.25 ? 25 : 20)), 0.005],
    ["two values by turns, for a while each", times(5_000, (i) => (i % 10 < 5 ? 0 : 100)), 0],
  ])("%s", (_, values, most) => {
    expect(run(values).share).toBeLessThanOrEqual(most);
  });

  it("latencies of an answer that is now and then made anew: a second habit is learned", () => {
    const cold = times(20_000, () => (noise() < 0.15 ? 400 : 50) * Math.exp(0.2 * normal(noise)));
    expect(run(cold, judgeLatency).share).toBeLessThan(0.01);
  });

  it("latencies too, lognormal as they are", () => {
    const latencies = (median: number, deviation: number) =>
      times(20_000, () => median * Math.exp(deviation * normal(noise)));
    for (const deviation of [0.02, 0.3, 0.8]) {
      for (const median of [3, 80, 2_000]) {
        expect(run(latencies(median, deviation), judgeLatency).share).toBeLessThan(0.01);
      }
    }
  });

  it("nothing is unusual, and nothing expected, before there were enough readings", () => {
    const { verdicts } = run(times(WARM_UP_READINGS, (i) => 10 ** i));
    expect(verdicts.every(({ isAnomaly, expected }) => !isAnomaly && expected === null)).toBe(true);
  });
});

describe("what leaves the band is found", () => {
  it.each([
    [20, 1],
    [0, 1],
    [1_000, 0.2],
    [0.002, 0.00005],
  ])("spikes of ten deviations, of %d with %d", (mean, deviation) => {
    const isSpike = (i: number) => i > 500 && i % 50 === 0;
    const side = (i: number) => (i % 100 === 0 ? 10 : -10);
    const values = times(50_000, (i) => gaussian(mean + (isSpike(i) ? side(i) * deviation : 0), deviation));
    const { anomalies } = run(values);
    const spikes = values.flatMap((_, i) => (isSpike(i) ? [i] : []));
    const found = anomalies.filter(isSpike);
    expect(found.length / spikes.length).toBeGreaterThan(0.99);
    expect((anomalies.length - found.length) / values.length).toBeLessThan(0.005);
  });

  it.each([
    [21, 25],
    [21, 0],
    [0, 100],
    [-40, 40],
    [1e-3, 5],
  ])("a jump of what was constant, from %d to %d", (from, to) => {
    expect(run([...times(500, () => from), to]).anomalies).toEqual([500]);
  });

  it("an outlier in each hundred readings of a constant series, to the last", () => {
    const values = times(50_000, (i) => (i % 100 === 99 ? 90 : 20));
    expect(run(values).anomalies).toEqual(times(500, (i) => i * 100 + 99));
  });

  it("each of a burst of twenty, and a spike soon after it", () => {
    const usual = (count: number) => times(count, () => gaussian(20, 1));
    const { anomalies } = run([...usual(1_000), ...times(20, () => gaussian(60, 1)), ...usual(50), 32]);
    expect(anomalies).toEqual([...times(20, (i) => 1_000 + i), 1_070]);
  });

  it("a spike soon after outliers within the warm-up", () => {
    const values = times(301, (i) => (i < 10 && i % 3 === 0 ? 500 : gaussian(20, 1)));
    expect(run([...values, 40]).anomalies).toEqual([301]);
  });

  it("a slow answer is, a fast one is not", () => {
    const { band } = run(
      times(1_000, () => 80 * Math.exp(0.2 * normal(noise))),
      judgeLatency,
    );
    expect(judgeLatency(band, 800).isAnomaly).toBe(true);
    expect(judgeLatency(band, 1).isAnomaly).toBe(false);
  });

  it("a few milliseconds more are nothing, also where answers take one", () => {
    const { band } = run(
      times(1_000, () => 1),
      judgeLatency,
    );
    expect(judgeLatency(band, 20).isAnomaly).toBe(false);
    expect(judgeLatency(band, 60).isAnomaly).toBe(true);
  });

  it("what is expected holds what is usual", () => {
    const { verdicts } = run(times(1_000, () => gaussian(20, 1)));
    expect(verdicts.at(-1)?.expected?.low).toBeCloseTo(15, -0.7);
    expect(verdicts.at(-1)?.expected?.high).toBeCloseTo(25, -0.7);
    const { expected } = judgeLatency(
      run(
        times(1_000, () => 100),
        judgeLatency,
      ).band,
      100,
    );
    expect(expected?.low).toBeCloseTo(67, 0);
    expect(expected?.high).toBeCloseTo(150, 0);
  });
});

describe("what lasts becomes usual", () => {
  it.each<[string, (mean: number) => number, number, number, number]>([
    ["ten deviations further", (mean) => gaussian(mean, 1), 20, 30, 60],
    ["a hundred deviations further", (mean) => gaussian(mean, 1), 20, 120, 52],
    ["a thousand deviations further", (mean) => gaussian(mean, 1), 20, 1_020, 52],
    ["constant before and after", (mean) => mean, 20, 100, 52],
    ["down to zero, constant", (mean) => mean, 100, 0, 52],
  ])("%s", (_, sample, before, after, readings) => {
    const { anomalies } = run([...times(2_000, () => sample(before)), ...times(4_000, () => sample(after))]);
    expect(anomalies[0]).toBe(2_000);
    expect(anomalies.at(-1)).toBeLessThan(2_000 + readings);
  });

  it("answers that take ten times as long, within sixty checks; and the way back is no anomaly", () => {
    const around = (median: number, count: number) => times(count, () => median * Math.exp(0.2 * normal(noise)));
    const values = [...around(80, 1_000), ...around(800, 1_000), ...around(80, 1_000)];
    const { anomalies } = run(values, judgeLatency);
    expect(anomalies.length).toBeGreaterThan(10);
    expect(anomalies.at(-1)).toBeLessThan(1_060);
  });

  it("a band that has just been learned stands five outliers, and no more", () => {
    const usual = times(WARM_UP_READINGS, () => gaussian(20, 1));
    const { anomalies } = run([...usual, ...times(5, () => 90), 20, 21, 90, 90]);
    expect(anomalies).toEqual([...times(5, (i) => WARM_UP_READINGS + i), WARM_UP_READINGS + 7]);
  });

  it("one outlier as the very first reading spoils nothing beyond the warm-up", () => {
    const values = times(WARM_UP_READINGS + 1, (i) => (i === 0 ? 1_000_000 : gaussian(20, 1)));
    expect(run([...values, 32]).anomalies).toEqual([WARM_UP_READINGS + 1]);
  });

  it("after a shift the band is as narrow as before", () => {
    const { band } = run([...times(1_000, () => gaussian(20, 1)), ...times(2_000, () => gaussian(500, 1))]);
    expect(judgeReading(band, 510).isAnomaly).toBe(true);
    expect(judgeReading(band, 502).isAnomaly).toBe(false);
  });
});

describe("numbers stay numbers", () => {
  const extremes = [
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    0,
    -0,
    Infinity,
    -Infinity,
    Number.NaN,
    1e300,
    1,
  ];

  it.each([
    ["readings", judgeReading],
    ["latencies", judgeLatency],
  ])("%s", (_, judge) => {
    const { verdicts } = run(
      times(20_000, () => extremes[Math.floor(noise() * extremes.length)] ?? 0),
      judge,
    );
    const numbers = verdicts.flatMap(({ band, expected }) => [
      band.center,
      band.spread,
      expected?.low ?? 0,
      expected?.high ?? 0,
    ]);
    expect(numbers.every((number) => Number.isFinite(number))).toBe(true);
  });

  it("what is no number says nothing, also as the first reading", () => {
    const { band } = run([1, 2, 3]);
    expect(judgeReading(band, Number.NaN)).toEqual({ band, isAnomaly: false, expected: null });
    expect(run([Number.NaN, 5, 5]).band).toEqual({ readings: 2, center: 5, spread: 0 });
  });

  it("a band speaks for few enough readings to be overthrown within fifty", () => {
    expect(run(times(12_000, () => 1)).band?.readings).toBe(WARM_UP_READINGS + 50 * 9);
  });

  it("single precision is enough for latencies", () => {
    let band: Band | null = null;
    let anomalies = 0;
    for (let i = 0; i < 20_000; i++) {
      const verdict: Verdict = judgeLatency(band, gaussian(100, 0.01));
      band = { ...verdict.band, center: Math.fround(verdict.band.center), spread: Math.fround(verdict.band.spread) };
      anomalies += Number(verdict.isAnomaly);
    }
    expect(anomalies).toBe(0);
  });
});
