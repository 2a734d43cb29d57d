import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isGivenUp, judgeDown, judgeUp, retryAt, type DownFacts, type DownOutcome } from "./alert-policy.ts";

const MINUTE = 60_000;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * MINUTE);
const NEVER: DownFacts = {
  now: at(0),
  lastDownSentAt: null,
  debounceMs: 60 * MINUTE,
  isIncidentOpen: true,
  wasDebounced: false,
};

describe("a DOWN mail", () => {
  it.each<[string, Partial<DownFacts>, ReturnType<typeof judgeDown>]>([
    ["the first ever goes out", {}, { do: "send" }],
    ["the first goes out though the outage is over already", { isIncidentOpen: false }, { do: "send" }],
    ["inside the window it waits for its end", { now: at(10), lastDownSentAt: at(0) }, { do: "wait", until: at(60) }],
    ["at the window's end it goes out", { now: at(60), lastDownSentAt: at(0), wasDebounced: true }, { do: "send" }],
    ["long after the last it goes out", { now: at(600), lastDownSentAt: at(0) }, { do: "send" }],
    [
      "held back and over: nobody needs to know",
      { now: at(60), lastDownSentAt: at(0), wasDebounced: true, isIncidentOpen: false },
      { do: "suppress" },
    ],
    [
      "inside the window and over: nobody needs to know",
      { now: at(10), lastDownSentAt: at(0), isIncidentOpen: false },
      { do: "suppress" },
    ],
    ["without debouncing every one goes out", { now: at(1), lastDownSentAt: at(1), debounceMs: 0 }, { do: "send" }],
  ])("%s", (_name, facts, verdict) => {
    expect(judgeDown({ ...NEVER, ...facts })).toEqual(verdict);
  });
});

describe("an UP mail", () => {
  it.each<[DownOutcome, ReturnType<typeof judgeUp>]>([
    ["SENT", "send"],
    ["PENDING", "wait"],
    ["SENDING", "wait"],
    ["UNCONFIRMED", "send"],
    ["SUPPRESSED", "suppress"],
    ["REJECTED", "suppress"],
    [null, "suppress"],
  ])("where the DOWN mail is %s: %s", (down, verdict) => {
    expect(judgeUp(down)).toBe(verdict);
  });
});

type Outage = { start: number; end: number };
type Mail = { outage: number; at: number };

/** Lives through outages minute by minute, looking at each undecided mail every minute, as the alert loop does. */
function live(outages: readonly Outage[], debounce: number): Mail[] {
  const sent: Mail[] = [];
  const undecided = new Map<number, boolean>();
  const end = Math.max(0, ...outages.map((outage) => outage.end)) + debounce + 2;
  for (let minute = 0; minute < end; minute++) {
    for (const [i, { start }] of outages.entries()) if (start === minute) undecided.set(i, false);
    for (const [i, wasDebounced] of undecided) {
      const last = sent.at(-1);
      const verdict = judgeDown({
        now: at(minute),
        lastDownSentAt: last === undefined ? null : at(last.at),
        debounceMs: debounce * MINUTE,
        isIncidentOpen: minute < (outages[i]?.end ?? 0),
        wasDebounced,
      });
      if (verdict.do === "wait") undecided.set(i, true);
      else undecided.delete(i);
      if (verdict.do === "send") sent.push({ outage: i, at: minute });
    }
  }
  expect([...undecided]).toEqual([]);
  return sent;
}

describe("for any sequence of outages", () => {
  const debounce = fc.integer({ min: 0, max: 90 });
  const outages = fc
    .array(fc.record({ quiet: fc.integer({ min: 1, max: 60 }), lasts: fc.integer({ min: 1, max: 120 }) }), {
      maxLength: 15,
    })
    .map((spans) => {
      let clock = 0;
      return spans.map(({ quiet, lasts }): Outage => {
        const start = clock + quiet;
        clock = start + lasts;
        return { start, end: clock };
      });
    });

  it("at most one DOWN mail goes out in a window, and one for each outage", () => {
    fc.assert(
      fc.property(outages, debounce, (list, minutes) => {
        const sent = live(list, minutes);
        for (const [i, mail] of sent.entries()) {
          expect(mail.at - (sent[i - 1]?.at ?? -Infinity)).toBeGreaterThanOrEqual(minutes);
        }
        expect(new Set(sent.map(({ outage }) => outage)).size).toBe(sent.length);
      }),
    );
  });

  it("debouncing hides nothing: an outage still on when the window ends is announced then", () => {
    fc.assert(
      fc.property(outages, debounce, (list, minutes) => {
        const sent = live(list, minutes);
        for (const [i, { start, end }] of list.entries()) {
          const earlier = sent.filter((mail) => mail.outage < i).at(-1);
          const due = Math.max(start, (earlier?.at ?? -Infinity) + minutes);
          const mail = sent.find(({ outage }) => outage === i);
          expect(mail?.at).toBe(due < end ? due : undefined);
        }
      }),
    );
  });
});

it("a mail that was sent before the clock was set back holds nothing back", () => {
  const facts = { lastDownSentAt: at(600), debounceMs: 60 * MINUTE, isIncidentOpen: true, wasDebounced: false };
  expect(judgeDown({ ...facts, now: at(0) })).toEqual({ do: "send" });
});

it("a mail that the service could not take is tried after 5 s, 10 s, 20 s ... and every 15 min at last", () => {
  const waits = [1, 2, 3, 4, 8, 9, 100].map(
    (attempts) => (retryAt(attempts, at(0)).getTime() - at(0).getTime()) / 1_000,
  );
  expect(waits).toEqual([5, 10, 20, 40, 640, 900, 900]);
});

it("what a receiver does not take is given up after about three days of trying", () => {
  let hours = 0;
  let attempts = 1;
  for (; !isGivenUp(attempts); attempts += 1)
    hours += (retryAt(attempts, at(0)).getTime() - at(0).getTime()) / 3_600_000;
  expect(hours).toBeGreaterThan(72);
  expect(hours).toBeLessThan(76);
});
