import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { describe, test, type ExpectStatic } from "vitest";
import { BROKERS } from "../harness/house.ts";
import { takeAllConnections } from "./greedy.ts";
import { alertsOf, allAnswered, doubledChecks, neglected, oneOutage, underWay } from "./judges.ts";
import { broken, healthy, openTown, type Shop, type Town } from "./town.ts";

const INTERVAL_S = 6;
/** A due check may wait for the end of an outage, and for those who claim to notice it. */
const LONGEST_MS = INTERVAL_S * 1_000 + 12_000;
const PACE_MS = 50;
/** What a busy day needs, and few enough to take them all. */
const MAX_CONNECTIONS = "90";

const readyOf = async ({ fleet }: Town): Promise<{ status: number; database: string }> => {
  const { status, body } = await fleet.call("GET", "/ready");
  return { status, database: body.database };
};

/** Adds monitors through the API, over and over, until told to stop; answers those that were acknowledged. */
function keepAdding({ fleet, alice, target }: Town): () => Promise<string[]> {
  let isOver = false;
  const acknowledged: string[] = [];
  const work = (async () => {
    for (let n = 1; !isOver; n += 1) {
      await delay(PACE_MS);
      const json = { name: `new ${n}`, url: `${target.url}new-${n}`, interval: 3_600, is_active: false };
      const answer = await fleet.call("POST", "/api/v1/monitors", { token: alice.token, json }).catch(() => null);
      if (answer?.status === 201) acknowledged.push(answer.body.id);
    }
  })();
  return async () => {
    isOver = true;
    await work;
    return acknowledged;
  };
}

type Outage = (town: Town) => Promise<() => Promise<void>>;

const restarted: Outage = async ({ fleet }) => {
  await fleet.postgres.restart();
  return () => Promise.resolve();
};
const stopped: Outage = async ({ fleet }) => {
  await fleet.postgres.stop();
  return fleet.postgres.restart;
};
const outOfConnections: Outage = ({ fleet }) => takeAllConnections(fleet.postgres.databaseUrl);

/** Has some checks get their answers while the database is away: the target keeps them waiting until it is. */
async function suffer(town: Town, shops: readonly Shop[], outage: Outage, expect: ExpectStatic): Promise<void> {
  const held: ServerResponse[] = [];
  town.behave(shops, (_request, response) => void held.push(response));
  await town.target.until(() => held.length >= 5);
  const end = await outage(town);
  if (outage !== restarted)
    await expect.poll(() => readyOf(town), { timeout: 10_000 }).toEqual({ status: 503, database: "gone" });
  town.behave(shops, healthy(0));
  for (const response of held) response.end("all is well");
  await town.target.until((journal) => underWay(journal) === 0);
  if (outage !== restarted) expect(await readyOf(town)).toEqual({ status: 503, database: "gone" });
  await end();
  await expect.poll(() => readyOf(town), { timeout: 20_000 }).toEqual({ status: 200, database: "ok" });
}

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("Postgres is restarted, gone, and out of connections: nothing acknowledged or measured is lost, no mail comes twice, and /ready tells", async (context) => {
    const { expect } = context;
    const postgresSettings = { max_connections: MAX_CONNECTIONS };
    const town = await openTown(context, broker, { postgresSettings });
    const { target, fleet, mails, alice } = town;
    const worker = await fleet.startWorker();
    context.onTestFailed(() => void process.stderr.write(worker.output().slice(-20_000)));
    const good = await town.addShops({ name: "good", count: 40, intervalS: INTERVAL_S, timeoutMs: 20_000 });
    // A claim whose answer died with its connection comes back when its lease ends: time limit and 10 s.
    const flaky = await town.addShops({ name: "flaky", count: 3, intervalS: INTERVAL_S, timeoutMs: 2_000 });
    const all = [...good, ...flaky];
    await target.until((journal) => allAnswered(journal, all, 0, 1));
    const stopAdding = keepAdding(town);
    context.onTestFinished(() => void stopAdding());
    // A message whose claim was cut off with its connection comes back when its lease ends: 60 s.
    const alerted = (count: number) =>
      expect.poll(() => alertsOf(mails.accepted).length, { timeout: 75_000 }).toBe(count);

    await suffer(town, good, restarted, expect);
    town.behave(flaky, broken);
    await suffer(town, good, stopped, expect);
    await alerted(flaky.length);
    town.behave(flaky, healthy(0));
    await suffer(town, good, outOfConnections, expect);
    await alerted(2 * flaky.length);
    const overAt = Date.now();
    await target.until((journal) => allAnswered(journal, all, overAt, 1));

    expect(alertsOf(mails.accepted).toSorted()).toEqual(oneOutage(flaky).toSorted());
    expect(neglected(target.journal, all, LONGEST_MS)).toEqual([]);
    expect(doubledChecks(target.journal, good)).toEqual([]);
    const acknowledged = await stopAdding();
    expect(acknowledged.length).toBeGreaterThan(10);
    for (const id of acknowledged)
      expect((await fleet.call("GET", `/api/v1/monitors/${id}`, { token: alice.token })).status).toBe(200);

    worker.signal("SIGTERM");
    expect(await worker.exited).toBe(0);
    const [row] = await town.query<{ stored: number; lost: number }>(
      `SELECT (SELECT count(*) FROM checks)::int AS stored,
         coalesce((SELECT value FROM instance_counters WHERE name = 'results_lost_total'), 0)::int AS lost`,
    );
    expect(Number(row?.stored) + Number(row?.lost)).toBe(target.journal.filter(({ isCut }) => !isCut).length);
  }, 240_000);
});
