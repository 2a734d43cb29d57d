import { describe, test } from "vitest";
import { BROKERS } from "../harness/house.ts";
import { allAnswered, doubledChecks, requestsOf, underWay } from "./judges.ts";
import { hanging, healthy, openTown } from "./town.ts";

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("SIGTERM with hundreds of checks under way, half of them hanging, and a silent mail service: gone in 10 s, nothing lost", async (context) => {
    const { expect } = context;
    const town = await openTown(context, broker, { latencyMs: 1_500 });
    const { target, fleet, mails } = town;
    const worker = await fleet.startWorker();
    const good = await town.addShops({ name: "good", count: 150, intervalS: 10, timeoutMs: 5_000 });
    const stuck = await town.addShops({ name: "stuck", count: 150, intervalS: 10, timeoutMs: 30_000 });
    const down = await town.addShops({ name: "down", count: 1, intervalS: 10, failureThreshold: 1 });
    town.behave(stuck, hanging);
    mails.behave((_mail, _response, _accept, take) => take());
    town.behave(down, (_request, response) => response.destroy());
    await target.until((journal) => underWay(journal) >= 150);
    await mails.mail(({ subject }) => subject === "DOWN: down-1");
    const termedAt = Date.now();
    worker.signal("SIGTERM");
    expect(await worker.exited).toBe(0);
    const goneAt = Date.now();
    expect(goneAt - termedAt).toBeLessThan(10_000);

    // Every healthy check that was begun had its answer, and its answer was written.
    const before = [...requestsOf(target.journal, good).values()].flat();
    expect(before.filter(({ isCut }) => isCut)).toEqual([]);
    const [row] = await town.query<{ stored: number }>(
      "SELECT count(*)::int AS stored FROM checks c JOIN monitors m ON m.id = c.monitor_id WHERE m.name LIKE 'good%'",
    );
    expect(row?.stored).toBe(before.length);

    // The hanging ones were handed back: the next worker asks them at once, not when their leases end.
    const cut = [...requestsOf(target.journal, stuck)].filter(([, requests]) => requests.some(({ isCut }) => isCut));
    expect(cut.length).toBeGreaterThan(20);
    town.behave(stuck, healthy(0));
    mails.acceptAll();
    await fleet.startWorker();
    const nextAt = Date.now();
    await target.until((journal) =>
      allAnswered(
        journal,
        cut.map(([shop]) => shop),
        goneAt,
        1,
      ),
    );
    expect(Date.now() - nextAt).toBeLessThan(5_000);
    await target.until((journal) => allAnswered(journal, good, goneAt, 1));
    expect(Date.now() - nextAt).toBeLessThan(12_000);
    expect(doubledChecks(target.journal, [...good, ...stuck])).toEqual([]);
  }, 90_000);
});
