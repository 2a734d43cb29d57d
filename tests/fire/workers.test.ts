import type { ServerResponse } from "node:http";
import { describe, test } from "vitest";
import { BROKERS } from "../harness/house.ts";
import { joinLive } from "../harness/live-client.ts";
import { alertsOf, allAnswered, doubledChecks, neglected, underWay } from "./judges.ts";
import { broken, healthy, openTown, type Shop } from "./town.ts";

const INTERVAL_S = 10;
/** A due check that is lost once, and what a busy machine takes. */
const TWO_INTERVALS_MS = 2 * INTERVAL_S * 1_000 + 1_500;

/** How long a result may wait in a worker before it is written, on a machine whose disk others write to. */
const UNWRITTEN_MS = 5_000;

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("a worker is killed in the middle of its checks: none is lost for more than an interval, none stored twice, no alert is wrong", async (context) => {
    const { expect } = context;
    const town = await openTown(context, broker, { latencyMs: 700 });
    const { target, fleet, mails } = town;
    const first = await fleet.startWorker();
    const shops = await town.addShops({ name: "good", count: 150, intervalS: INTERVAL_S });
    const bad = await town.addShops({ name: "bad", count: 3, intervalS: INTERVAL_S });
    town.behave(bad, broken);
    const second = await fleet.startWorker();
    await target.until((journal) => journal.length > 60 && underWay(journal) >= 8);
    first.signal("SIGKILL");
    await first.exited;
    const killedAt = Date.now();
    await target.until((journal) => allAnswered(journal, shops, killedAt, 2));
    second.signal("SIGTERM");
    expect(await second.exited).toBe(0);

    const cut = target.journal.filter(({ isCut }) => isCut);
    expect(cut.length, "the kill hit checks under way").toBeGreaterThan(0);
    expect(neglected(target.journal, shops, TWO_INTERVALS_MS)).toEqual([]);
    // What the dead worker had been told and had not yet written is asked again.
    const whole = target.journal.filter(({ answeredAt }) => answeredAt !== null);
    const kept = whole.filter(({ answeredAt }) => Math.abs(Number(answeredAt) - killedAt) > UNWRITTEN_MS);
    expect(doubledChecks(kept, shops)).toEqual([]);
    expect(alertsOf(mails.accepted).toSorted()).toEqual(bad.map(({ name }) => `DOWN: ${name}`).toSorted());

    const [row] = await town.query<{ stored: number }>("SELECT count(*)::int AS stored FROM checks");
    expect(row?.stored).toBeLessThanOrEqual(whole.length);
    expect(row?.stored).toBeGreaterThanOrEqual(kept.length);
  }, 120_000);

  test("a worker is frozen past its leases and wakes up: another has taken over, and what the sleeper knew is refused", async (context) => {
    const { expect } = context;
    const town = await openTown(context, broker);
    const { target, fleet, mails, alice } = town;
    const sleeper = await fleet.startWorker();
    const up = await town.addShops({
      name: "up",
      count: 10,
      intervalS: INTERVAL_S,
      timeoutMs: 20_000,
      failureThreshold: 1,
    });
    const down = await town.addShops({
      name: "down",
      count: 10,
      intervalS: INTERVAL_S,
      timeoutMs: 20_000,
      failureThreshold: 1,
    });
    town.behave(down, broken);
    await expect.poll(() => alertsOf(mails.accepted).length, { timeout: 30_000 }).toBe(down.length);
    // Each has its first check at a point of its own in the interval: only then does no status have a reason to change.
    const unknown = "SELECT monitor_id FROM monitor_states WHERE status = 'UNKNOWN'";
    await expect.poll(() => town.query(unknown), { timeout: 15_000 }).toEqual([]);
    const dashboard = await joinLive(`${fleet.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
    await dashboard.ofType("snapshot");

    // What the sleeper asks is held, until it sleeps; then it gets the opposite of what everybody else will see.
    const held = new Map<Shop, ServerResponse>();
    for (const shop of [...up, ...down]) town.behave([shop], (_request, response) => void held.set(shop, response));
    const holds = (shops: readonly Shop[], count: number) => shops.filter((shop) => held.has(shop)).length >= count;
    await target.until(() => holds(up, 3) && holds(down, 3));
    sleeper.signal("SIGSTOP");
    const frozenAt = Date.now();
    const caught = new Map(held);
    town.behave(up, healthy(0));
    town.behave(down, broken);
    for (const [shop, response] of caught) {
      if (up.includes(shop)) response.statusCode = 500;
      response.end("what was true a moment ago");
    }
    await fleet.startWorker();
    await target.until((journal) => allAnswered(journal, [...caught.keys()], frozenAt, 1));
    sleeper.signal("SIGCONT");
    const workersSeen = async () => (await fleet.call("GET", "/ready")).body.workers;
    await expect.poll(workersSeen, { timeout: 15_000 }).toBe(2);
    const awakeAt = Date.now();
    await target.until((journal) => allAnswered(journal, [...up, ...down], awakeAt, 1));

    expect(neglected(target.journal, [...up, ...down], TWO_INTERVALS_MS)).toEqual([]);
    expect(alertsOf(mails.accepted).toSorted()).toEqual(down.map(({ name }) => `DOWN: ${name}`).toSorted());
    expect(dashboard.frames.filter(({ type }) => /^(monitor\.status|incident\.(opened|closed))/.test(type))).toEqual(
      [],
    );
    const { body } = await fleet.call("GET", "/api/v1/incidents?limit=100", { token: alice.token });
    expect(body.items.map((incident: { ended_at: string | null }) => incident.ended_at)).toEqual(down.map(() => null));
  }, 150_000);
});
