import { randomUUID } from "node:crypto";
import type { ProbeResult } from "@pulsecheck/shared/check";
import { decide } from "@pulsecheck/shared/monitor-state";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { commitChecks } from "./commit-checks.ts";
import { claimDeliveries, finishDelivery } from "./deliveries.ts";
import { claimOne, mendClockSteps } from "./due-checks.ts";
import { finishLatency } from "./finish-latency.ts";
import { fanOut } from "./outbox.ts";

const DEBOUNCE_MIN = 60;
let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
  // Leases from before the database's start are given time to settle; here time is set, and would look so.
  await tenant.db.pool.query(
    "SELECT pg_sleep(greatest(0, 11 - extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))",
  );
});
afterAll(() => tenant.close());

/** What happens to a monitor and to those who watch over it. Minutes pass, or the clock is set. */
type Step =
  | { do: "good check" | "failed check" | "worker dies in a check" | "mails" | "sender dies" | "housekeeping" }
  | { do: "time passes" | "clock set back" | "clock set forward"; minutes: number };

const plain = fc.constantFrom<Step["do"]>(
  "good check",
  "failed check",
  "failed check",
  "worker dies in a check",
  "mails",
  "mails",
  "sender dies",
  "housekeeping",
);
const timed = fc.constantFrom<Step["do"]>("time passes", "time passes", "clock set back", "clock set forward");
const step = fc.oneof(
  { weight: 3, arbitrary: plain.map((what) => ({ do: what }) as Step) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: timed,
      minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 5_000 })),
    }) as fc.Arbitrary<Step>,
  },
);

const down: Step[] = [{ do: "failed check" }, { do: "failed check" }, { do: "mails" }];
const setBack: Step = { do: "clock set back", minutes: 5_000 };
/** Stories that once went wrong, or are too rare to be met by chance. */
const KNOWN: [Step[]][] = [
  [[...down, { do: "good check" }, ...down, setBack]],
  [[...down, { do: "good check" }, setBack]],
  [[{ do: "failed check" }, { do: "failed check" }, { do: "sender dies" }, { do: "good check" }, setBack]],
  [[...down, { do: "worker dies in a check" }, setBack]],
  [[{ do: "failed check" }, { do: "failed check" }, { do: "good check" }, ...down, { do: "good check" }]],
];

/** Everything that is stored about time moves, as if the clock had. */
async function moveClock(minutes: number): Promise<void> {
  const by = `${-minutes} minutes`;
  const move = (table: string, ...columns: string[]) =>
    tenant.db.pool.query(
      `UPDATE ${table} SET ${columns.map((name) => `${name} = ${name} + $1::interval`).join(", ")}`,
      [by],
    );
  await move("deliveries", "due_at", "sent_at", "lease_until", "created_at");
  await move("monitor_states", "next_check_at", "scheduled_at", "leased_until", "streak_started_at");
}

type Mail = { incident: string; kind: string };

/** One monitor, its checks and its mails, in the real tables. */
async function live(steps: readonly Step[]) {
  const { db, scope } = tenant;
  await db.pool.query("DELETE FROM deliveries");
  await db.pool.query("DELETE FROM transitions");
  const { id } = await tenant.addMonitor({ failure_threshold: 2 });
  const mails: Mail[] = [];
  const repeatable = new Set<string>();

  async function check(isGood: boolean): Promise<void> {
    const claim = await claimOne(scope, randomUUID(), id);
    if (claim === null) return;
    const startedAt = new Date();
    const result: ProbeResult = {
      outcome: isGood ? "ok" : "failure",
      reason: isGood ? null : "timeout",
      detail: isGood ? null : "It did not answer.",
      httpStatus: isGood ? 200 : null,
      phases: { dns: null, connect: 1, tls: null, firstByte: null, total: 2 },
      resolvedAddress: null,
      tlsExpiresAt: null,
      startedAt,
    };
    const decision = decide(claim.state, result.outcome, startedAt, claim.failureThreshold);
    const opened = decision.transition?.kind === "DOWN" ? randomUUID() : claim.incidentId;
    const incidentId = decision.next.hasOpenIncident ? opened : null;
    await commitChecks(db, [
      {
        claim,
        result,
        decision,
        incidentId,
        nextCheckAt: claim.scheduledAt,
        cronState: null,
        events: [],
        latency: finishLatency(claim, result),
        inMaintenance: false,
      },
    ]);
  }

  async function sendMails(survives: boolean): Promise<void> {
    await fanOut(db, true);
    for (const delivery of await claimDeliveries(db, new Date(), DEBOUNCE_MIN * 60_000, 50)) {
      // The service takes it, whether or not its sender lives to hear so.
      mails.push({ incident: delivery.incident?.id ?? "", kind: delivery.kind });
      if (survives) await finishDelivery(db, delivery, { state: "SENT", messageId: null }, new Date());
      else repeatable.add(delivery.incident?.id + delivery.kind);
    }
  }

  async function act(one: Step): Promise<void> {
    if (one.do === "good check" || one.do === "failed check") return check(one.do === "good check");
    if (one.do === "worker dies in a check") return void (await claimOne(scope, randomUUID(), id));
    if (one.do === "mails" || one.do === "sender dies") return sendMails(one.do === "mails");
    if (one.do === "housekeeping") return void (await mendClockSteps(db));
    if ("minutes" in one) return moveClock(one.do === "clock set back" ? -one.minutes : one.minutes);
  }

  for (const one of steps) await act(one);
  return { act, mails, repeatable };
}

test("for any story of checks, deaths and clocks: DOWN and UP alternate, and no long outage is silent", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { act, mails, repeatable } = await live(steps);
      // However it went so far: an outage that lasts is told, once the window is over.
      await act({ do: "housekeeping" });
      await act({ do: "time passes", minutes: 2 });
      await act({ do: "failed check" });
      await act({ do: "failed check" });
      await act({ do: "mails" });
      await act({ do: "time passes", minutes: DEBOUNCE_MIN + 17 });
      await act({ do: "mails" });
      const { rows } = await tenant.db.pool.query<{ id: string; isOpen: boolean }>(
        `SELECT id, ended_at IS NULL AS "isOpen" FROM incidents ORDER BY confirmed_at`,
      );
      for (const { id } of rows) {
        const own = mails.filter(({ incident }) => incident === id).map(({ kind }) => kind);
        const told = own.filter((kind, i) => kind !== own[i - 1] || !repeatable.has(id + kind));
        expect(["", "DOWN", "DOWN UP"]).toContain(told.join(" "));
        for (const kind of ["DOWN", "UP"]) expect(own.filter((one) => one === kind).length).toBeLessThanOrEqual(2);
      }
      const open = rows.findLast(({ isOpen }) => isOpen);
      expect(mails.some(({ incident, kind }) => incident === open?.id && kind === "DOWN")).toBe(true);
      await tenant.db.pool.query("DELETE FROM monitors");
    }),
    { numRuns: 100, examples: KNOWN },
  );
}, 120_000);
