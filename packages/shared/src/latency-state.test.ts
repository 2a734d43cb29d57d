import { describe, expect, it } from "vitest";
import { USUAL_UNTIL_ENDED } from "./anomaly-streak.ts";
import { decideLatency, skipLatency, type LatencyDecision, type LatencyState } from "./latency-state.ts";

/** A monitor whose answers take around 80 ms, and what the given ones make of it; null: a failed check. */
function story(latencies: readonly (number | null)[], alertsOnAnomaly = true) {
  const usual = Array.from({ length: 200 }, (_, i) => 75 + (i % 11));
  let state: LatencyState = { band: null, anomaly: { streak: 0, isOpen: false }, alertsOnAnomaly };
  let lastCheckedAt: Date | null = null;
  const decisions = [...usual, ...latencies].map((latencyMs, minute): LatencyDecision => {
    const at = new Date(minute * 60_000);
    const what = "answer" as const;
    const decision =
      latencyMs === null ? skipLatency(state) : decideLatency(state, { latencyMs, what, at, lastCheckedAt });
    const isOpen = decision.transition ? decision.transition.kind === "begins" : state.anomaly.isOpen;
    state = { ...state, band: decision.band, anomaly: { streak: decision.streak, isOpen } };
    lastCheckedAt = at;
    return decision;
  });
  return decisions.slice(usual.length);
}

const kinds = (latencies: readonly (number | null)[], alerts?: boolean) =>
  story(latencies, alerts).map(({ isAnomaly, transition }) => transition?.kind ?? (isAnomaly ? "unusual" : "usual"));

describe("an incident of unusual latencies", () => {
  it("takes two in a row, and five usual ones in a row end it", () => {
    const ended = [80, 80, 80, 80, 80];
    expect(ended).toHaveLength(USUAL_UNTIL_ENDED);
    expect(kinds([80, 900, 900, 900])).toEqual(["usual", "unusual", "begins", "unusual"]);
    const closing = Array.from(ended.slice(1), () => "usual");
    expect(kinds([900, 900, 80, 900, ...ended, 80]).slice(2)).toEqual([
      "usual",
      "unusual",
      ...closing,
      "ends",
      "usual",
    ]);
  });

  it("is not opened by one alone, however often, nor by two with a failure between them", () => {
    expect(kinds([900, 80, 900, 80])).toEqual(["unusual", "usual", "unusual", "usual"]);
    expect(kinds([900, null, 900])).toEqual(["unusual", "usual", "unusual"]);
  });

  it("is opened only where somebody wants to hear of it; marked they are all the same", () => {
    expect(kinds([900, 900, 900], false)).toEqual(["unusual", "unusual", "unusual"]);
  });

  it("began with the first of the two, and says what was usual", () => {
    expect(story([900, 812.4])[1]?.transition).toEqual({
      kind: "begins",
      startedAt: new Date(200 * 60_000),
      detail: expect.stringMatching(/^The answer took 812 ms; usual are \d\d ms to 1\d\d ms\.$/),
    });
  });

  it("ends where nobody wants to hear of it any more", () => {
    const [, opened] = story([900, 900]);
    const anomaly = { streak: 2, isOpen: true };
    const next = decideLatency(
      { band: opened?.band ?? null, anomaly, alertsOnAnomaly: false },
      { latencyMs: 900, what: "run", at: new Date(), lastCheckedAt: null },
    );
    expect(next).toMatchObject({ isAnomaly: true, transition: { kind: "ends" } });
  });
});
