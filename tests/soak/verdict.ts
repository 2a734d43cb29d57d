import { alertsOf, doubledChecks, requestsOf } from "../fire/judges.ts";
import type { Shop, Town } from "../fire/town.ts";
import type { Watcher } from "../fire/watcher.ts";
import type { Asked } from "../harness/target.ts";
import type { Fault } from "./faults.ts";
import type { Outage } from "./outages.ts";

/** A fault as it was lived through. */
export type Lived = { fault: Fault; from: number; to: number };

export type Evidence = {
  town: Town;
  good: readonly Shop[];
  flaky: readonly Shop[];
  lived: readonly Lived[];
  outages: readonly Outage[];
  watchers: readonly Watcher[];
  /** When the fleet was complete and nothing was broken any more. */
  endedAt: number;
};

/** Beyond an interval for a check that is lost once and one for its repetition: noticing, and a busy machine. */
const ALLOWANCE_MS = 5_000;
/** After a total outage: until everybody has found the way back. */
const RECOVERY_MS = 10_000;
const UNWRITTEN_MS = 3_000;
/** A lease of a mail, and its second try. */
const REPEAT_WITHIN_MS = 120_000;
const SHOWN_WITHIN_MS = 60_000;

/** What the journals of the targets, the mail service and the sockets say against us. Empty is good. */
export function judge(evidence: Evidence): string[] {
  return [...judgeGaps(evidence), ...judgeDoubles(evidence), ...judgeMails(evidence), ...judgeSockets(evidence)];
}

function judgeGaps({ town, good, lived, endedAt }: Evidence): string[] {
  const total = lived.filter(({ fault }) => fault.total).map(({ from, to }) => ({ from, to: to + RECOVERY_MS }));
  return [...requestsOf(town.target.journal, good)].flatMap(([{ name, intervalMs }, requests]) => {
    const times = [...requests.filter(({ isCut }) => !isCut).map(({ at }) => at.getTime()), endedAt];
    return times.slice(1).flatMap((end, i) => {
      const start = times[i] ?? end;
      const excused = total
        .map(({ from, to }) => Math.max(0, Math.min(end, to) - Math.max(start, from)))
        .reduce((sum, ms) => sum + ms, 0);
      const gap = end - start - excused;
      if (gap <= 2 * intervalMs + ALLOWANCE_MS) return [];
      return [`${name} was not checked for ${gap} ms from ${clock(start)} (outages not counted)`];
    });
  });
}

function judgeDoubles({ town, good, lived }: Evidence): string[] {
  // A result that was lost with its worker, or came too late because of an outage, was measured anew.
  const shadows = lived.filter(({ fault }) => fault.forgetful);
  const isClear = ({ at }: Asked): boolean =>
    !shadows.some(({ from, to }) => at.getTime() > from - UNWRITTEN_MS && at.getTime() < to + RECOVERY_MS);
  return doubledChecks(town.target.journal.filter(isClear), good).map((line) => `checked twice: ${line}`);
}

/** Mails alternate DOWN and UP, once for each planned outage; one repetition where an answer may have been lost. */
function judgeMails({ town, good, flaky, outages, lived }: Evidence): string[] {
  const wrong = alertsOf(town.mails.accepted, good).map((subject) => `a wrong alert: ${subject}`);
  const missing = outages.flatMap(({ shop, problem, brokenAt }) =>
    problem === null ? [] : [`${problem} of ${shop.name}, broken at ${clock(brokenAt)}`],
  );
  return [...wrong, ...missing, ...flaky.flatMap((shop) => judgeMailsOf(shop, town, outages, lived))];
}

function judgeMailsOf(shop: Shop, { mails }: Town, outages: readonly Outage[], lived: readonly Lived[]): string[] {
  const own = mails.accepted.filter((mail) => alertsOf([mail], [shop]).length > 0);
  const mayRepeat = (at: number): boolean =>
    lived.some(({ fault, from, to }) => fault.mute && at > from && at < to + REPEAT_WITHIN_MS);
  let copies = 0;
  const tooMany = own.flatMap(({ subject, at }, i) => {
    copies = own[i - 1]?.subject === subject ? copies + 1 : 1;
    const isFine = copies === 1 || (copies === 2 && mayRepeat(at.getTime()));
    return isFine ? [] : [`copy ${copies} of ${subject} at ${clock(at.getTime())}`];
  });
  const told = own.filter(({ subject }, i) => own[i - 1]?.subject !== subject).length;
  const planned = outages.filter((outage) => outage.shop === shop).length;
  return told === 2 * planned ? tooMany : [...tooMany, `${shop.name}: ${told} alerts for ${planned} outages`];
}

/** Each event once to each socket; none is missing where no snapshot stood in for it. */
function judgeSockets({ watchers, outages, flaky }: Evidence): string[] {
  const names = new Map(flaky.map(({ publicId, name }) => [publicId, name]));
  return watchers.flatMap(({ frames }, n) => {
    const events = frames.filter(({ type }) => type !== "snapshot");
    const numbers = events.map(({ seq }) => seq);
    const unordered = numbers.filter((seq, i) => i > 0 && seq <= (numbers[i - 1] ?? 0));
    const incidents = events.filter(({ type }) => type.startsWith("incident."));
    const stories = incidents.map(({ type, data }) => `${type} of ${names.get(data.monitor_id)} ${data.id}`);
    const twice = stories.filter((story, i) => stories.indexOf(story) !== i);
    const shownAt = frames.filter(({ type }) => type === "snapshot").map(({ at }) => Date.parse(at));
    const missing = outages.filter(({ shop, brokenAt, mendedAt, problem }) => {
      const isTold = (type: string) =>
        incidents.some(
          (frame) => frame.type === type && frame.data.monitor_id === shop.publicId && Date.parse(frame.at) > brokenAt,
        );
      const isShown = shownAt.some((at) => at > brokenAt && at < mendedAt + SHOWN_WITHIN_MS);
      return problem === null && !isShown && !(isTold("incident.opened") && isTold("incident.closed"));
    });
    return [
      ...unordered.map((seq) => `socket ${n}: number ${seq} out of order`),
      ...twice.map((story) => `socket ${n}: twice ${story}`),
      ...missing.map(({ shop, brokenAt }) => `socket ${n}: missed ${shop.name}, broken at ${clock(brokenAt)}`),
    ];
  });
}

export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
