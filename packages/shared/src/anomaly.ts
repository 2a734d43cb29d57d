/**
 * What is usual of one series, in three numbers and without its history.
 *
 * `center` follows the median and `spread` the distance from it that nine of ten readings keep, both by stochastic
 * approximation (Robbins, Monro: "A stochastic approximation method", Ann. Math. Statist. 22, 1951): a reading above an
 * estimate of the quantile q raises it by rate * q, one below lowers it by rate * (1 - q). Steps go by the side, not by
 * the size of a deviation, so that no outlier weighs more than its neighbour (Ma, Muthukrishnan, Sandler: "Frugal
 * streaming for estimating quantiles", 2013), and are scaled by the spread. The center's steps shrink with deviations
 * below the spread (Huber: "Robust estimation of a location parameter", 1964). Of latencies both are logarithms.
 */
export type Band = {
  /** How many readings speak for the band, up to 510: each one outside takes back what nine inside gave. */
  readings: number;
  center: number;
  /** 0 while all readings were the same. */
  spread: number;
};

export type Verdict = {
  /** The band after this reading. */
  band: Band;
  isAnomaly: boolean;
  /** What would have been usual; null while that is learned. */
  expected: { low: number; high: number } | null;
};

/** So many readings are not judged. */
export const WARM_UP_READINGS = 60;
/** Among so many, a spread that is too wide is put right at once: the first reading may have been the outlier. */
const FIRST_READINGS = 8;
/** So many readings outside in a row overthrow a band that has just been learned, or was long at rest. */
const FIRST_PATIENCE = 5;
const PATIENCE = 50;
const USUAL_SHARE = 0.9;
/** What is outside more often than one time in ten is usual, and the band was learned wrongly. */
const COST_OF_OUTSIDE = 9;
const MOST_READINGS = WARM_UP_READINGS + PATIENCE * COST_OF_OUTSIDE;
/** Half a band in spreads: 4.9 standard deviations of a Gaussian, whose nine of ten lie within 1.645. */
const REACH = 3;

const CENTER_RATE = 0.05;
const SPREAD_RATE = 0.01;
/** Less is nothing, more is as much: so any reading leaves a band that single precision can hold. */
const NEGLIGIBLE = 1e-9;
const LARGEST = 1e37;
const LONGEST_MS = 1e9;
/** Sensors count in steps of 1, 1/2, 1/4, 1/5, 1/10, 1/16 ... of their unit. */
const STEPS_PER_UNIT = [1, 2, 4, 5, 10, 16, 20, 50, 100, 1_000];

/** Judges a sensor's reading by the band of those before it. Either side of the band is an anomaly. */
export function judgeReading(band: Band | null, value: number): Verdict {
  return judge(band, clamp(value, -LARGEST, LARGEST), tolerateReading);
}

/** Judges how long a good check took, by logarithms, of which latencies are nearly symmetric. Only slower is unusual. */
export function judgeLatency(band: Band | null, latencyMs: number): Verdict {
  const latency = Math.log(clamp(latencyMs, 1, LONGEST_MS));
  const { band: next, expected } = judge(band, latency, tolerateLatency);
  if (expected === null) return { band: next, isAnomaly: false, expected };
  const { low, high } = expected;
  return { band: next, isAnomaly: latency > high, expected: { low: Math.exp(low), high: Math.exp(high) } };
}

/** A thousandth of the center, and from a series that stood still so far its smallest step. */
function tolerateReading({ center, spread }: Band, value: number): number {
  const step = spread === 0 ? 1.2 * stepBetween(center, value) : 0;
  return Math.max(Math.abs(center) / 1_000, NEGLIGIBLE, step);
}

/** Nobody minds half as long again, nor 25 ms. */
function tolerateLatency({ center }: Band): number {
  return Math.max(Math.log(1.5), Math.log1p(25 * Math.exp(-center)));
}

/** The largest usual step of which both values are multiples; 0 without one. */
function stepBetween(a: number, b: number): number {
  const perUnit = STEPS_PER_UNIT.find((n) => Math.round(a * n) / n === a && Math.round(b * n) / n === b);
  return perUnit === undefined ? 0 : 1 / perUnit;
}

function judge(known: Band | null, value: number, tolerate: (band: Band, value: number) => number): Verdict {
  const band = known ?? { readings: 0, center: 0, spread: 0 };
  const unjudged = { isAnomaly: false, expected: null };
  if (Number.isNaN(value)) return { band, ...unjudged };
  if (band.readings === 0) return { band: startAt(value), ...unjudged };
  const { readings, center, spread } = band;
  const reach = Math.max(REACH * spread, tolerate(band, value));
  const isOutside = Math.abs(value - center) > reach;

  const isWarm = readings >= WARM_UP_READINGS;
  // What stood still since it began has a band as well: itself. One jump must not teach it to expect jumps.
  const isFirm = isWarm || (spread === 0 && readings >= FIRST_READINGS);
  const least = isWarm ? WARM_UP_READINGS : FIRST_READINGS;
  const next = isOutside && isFirm ? resist(band, value, least) : takeIn(band, value);
  if (!isWarm) return { band: next, ...unjudged };
  return { band: next, isAnomaly: isOutside, expected: { low: center - reach, high: center + reach } };
}

function startAt(value: number): Band {
  return { readings: 1, center: orNothing(value), spread: 0 };
}

/** By a reading outside, the band only widens a little: else a second habit, such as a pump's, would never be known. */
function resist(band: Band, value: number, least: number): Band {
  const readings = band.readings - COST_OF_OUTSIDE;
  if (readings < least) return startAt(value);
  return { readings, center: band.center, spread: band.spread * (1 + rateOf(SPREAD_RATE, band) * USUAL_SHARE) };
}

function takeIn(band: Band, value: number): Band {
  const deviation = value - band.center;
  const longestStep = band.spread || Math.abs(deviation);
  const isLearned = band.readings === WARM_UP_READINGS - 1;
  const readings = band.readings + 1 + (isLearned ? FIRST_PATIENCE * COST_OF_OUTSIDE : 0);
  return {
    readings: Math.min(readings, MOST_READINGS),
    center: orNothing(band.center + rateOf(CENTER_RATE, band) * clamp(deviation, -longestStep, longestStep)),
    spread: orNothing(spreadAfter(band, Math.abs(deviation))),
  };
}

function spreadAfter(band: Band, distance: number): number {
  const { readings, spread } = band;
  if (spread === 0 || (readings < FIRST_READINGS && distance < spread)) return distance;
  const rate = rateOf(SPREAD_RATE, band);
  if (distance > spread) return spread * (1 + rate * USUAL_SHARE);
  // A series that stands still says little about how far it goes when it moves.
  const weight = distance < spread / 10 ? 0.1 : 1;
  return spread * (1 - rate * (1 - USUAL_SHARE) * weight);
}

/** Fast at first, then slow for good, to follow what changes. */
function rateOf(lasting: number, { readings }: Band): number {
  return Math.min(1, Math.max(lasting, 5 / readings));
}

function orNothing(value: number): number {
  return Math.abs(value) < NEGLIGIBLE ? 0 : value;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
