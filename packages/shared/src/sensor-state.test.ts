import { describe, expect, test } from "vitest";
import { WARM_UP_READINGS } from "./anomaly.ts";
import { USUAL_UNTIL_ENDED } from "./anomaly-streak.ts";
import {
  breachAfterCorrection,
  breachOf,
  findBoundsProblem,
  judgeNext,
  judgeNow,
  type SensorRules,
  type SensorStanding,
} from "./sensor-state.ts";

const NEW: SensorStanding = {
  breach: null,
  breachSince: null,
  isThresholdOpen: false,
  band: null,
  anomaly: { streak: 0, isOpen: false },
  lastAt: null,
};
const RULES: SensorRules = {
  unit: "°C",
  above: 30,
  below: 10,
  hysteresis: 2,
  minDurationS: 0,
  alertsOnAnomaly: false,
};
const at = (s: number) => new Date(Date.UTC(2026, 0, 1) + s * 1_000);

/** Tells a story of values, one a second; what came of each is one word a transition. */
function tell(values: readonly number[], rules: SensorRules, from = NEW) {
  let standing = from;
  const said = values.map((value, i) => {
    const { next, transitions } = judgeNext(standing, rules, { value, at: at(i) });
    standing = next;
    return transitions.map(({ kind, type }) => `${kind} ${type}`).join(", ");
  });
  return { said, standing };
}

describe("bounds", () => {
  test.each([
    ["inside, on the bound, beyond it", [20, 30, 30.5], ["", "", "threshold begins"]],
    ["back inside, but not by the hysteresis", [31, 29, 28.5, 28], ["threshold begins", "", "", "threshold ends"]],
    ["below as above", [9.9, 11.9, 12], ["threshold begins", "", "threshold ends"]],
    ["from one side to the other is one incident", [31, 5, 20], ["threshold begins", "", "threshold ends"]],
    ["begins anew", [31, 20, 31], ["threshold begins", "threshold ends", "threshold begins"]],
  ])("%s", (_story, values, said) => expect(tell(values, RULES).said).toEqual(said));

  test("a breach opens once it has lasted, and counts from its first reading", () => {
    const slow = { ...RULES, minDurationS: 2 };
    expect(tell([31, 31, 20, 31, 31, 31], slow).said).toEqual(["", "", "", "", "", "threshold begins"]);
    const { standing } = tell([31], slow);
    const last = { value: 31, at: at(1.9) };
    expect(judgeNow(standing, slow, last).transitions).toEqual([]);
    expect(judgeNow(standing, slow, { value: 31, at: at(7) }).transitions).toEqual([
      { kind: "threshold", type: "begins", startedAt: at(0), at: at(2), detail: "The value 31 °C is above 30 °C." },
    ]);
  });

  test("a bound that is taken away ends what it began", () => {
    const { standing } = tell([31], RULES);
    const { next, transitions } = judgeNow(standing, { ...RULES, above: null }, { value: 31, at: at(5) });
    expect(transitions).toEqual([{ kind: "threshold", type: "ends", at: at(5) }]);
    expect(next).toMatchObject({ breach: null, breachSince: null, isThresholdOpen: false });
  });

  test("without any value left, nothing is crossed and every incident ends", () => {
    const { standing } = tell([31], { ...RULES, alertsOnAnomaly: true });
    const open = { ...standing, anomaly: { streak: 2, isOpen: true } };
    const { next, transitions } = judgeNow(open, { ...RULES, alertsOnAnomaly: true }, { value: null, at: at(5) });
    expect(transitions.map(({ kind, type }) => `${kind} ${type}`)).toEqual(["threshold ends", "anomaly ends"]);
    expect(next).toMatchObject({ breach: null, breachSince: null, isThresholdOpen: false, anomaly: { isOpen: false } });
  });

  test.each([
    ["the only value that crossed it is gone", "above", [20, 29], true, null],
    ["another one had crossed it before", "above", [20, 31, 29], true, "above"],
    ["the last value crosses the other bound", "above", [31, 5], true, "below"],
    ["what crossed it was too long ago to be seen", "above", [29, 29], false, "above"],
    ["none was crossed: the last value alone says so", null, [31, 29], true, null],
    ["the last value was corrected to one beyond", null, [20, 31], true, "above"],
    ["no value is left", "above", [], true, null],
  ] as const)("after a correction: %s", (_story, previous, values, isWhole, breach) =>
    expect(breachAfterCorrection(previous, values, RULES, isWhole)).toBe(breach),
  );

  test("without bounds nothing is crossed", () => {
    expect(breachOf(null, 1e300, { above: null, below: null, hysteresis: 0 })).toBeNull();
  });

  test.each([
    [{ above: 1, below: 1, hysteresis: 0 }, "above"],
    [{ above: 30, below: 10, hysteresis: 20 }, "hysteresis"],
    [{ above: 30, below: 10, hysteresis: 19 }, undefined],
    [{ above: null, below: 10, hysteresis: 500 }, undefined],
  ])("%j", (bounds, field) => expect(findBoundsProblem(bounds)?.field).toBe(field));
});

describe("anomalies", () => {
  const asked = { ...RULES, above: null, below: null, alertsOnAnomaly: true };
  const usual = Array.from({ length: WARM_UP_READINGS }, (_, i) => 20 + (i % 5) / 10);
  const again = Array.from({ length: USUAL_UNTIL_ENDED }, () => 20.2);

  test("two in a row are an incident, and so many usual ones in a row end it", () => {
    const { standing } = tell(usual, asked);
    const { said } = tell([95, 94, 20.1, 95, ...again], asked, standing);
    expect(said).toEqual(["", "anomaly begins", "", "", ...again.slice(1).map(() => ""), "anomaly ends"]);
  });

  test("one alone is none, however often", () => {
    const { standing } = tell(usual, asked);
    expect(tell([95, 20, 95, 20, 95, 20], asked, standing).said.join("")).toBe("");
  });

  test("it began with the first of the two, and says what would be usual", () => {
    const { standing } = tell([...usual, 95], asked);
    expect(judgeNext(standing, asked, { value: 96.5, at: at(99) }).transitions).toEqual([
      {
        kind: "anomaly",
        type: "begins",
        startedAt: at(WARM_UP_READINGS),
        at: at(99),
        detail: expect.stringMatching(
          /^The value 96.5 °C is unusual; 1[89][.\d]* °C to 2[01][.\d]* °C would be usual\.$/,
        ),
      },
    ]);
  });

  test("where nobody asks for alerts, they are marked only", () => {
    const { standing } = tell([...usual, 95], { ...asked, alertsOnAnomaly: false });
    const { isAnomaly, transitions } = judgeNext(
      standing,
      { ...asked, alertsOnAnomaly: false },
      { value: 95, at: at(99) },
    );
    expect([isAnomaly, transitions]).toEqual([true, []]);
  });

  test("no longer asking ends the incident", () => {
    const open = { ...NEW, anomaly: { streak: 1, isOpen: true } };
    const { transitions } = judgeNow(open, { ...asked, alertsOnAnomaly: false }, { value: 1, at: at(1) });
    expect(transitions).toEqual([{ kind: "anomaly", type: "ends", at: at(1) }]);
  });
});
