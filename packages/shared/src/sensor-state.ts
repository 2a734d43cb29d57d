import { judgeReading, type Band } from "./anomaly.ts";
import { beginsAnomaly, countAnomaly, endsAnomaly, type AnomalyStanding } from "./anomaly-streak.ts";

export type Breach = "above" | "below";

/** What people want to hear of a sensor. */
export type SensorRules = {
  unit: string;
  above: number | null;
  below: number | null;
  hysteresis: number;
  minDurationS: number;
  alertsOnAnomaly: boolean;
};

/** What is known of a sensor from its readings so far. */
export type SensorStanding = {
  /** The bound that the last value crosses, and since when. */
  breach: Breach | null;
  breachSince: Date | null;
  isThresholdOpen: boolean;
  band: Band | null;
  anomaly: AnomalyStanding;
  /** When the last reading was taken. */
  lastAt: Date | null;
};

/** An incident that begins or ends. */
export type SensorTransition =
  | { kind: "threshold" | "anomaly"; type: "begins"; startedAt: Date; at: Date; detail: string }
  | { kind: "threshold" | "anomaly"; type: "ends"; at: Date };

export type Judgement = { next: SensorStanding; isAnomaly: boolean; transitions: SensorTransition[] };

/** The bound that a value crosses. One that is crossed already is left only where the value is back by the hysteresis. */
export function breachOf(
  previous: Breach | null,
  value: number,
  { above, below, hysteresis }: Pick<SensorRules, "above" | "below" | "hysteresis">,
): Breach | null {
  if (above !== null && value > (previous === "above" ? above - hysteresis : above)) return "above";
  if (below !== null && value < (previous === "below" ? below + hysteresis : below)) return "below";
  return null;
}

/**
 * The bound that is crossed once readings were corrected or deleted: what crossed it may be gone. One that was not crossed
 * is judged by the last value alone.
 * @param values the last ones, the oldest first
 * @param isWhole are these all that there are?
 */
export function breachAfterCorrection(
  previous: Breach | null,
  values: readonly number[],
  rules: Pick<SensorRules, "above" | "below" | "hysteresis">,
  isWhole: boolean,
): Breach | null {
  const known = previous === null ? values.slice(-1) : values;
  return known.reduce<Breach | null>((breach, value) => breachOf(breach, value, rules), isWhole ? null : previous);
}

/** Judges the next reading of a sensor, which is none older than the one before it. */
export function judgeNext(
  standing: SensorStanding,
  rules: SensorRules,
  { value, at }: { value: number; at: Date },
): Judgement {
  const { band, isAnomaly, expected } = judgeReading(standing.band, value);
  const anomaly = { ...standing.anomaly, streak: countAnomaly(standing.anomaly.streak, isAnomaly) };
  const opened: SensorTransition[] = [];
  if (expected !== null && beginsAnomaly(anomaly, rules.alertsOnAnomaly)) {
    anomaly.isOpen = true;
    const usual = `${words(expected.low, rules)} to ${words(expected.high, rules)}`;
    const detail = `The value ${words(value, rules)} is unusual; ${usual} would be usual.`;
    opened.push({ kind: "anomaly", type: "begins", startedAt: standing.lastAt ?? at, at, detail });
  }
  const later = judgeNow({ ...standing, band, anomaly, lastAt: at }, rules, { value, at });
  return { next: later.next, isAnomaly, transitions: [...opened, ...later.transitions] };
}

/**
 * What of a sensor changes by time or by its rules alone, no reading needed: a breach has lasted long enough, a bound
 * was moved, anomalies are no longer asked for.
 * @param last the last value, null where none is left, and the time until which it is known to hold
 */
export function judgeNow(
  standing: SensorStanding,
  rules: SensorRules,
  { value, at }: { value: number | null; at: Date },
): Omit<Judgement, "isAnomaly"> {
  const breach = value === null ? null : breachOf(standing.breach, value, rules);
  const breachSince = breach && (standing.breachSince ?? at);
  const next = { ...standing, breach, breachSince };
  const transitions: SensorTransition[] = [];
  if (breach === null && standing.isThresholdOpen) {
    next.isThresholdOpen = false;
    transitions.push({ kind: "threshold", type: "ends", at });
  }
  if (value !== null && breach !== null && breachSince !== null && !standing.isThresholdOpen) {
    const lastsAt = new Date(breachSince.getTime() + rules.minDurationS * 1_000);
    if (lastsAt <= at) {
      next.isThresholdOpen = true;
      const detail = describeBreach(breach, value, rules);
      transitions.push({ kind: "threshold", type: "begins", startedAt: breachSince, at: lastsAt, detail });
    }
  }
  if (value === null ? standing.anomaly.isOpen : endsAnomaly(standing.anomaly, rules.alertsOnAnomaly)) {
    next.anomaly = { ...standing.anomaly, isOpen: false };
    transitions.push({ kind: "anomaly", type: "ends", at });
  }
  return { next, transitions };
}

function describeBreach(breach: Breach, value: number, rules: SensorRules): string {
  const crossed = rules[breach];
  return `The value ${words(value, rules)} is ${breach} ${crossed === null ? "its bound" : words(crossed, rules)}.`;
}

function words(value: number, { unit }: SensorRules): string {
  return `${Number(value.toPrecision(6))}${unit === "" ? "" : ` ${unit}`}`;
}

/** What is wrong with bounds that somebody wants; null: nothing. */
export function findBoundsProblem({
  above,
  below,
  hysteresis,
}: Pick<SensorRules, "above" | "below" | "hysteresis">): { field: string; detail: string } | null {
  if (above === null || below === null) return null;
  if (above <= below) return { field: "above", detail: `must be more than below (${below})` };
  if (hysteresis < above - below) return null;
  return { field: "hysteresis", detail: `must be less than above - below (${above - below})` };
}
