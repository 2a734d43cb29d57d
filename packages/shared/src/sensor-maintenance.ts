import type { Judgement, SensorStanding } from "./sensor-state.ts";

/**
 * What of a judgement holds during maintenance: incidents end as ever and none begins. A bound that is crossed counts
 * from the maintenance's end on, unusual values not at all.
 */
export function holdBack(
  before: SensorStanding,
  { next, transitions }: Omit<Judgement, "isAnomaly">,
  at: Date,
): Omit<Judgement, "isAnomaly"> {
  const { isThresholdOpen, anomaly } = before;
  return {
    next: {
      ...next,
      isThresholdOpen: isThresholdOpen && next.isThresholdOpen,
      breachSince: isThresholdOpen ? next.breachSince : next.breach && at,
      anomaly: anomaly.isOpen ? next.anomaly : anomaly,
    },
    transitions: transitions.filter(({ type }) => type === "ends"),
  };
}
