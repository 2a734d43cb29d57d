import { describe, expect, it } from "vitest";
import { decideLatency, type LatencyState } from "./latency-state.ts";

/** A monitor whose answers take around 80 ms, and what the given ones make of it. */
function story(latencies: readonly number[], alertsOnAnomaly = true) {
  const usual = Array.from({ length: 200 }, (_, i) => 75 + (i % 11));
  let state: LatencyState = { band: null, lastGood: null, isAnomalyOpen: false, alertsOnAnomaly };
  const decisions = [...usual, ...latencies].map((latencyMs, minute) => {
    const at = new Date(minute * 60_000);
    const decision = decideLatency(state, { latencyMs, what: "answer" });
    const isAnomalyOpen = decision.transition ? decision.transition.kind === "begins" : state.isAnomalyOpen;
    state = { ...state, band: decision.band, lastGood: { latencyMs, at }, isAnomalyOpen };
    return decision;
  });
  return decisions.slice(usual.length);
}

const kinds = (latencies: readonly number[], alerts?: boolean) =>
  story(latencies, alerts).map(({ isAnomaly, transition }) => transition?.kind ?? (isAnomaly ? "unusual" : "usual"));

describe("an incident of unusual latencies", () => {
  it("takes two in a row, and the next usual one ends it", () => {
    expect(kinds([80, 900, 900, 900, 80, 80])).toEqual(["usual", "unusual", "begins", "unusual", "ends", "usual"]);
  });

  it("is not opened by one alone, however often", () => {
    expect(kinds([900, 80, 900, 80])).toEqual(["unusual", "usual", "unusual", "usual"]);
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
    const state = { lastGood: null, isAnomalyOpen: true, alertsOnAnomaly: false };
    const next = decideLatency({ ...state, band: opened?.band ?? null }, { latencyMs: 900, what: "run" });
    expect(next).toMatchObject({ isAnomaly: true, transition: { kind: "ends" } });
  });
});
