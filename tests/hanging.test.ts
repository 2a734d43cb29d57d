import { expect, onTestFinished, test } from "vitest";
import { openHouse } from "./harness/house.ts";
import { addManyMonitors } from "./harness/many-monitors.ts";
import { openTarget } from "./harness/target.ts";

test("a thousand hanging targets do not delay the healthy ones", async () => {
  const [hanging, healthy] = [await openTarget(), await openTarget()];
  hanging.answer(() => undefined);
  const house = await openHouse({ env: { CHECK_CONCURRENCY: "100" } });
  onTestFinished(async () => {
    await house.stop();
    await hanging.stop();
    await healthy.stop();
  }, 60_000);
  const { id: ownerId } = await house.register("alice");
  await addManyMonitors(house.db.pool, {
    ownerId,
    url: hanging.url,
    count: 1_000,
    intervalS: 30,
    timeoutMs: 20_000,
    name: "hanging",
  });
  await hanging.asked(900);
  await addManyMonitors(house.db.pool, {
    ownerId,
    url: healthy.url,
    count: 50,
    intervalS: 2,
    timeoutMs: 5_000,
    name: "healthy",
  });
  await healthy.asked(50 * 4);
  const { rows } = await house.db.pool.query<{ late: number; checks: number }>(
    `SELECT count(*)::int AS checks, percentile_disc(0.99) WITHIN GROUP (ORDER BY delay_ms)::int AS late
     FROM checks c JOIN monitors m ON m.id = c.monitor_id WHERE m.name LIKE 'healthy%'`,
  );
  expect(rows[0]?.checks).toBeGreaterThan(100);
  expect(rows[0]?.late).toBeLessThan(1_500);
}, 90_000);
