/**
 * What is usual of one series, in three numbers: a running median (`center`) and a running median of the absolute
 * deviations from it (`spread`), and how many readings have formed them. Of latencies both are on the log scale.
 */
export type Band = { readings: number; center: number; spread: number };

/** `expected`: what would have been usual; null while the band is still warming up. */
export type Verdict = { band: Band; isAnomaly: boolean; expected: { low: number; high: number } | null };

/** Until so many readings nothing is unusual. */
export const WARM_UP_READINGS = 30;

/** Beyond it a series is as old as any; the count fits a small column. */
const MOST_READINGS = 10_000;

/** Half a band's width in spreads: five standard deviations of normal noise, of which 1.4826 spreads are one. */
const WIDTH = 5 * 1.4826;

/** How far one reading moves center and spread, in spreads. The first ones move them further. */
const STEP = 0.02;
const FIRST_STEP = 0.5;

/**
 * How much a reading says of the spread. Outside the band more, so that a series that alternates between two far
 * values wins; next to the center less, and at it next to nothing, so that it may mostly stay and often leave.
 */
const WEIGHTS = { outside: 1.5, inside: 1, near: 0.5, same: 0.1 };

/** No sum of values in these bounds overflows. */
const MOST = 1e300;

/** The narrowest half band: of a series that has noise, and of one that repeats itself, whose steps nobody knows. */
type Floors = { noisy: (center: number) => number; repeating: (center: number) => number };

const OF_READINGS: Floors = {
  noisy: (center) => Math.max(0.001 * Math.abs(center), 1e-9),
  repeating: (center) => Math.max(0.03 * Math.abs(center), 1.5),
};

/** On the log scale: half as long again is usual. */
const OF_LATENCIES: Floors = { noisy: () => Math.log(1.5), repeating: () => Math.log(1.5) };

/** Ten times as long is nothing where both are a few milliseconds. */
const LATENCY_MARGIN_MS = 25;
const LEAST_LATENCY_MS = 0.01;

/** Judges a sensor's reading by the band before it, which is null for the first one, and moves the band on. */
export function judgeReading(band: Band | null, value: number): Verdict {
  return judge(band, value, OF_READINGS);
}

/** Judges how long a good check took. Only slower is unusual. */
export function judgeLatency(band: Band | null, latencyMs: number): Verdict {
  const { band: next, expected } = judge(band, Math.log(Math.max(latencyMs, LEAST_LATENCY_MS)), OF_LATENCIES);
  if (expected === null || band === null) return { band: next, isAnomaly: false, expected: null };
  const high = Math.max(toLatencyMs(expected.high), toLatencyMs(band.center) + LATENCY_MARGIN_MS);
  return { band: next, isAnomaly: latencyMs > high, expected: { low: toLatencyMs(expected.low), high } };
}

function toLatencyMs(logarithm: number): number {
  return Math.min(Math.exp(logarithm), MOST);
}

function judge(known: Band | null, reading: number, floors: Floors): Verdict {
  const value = clamp(reading, -MOST, MOST);
  const band = known ?? { readings: 0, center: 0, spread: 0 };
  if (Number.isNaN(value)) return { band, isAnomaly: false, expected: null };
  if (band.readings === 0) {
    return {
      band: { readings: 1, center: value, spread: floors.repeating(value) / WIDTH },
      isAnomaly: false,
      expected: null,
    };
  }
  const isOutside = Math.abs(value - band.center) > WIDTH * band.spread;
  const next =
    isOutside && band.readings < WARM_UP_READINGS ? stretched(band, value) : moved(band, value, isOutside, floors);
  if (band.readings < WARM_UP_READINGS) return { band: next, isAnomaly: false, expected: null };
  const expected = { low: band.center - WIDTH * band.spread, high: band.center + WIDTH * band.spread };
  return { band: next, isAnomaly: isOutside, expected };
}

/** So early a reading outside the band tells that the band is wrong, not the reading. */
function stretched(band: Band, value: number): Band {
  return {
    readings: band.readings + 1,
    center: (band.center + value) / 2,
    spread: Math.abs(value - band.center) / 2,
  };
}

/** Both go towards the reading, however far it is, by a step that the spread bounds. */
function moved({ readings, center, spread }: Band, value: number, isOutside: boolean, floors: Floors): Band {
  const step = clamp(2 / readings, STEP, FIRST_STEP);
  const deviation = Math.abs(value - center);
  const isWithinStep = deviation <= step * spread;
  const nextCenter = isWithinStep ? value : center + Math.sign(value - center) * step * spread;
  const place = isOutside ? "outside" : !isWithinStep ? "inside" : deviation > 0 ? "near" : "same";
  // A value that repeats itself says nothing of the noise: its deviation of zero would close the band.
  const sample = place === "same" ? floors.repeating(center) / WIDTH : deviation;
  const growth = Math.sign(sample - spread) * step * WEIGHTS[place];
  return {
    readings: Math.min(readings + 1, MOST_READINGS),
    center: nextCenter,
    spread: clamp(spread * Math.exp(growth), floors.noisy(nextCenter) / WIDTH, MOST),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
