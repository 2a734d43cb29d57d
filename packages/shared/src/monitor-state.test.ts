import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OUTCOMES, type Outcome } from "./check.ts";
import {
  decide,
  decideInMaintenance,
  needsRecheck,
  NEVER_CHECKED,
  type Decision,
  type MonitorState,
} from "./monitor-state.ts";

const OUTCOME: Record<string, Outcome> = { ok: "ok", fail: "failure", huh: "inconclusive" };

/** Plays a story such as "ok fail fail", a check a second, and answers every decision. */
function play(story: string, threshold = 2, state: MonitorState = NEVER_CHECKED): Decision[] {
  return run(
    story.split(" ").map((word) => OUTCOME[word] ?? "ok"),
    threshold,
    state,
  );
}

function run(outcomes: readonly Outcome[], threshold: number, start: MonitorState = NEVER_CHECKED): Decision[] {
  let state = start;
  return outcomes.map((outcome, second) => {
    const decision = decide(state, outcome, new Date(second * 1_000), threshold);
    state = decision.next;
    return decision;
  });
}

const statuses = (decisions: readonly Decision[]) => decisions.map(({ next }) => next.status).join(" ");
const kinds = (decisions: readonly Decision[]) => decisions.map(({ transition }) => transition?.kind ?? "-").join(" ");

describe("a monitor's story", () => {
  it.each([
    // story, threshold, status after each check, transition at each check
    ["ok", 2, "UP", "-"],
    ["ok fail fail", 2, "UP UP DOWN", "- - DOWN"],
    ["ok fail fail fail fail", 2, "UP UP DOWN DOWN DOWN", "- - DOWN - -"],
    ["ok fail fail ok", 2, "UP UP DOWN UP", "- - DOWN UP"],
    ["ok fail ok fail ok", 2, "UP UP UP UP UP", "- - - - -"],
    ["fail fail", 2, "UNKNOWN DOWN", "- DOWN"],
    ["fail", 1, "DOWN", "DOWN"],
    ["fail fail fail", 3, "UNKNOWN UNKNOWN DOWN", "- - DOWN"],
    ["ok huh", 2, "UP UP", "- -"],
    ["ok huh huh", 2, "UP UP UNKNOWN", "- - -"],
    ["ok huh huh ok", 2, "UP UP UNKNOWN UP", "- - - -"],
    ["huh huh", 2, "UNKNOWN UNKNOWN", "- -"],
    ["fail huh fail", 2, "UNKNOWN UNKNOWN DOWN", "- - DOWN"],
    ["fail fail huh huh huh ok", 2, "UNKNOWN DOWN DOWN DOWN DOWN UP", "- DOWN - - - UP"],
  ])("%s (threshold %i) -> %s, transitions %s", (story, threshold, status, transitions) => {
    const decisions = play(story, threshold);
    expect(statuses(decisions)).toBe(status);
    expect(kinds(decisions)).toBe(transitions);
  });

  it.each([1, 2, 3, 5, 10])("takes %i failures in a row to be DOWN with that threshold, not one fewer", (threshold) => {
    const decisions = run(Array<Outcome>(threshold).fill("failure"), threshold);
    expect(decisions.map(({ transition }) => transition?.kind).indexOf("DOWN")).toBe(threshold - 1);
  });

  it("starts the incident at the first failed check of the streak, not at the one that confirms it", () => {
    expect(play("ok fail huh fail").at(-1)?.transition).toEqual({ kind: "DOWN", startedAt: new Date(1_000) });
  });

  it("forgets a streak that ended: the next incident starts with its own first failure", () => {
    expect(play("fail ok fail fail").at(-1)?.transition).toEqual({ kind: "DOWN", startedAt: new Date(2_000) });
  });

  it("opens one incident even when the threshold is lowered while it is on", () => {
    const down = play("fail fail fail", 3).at(-1)?.next;
    expect(kinds(play("fail fail", 1, down))).toBe("- -");
  });
});

describe("a re-check within seconds", () => {
  it.each([
    ["ok", false],
    ["ok fail", true],
    ["fail", true],
    ["ok fail fail", false],
    ["ok fail fail ok", false],
    ["fail ok", false],
    // Else a monitor that failed once and was blocked ever after would be checked every three seconds for good.
    ["fail huh", false],
  ])("after %s: %s", (story, expected) => {
    const last = play(story).at(-1);
    expect(last && needsRecheck(last.next)).toBe(expected);
  });
});

describe("for any sequence of checks", () => {
  const sequence = fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 200 });
  const threshold = fc.integer({ min: 1, max: 10 });

  it("transitions alternate, DOWN first", () => {
    fc.assert(
      fc.property(sequence, threshold, (outcomes, n) => {
        const told = run(outcomes, n).flatMap(({ transition }) => (transition ? [transition.kind] : []));
        expect(told).toEqual(told.map((_, i) => (i % 2 === 0 ? "DOWN" : "UP")));
      }),
    );
  });

  it("a DOWN comes with the threshold's failure in a row, and an UP with a good check", () => {
    fc.assert(
      fc.property(sequence, threshold, (outcomes, n) => {
        let inARow = 0;
        for (const [i, { transition }] of run(outcomes, n).entries()) {
          const outcome = outcomes[i];
          inARow = outcome === "ok" ? 0 : inARow + (outcome === "failure" ? 1 : 0);
          if (transition?.kind === "DOWN") expect([outcome, inARow]).toEqual(["failure", n]);
          if (transition?.kind === "UP") expect(outcome).toBe("ok");
        }
      }),
    );
  });

  it("an incident is open exactly while the status is DOWN", () => {
    fc.assert(
      fc.property(sequence, threshold, (outcomes, n) => {
        for (const { next } of run(outcomes, n)) expect(next.hasOpenIncident).toBe(next.status === "DOWN");
      }),
    );
  });

  it("nothing that happens during maintenance opens an incident or counts after it; a good check ends one", () => {
    fc.assert(
      fc.property(sequence, sequence, threshold, (before, during, n) => {
        const start = run(before, n).at(-1)?.next ?? NEVER_CHECKED;
        let state = start;
        for (const outcome of during) {
          const { next, transition } = decideInMaintenance(state, outcome, new Date(0));
          expect(transition).toEqual(outcome === "ok" && state.hasOpenIncident ? { kind: "UP" } : null);
          expect(next.status).toBe(outcome === "ok" ? "UP" : state.status);
          expect(next.failureStreak).toBe(0);
          state = next;
        }
        if (during.length === 0 || state.hasOpenIncident) return;
        // Still broken: as many failures as ever make an outage, and it begins with the first of them.
        for (let i = 1; i <= n; i++) {
          const { next, transition } = decide(state, "failure", new Date(i), n);
          expect(transition).toEqual(i === n ? { kind: "DOWN", startedAt: new Date(1) } : null);
          state = next;
        }
      }),
    );
  });

  it("a good check leaves nothing of the past", () => {
    fc.assert(
      fc.property(sequence, threshold, (outcomes, n) => {
        const last = run([...outcomes, "ok"], n).at(-1);
        expect(last?.next).toEqual({ ...NEVER_CHECKED, status: "UP" });
      }),
    );
  });
});
