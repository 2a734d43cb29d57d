import { phaseOf } from "@pulsecheck/shared/schedule";
import type { SentMail } from "../harness/mail-service.ts";
import type { Asked } from "../harness/target.ts";
import type { Shop } from "./town.ts";

/** A check may start this much before its due time: starts are grouped, and clocks are read twice. */
const EARLY_MS = 100;

export function requestsOf(journal: readonly Asked[], shops: readonly Shop[]): Map<Shop, Asked[]> {
  const byPath = Map.groupBy(journal, ({ path }) => path);
  return new Map(shops.map((shop) => [shop, byPath.get(shop.path) ?? []]));
}

/** How many requests still wait for their answer. */
export const underWay = (journal: readonly Asked[]): number =>
  journal.filter(({ answeredAt, isCut }) => answeredAt === null && !isCut).length;

/** Has every one of these had its answer so many times since `at`? */
export const allAnswered = (journal: readonly Asked[], shops: readonly Shop[], at: number, times: number): boolean =>
  [...requestsOf(journal, shops).values()].every(
    (requests) =>
      requests.filter(({ at: asked, answeredAt }) => asked.getTime() > at && answeredAt !== null).length >= times,
  );

/** The longest time of each monitor between two checks that got their answer, in ms. */
function gapsOf(journal: readonly Asked[], shops: readonly Shop[], until: number): Map<string, number> {
  const gaps = new Map<string, number>();
  for (const [shop, requests] of requestsOf(journal, shops)) {
    const times = requests.filter(({ isCut }) => !isCut).map(({ at }) => at.getTime());
    const ends = [...times.slice(1), until];
    gaps.set(shop.name, Math.max(...times.map((time, i) => (ends[i] ?? until) - time)));
  }
  return gaps;
}

/** Monitors that were left unchecked for longer than `atMostMs`, each with how long; those never checked are too. */
export function neglected(
  journal: readonly Asked[],
  shops: readonly Shop[],
  atMostMs: number,
  until = Date.now(),
): [string, number][] {
  return [...gapsOf(journal, shops, until)].filter(([, gap]) => !(gap >= 0 && gap <= atMostMs));
}

/**
 * Requests that came although the check of the same due time had had its answer. A check that was cut off is not a
 * check; its repetition is none too many. For monitors that are up: a failed check is repeated on purpose.
 */
export function doubledChecks(journal: readonly Asked[], shops: readonly Shop[]): string[] {
  return [...requestsOf(journal, shops)].flatMap(([{ id, name, intervalMs, addedAt }, requests]) => {
    const dueTime = (ms: number): number => Math.floor((ms - phaseOf(id, intervalMs)) / intervalMs);
    const done = new Set<number>();
    return requests
      .filter(({ isCut }) => !isCut)
      .flatMap(({ at }) => {
        // It is the one that is due, or the late one of a due time that had none yet, or, just before it, an early one.
        const due = dueTime(at.getTime());
        const late = due - 1 > dueTime(addedAt) ? [due - 1] : [];
        const free = [due, ...late, dueTime(at.getTime() + EARLY_MS)].find((one) => !done.has(one));
        if (free === undefined) return [`${name} at ${at.toISOString()}`];
        done.add(free);
        return [];
      });
  });
}

/** Subjects of the accepted alerts, of all monitors or of these. */
export function alertsOf(mails: readonly SentMail[], shops?: readonly Shop[]): string[] {
  const names = shops && new Set(shops.map(({ name }) => name));
  return mails
    .map(({ subject }) => subject)
    .filter((subject) => /^(DOWN|UP): /.test(subject) && (names?.has(subject.replace(/^\w+: /, "")) ?? true));
}

/** What a monitor that broke and was mended once sends, in this order. */
export const oneOutage = (shops: readonly Shop[]): string[] =>
  ["DOWN", "UP"].flatMap((word) => shops.map(({ name }) => `${word}: ${name}`));
