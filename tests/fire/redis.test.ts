import { expect, test, type TestContext } from "vitest";
import { alertsOf, allAnswered, neglected, oneOutage } from "./judges.ts";
import { broken, healthy, openTown } from "./town.ts";

const INTERVAL_S = 3;

test("Redis freezes without a word: checks and mails go on, /ready says so, and afterwards the queue is consumed again", async (context: TestContext) => {
  const town = await openTown(context, "redis");
  const { target, fleet, mails } = town;
  await fleet.startWorker();
  const shops = await town.addShops({ name: "shop", count: 20, intervalS: INTERVAL_S });
  const flaky = await town.addShops({ name: "flaky", count: 2, intervalS: INTERVAL_S });
  await target.until((journal) => allAnswered(journal, shops, 0, 1));
  await fleet.redis?.kill("SIGSTOP");
  town.behave(flaky, broken);
  const status = async () => (await fleet.call("GET", "/ready")).status;
  const alerted = (count: number) =>
    expect.poll(() => alertsOf(mails.accepted).length, { timeout: 25_000 }).toBe(count);
  await alerted(flaky.length);
  await expect.poll(status, { timeout: 25_000 }).toBe(503);
  town.behave(flaky, healthy(0));
  await alerted(2 * flaky.length);
  await fleet.redis?.kill("SIGCONT");
  await expect.poll(status, { timeout: 25_000 }).toBe(200);
  const thawedAt = Date.now();
  await target.until((journal) => allAnswered(journal, shops, thawedAt, 1));
  expect(neglected(target.journal, shops, 2 * INTERVAL_S * 1_000 + 4_000)).toEqual([]);
  expect(alertsOf(mails.accepted).toSorted()).toEqual(oneOutage(flaky).toSorted());
}, 120_000);
