import { describe, test } from "vitest";
import { BROKERS } from "../harness/house.ts";
import type { Frame } from "../harness/live-client.ts";
import type { OurProcess } from "../harness/processes.ts";
import type { Asked } from "../harness/target.ts";
import { alertsOf, allAnswered, doubledChecks, neglected, oneOutage, requestsOf } from "./judges.ts";
import { broken, healthy, openTown, type Shop } from "./town.ts";
import { openWatcher, type Watcher } from "./watcher.ts";

const INTERVAL_S = 5;
/** And what a machine takes on which other fleets are busy. */
const TWO_INTERVALS_MS = 2 * INTERVAL_S * 1_000 + 2_500;
/** Between a request and the frame that tells of it. */
const TELLING_MS = 1_500;

const checksOf = ({ frames }: Watcher): Frame[] => frames.filter(({ type }) => type === "monitor.checked");

/** What became of these monitors, as a dashboard told it. */
const changesOf = ({ frames }: Watcher, shops: readonly Shop[], since: number): string[] =>
  shops.flatMap(({ publicId, name }) =>
    frames
      .filter(
        ({ type, data, at }) =>
          /^(monitor\.status|incident\.(opened|closed))/.test(type) &&
          data.monitor_id === publicId &&
          Date.parse(at) > since,
      )
      .map(({ type, data }) => `${name} ${type} ${data.status ?? ""}`.trim()),
  );
const brokenAndMended = (shops: readonly Shop[]): string[] =>
  shops.flatMap(({ name }) => [
    `${name} monitor.status DOWN`,
    `${name} incident.opened`,
    `${name} monitor.status UP`,
    `${name} incident.closed`,
  ]);

/** Requests between these times that a dashboard was not told of exactly once. */
function badlyTold(journal: readonly Asked[], shops: readonly Shop[], watcher: Watcher, from: number, to: number) {
  const told = Map.groupBy(checksOf(watcher), ({ data }) => String(data.monitor_id));
  return [...requestsOf(journal, shops)].flatMap(([{ publicId, name }, requests]) =>
    requests
      .map(({ at }) => at.getTime())
      .filter((at) => at > from && at < to)
      .map((at) => {
        const near = (told.get(publicId) ?? []).filter(({ data }) => Math.abs(Date.parse(data.checked_at) - at) < 500);
        return `${name} at ${at} told ${near.length} times`;
      })
      .filter((line) => !line.endsWith(" told 1 times")),
  );
}

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("two workers and two API processes, each restarted in turn under load: each check, mail and event comes once", async (context) => {
    const { expect } = context;
    const { target, fleet, api, mails, alice, addShops, behave } = await openTown(context, broker, { latencyMs: 100 });
    const secondApi = await fleet.startApi();
    const workers = [await fleet.startWorker(), await fleet.startWorker()];
    const good = await addShops({ name: "good", count: 120, intervalS: INTERVAL_S });
    const flaky = await addShops({ name: "flaky", count: 6, intervalS: INTERVAL_S });
    const all = [...good, ...flaky];
    await target.until((journal) => allAnswered(journal, all, 0, 1));
    const ids = all.map(({ publicId }) => publicId);
    const urls = [fleet.url, secondApi.url];
    const watchers = [
      await openWatcher(urls, alice.token, ids),
      await openWatcher(urls.toReversed(), alice.token, ids),
    ];
    context.onTestFinished(() => watchers.forEach((watcher) => watcher.stop()));
    const heardMore = (): Promise<unknown> =>
      Promise.all(
        watchers.map(({ frames, until }) => {
          const { length } = frames;
          return until((heard) => heard.length > length + 10);
        }),
      );

    // In peace.
    await heardMore();
    const peaceAt = Date.now();
    await target.until((journal) => allAnswered(journal, all, peaceAt, 2));
    for (const watcher of watchers)
      expect(badlyTold(target.journal, all, watcher, peaceAt + TELLING_MS, Date.now() - TELLING_MS)).toEqual([]);

    // One after the other, while some targets break.
    const brokenAt = Date.now();
    behave(flaky, broken);
    const stop = async (one: OurProcess): Promise<void> => {
      const at = Date.now();
      one.signal("SIGTERM");
      expect(await one.exited).toBe(0);
      expect(Date.now() - at).toBeLessThan(10_000);
    };
    for (const worker of workers) {
      await stop(worker);
      await fleet.startWorker();
    }
    const alerted = (count: number) =>
      expect.poll(() => alertsOf(mails.accepted).length, { timeout: 15_000 }).toBe(count);
    await alerted(flaky.length);
    behave(flaky, healthy(100));
    for (const one of [api, secondApi]) {
      await stop(one);
      await fleet.startApi();
      await heardMore();
    }
    const restartedAt = Date.now();
    await target.until((journal) => allAnswered(journal, all, restartedAt, 1));
    await alerted(2 * flaky.length);
    await heardMore();

    expect(neglected(target.journal, all, TWO_INTERVALS_MS)).toEqual([]);
    expect(doubledChecks(target.journal, good)).toEqual([]);
    expect(alertsOf(mails.accepted).toSorted()).toEqual(oneOutage(flaky).toSorted());
    for (const watcher of watchers) {
      expect(watcher.returns()).toBeGreaterThan(0);
      const numbers = watcher.frames.map(({ seq }) => seq);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      expect(watcher.frames.filter(({ type }) => type === "snapshot")).toHaveLength(1);
      const told = checksOf(watcher).map(({ data }) => data.id);
      expect(told).toHaveLength(new Set(told).size);
      expect(changesOf(watcher, all, brokenAt)).toEqual(brokenAndMended(flaky));
    }
  }, 120_000);
});
