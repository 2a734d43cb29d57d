import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALONE_AT_MOST, CROWD_MS, GATHER_MS, judgeCrowd, type CrowdFacts } from "./alert-digest.ts";

const SECOND = 1_000;
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * SECOND);
const QUIET: CrowdFacts = { now: at(0), sentAlone: 0, aloneAtMost: ALONE_AT_MOST, gatheringUntil: null };

describe("a message that could go out", () => {
  it.each<[string, Partial<CrowdFacts>, ReturnType<typeof judgeCrowd>]>([
    ["the first goes out at once", {}, { do: "alone" }],
    ["the fifth in a minute too", { sentAlone: 4 }, { do: "alone" }],
    ["the sixth waits for others", { sentAlone: 5 }, { do: "gather", until: at(20) }],
    ["the seventh waits as long as the sixth", { now: at(3), gatheringUntil: at(20) }, { do: "gather", until: at(20) }],
    ["when the time is up, all go out together", { now: at(20), gatheringUntil: at(20) }, { do: "digest" }],
    ["a gathering from before the clock was set back is over", { gatheringUntil: at(500) }, { do: "digest" }],
    ["an operator may want each by itself", { sentAlone: 50, aloneAtMost: 1_000 }, { do: "alone" }],
  ])("%s", (_name, facts, verdict) => {
    expect(judgeCrowd({ ...QUIET, ...facts })).toEqual(verdict);
  });
});

type Sent = { at: number; incidents: number[] };

/** Lives through a flood second by second, looking at what is due each second, as the alert loop does. */
function live(openedAt: readonly number[]): Sent[] {
  const sent: Sent[] = [];
  /** When each that waits is due. */
  const due = new Map<number, number>();
  let gatheringUntil: number | null = null;
  const end = Math.max(0, ...openedAt) + GATHER_MS / SECOND + 1;
  for (let second = 0; second <= end; second++) {
    for (const [incident, opened] of openedAt.entries()) if (opened === second) due.set(incident, second);
    const digest: number[] = [];
    for (const [incident] of [...due].filter(([, dueAt]) => dueAt <= second)) {
      const verdict = judgeCrowd({
        now: at(second),
        sentAlone: sent.filter((one) => one.incidents.length === 1 && one.at > second - CROWD_MS / SECOND).length,
        aloneAtMost: ALONE_AT_MOST,
        gatheringUntil: gatheringUntil === null ? null : at(gatheringUntil),
      });
      if (verdict.do === "gather") {
        gatheringUntil = (verdict.until.getTime() - at(0).getTime()) / SECOND;
        due.set(incident, gatheringUntil);
        continue;
      }
      due.delete(incident);
      if (verdict.do === "alone") sent.push({ at: second, incidents: [incident] });
      else digest.push(incident);
    }
    if (digest.length === 0) continue;
    sent.push({ at: second, incidents: digest });
    gatheringUntil = null;
  }
  expect([...due]).toEqual([]);
  return sent;
}

describe("for any flood of incidents", () => {
  const flood = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 600 })), { maxLength: 80 })
    .map((seconds) => seconds.toSorted((a, b) => a - b));

  it("each is told once, in a message with others or by itself, and none waits longer than a gathering lasts", () => {
    fc.assert(
      fc.property(flood, (openedAt) => {
        const sent = live(openedAt);
        expect(sent.flatMap(({ incidents }) => incidents).toSorted((a, b) => a - b)).toEqual([...openedAt.keys()]);
        for (const { at: sentAt, incidents } of sent)
          for (const incident of incidents) {
            const waited = sentAt - (openedAt[incident] ?? NaN);
            expect(waited).toBeGreaterThanOrEqual(0);
            expect(waited).toBeLessThanOrEqual(GATHER_MS / SECOND);
          }
      }),
    );
  });

  it("no minute has more messages than the few by themselves and one for each gathering, and the first few go at once", () => {
    fc.assert(
      fc.property(flood, (openedAt) => {
        const sent = live(openedAt);
        const gatherings = CROWD_MS / GATHER_MS;
        for (const { at: from } of sent) {
          const minute = sent.filter((one) => one.at >= from && one.at < from + CROWD_MS / SECOND);
          // Where one waited and nobody joined it, it went out by itself, and is one of a gathering all the same.
          expect(minute.length).toBeLessThanOrEqual(ALONE_AT_MOST + gatherings);
        }
        for (const [incident, opened] of [...openedAt].slice(0, ALONE_AT_MOST).entries())
          expect(sent).toContainEqual({ at: opened, incidents: [incident] });
      }),
    );
  });
});
