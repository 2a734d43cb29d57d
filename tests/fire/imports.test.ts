import type { ImportView } from "@pulsecheck/shared/import";
import { describe, test } from "vitest";
import { BROKERS } from "../harness/house.ts";
import { awaitImport, csv, sendFile } from "../harness/imports.ts";
import { openFleet } from "../harness/processes.ts";
import { openTown } from "./town.ts";

const ROWS = 6_000;
const EDITED = 5_000;

describe.concurrent.each(BROKERS)("with the broker on %s", (broker) => {
  test("a worker is killed in the middle of an import: nothing is half, and the next one does all of it", async ({
    expect,
    onTestFinished,
  }) => {
    const fleet = await openFleet(broker);
    onTestFinished(() => fleet.stop());
    await fleet.startApi();
    const alice = await fleet.register("alice");
    const count = async () =>
      (await fleet.call("GET", "/api/v1/monitors?total=true&limit=1", { token: alice.token })).body.total as number;
    const rows = Array.from({ length: ROWS }, (_, i) => `k${i},Monitor ${i},https://example.com/${i},3600,false`);
    const file = csv("external_key,name,url,interval,is_active", ...rows);
    const first = await fleet.startWorker();
    const { body } = await sendFile(fleet, alice, "monitors_csv", file);
    const look = async () =>
      (await fleet.call("GET", `/api/v1/imports/${body.id}`, { token: alice.token })).body as ImportView;
    await expect.poll(async () => (await look()).rows_done, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
    first.signal("SIGKILL");
    await first.exited;
    const { state, rows_done } = await look();
    expect([state, rows_done < ROWS]).toEqual(["RUNNING", true]);
    expect(await count()).toBe(0);

    await fleet.startWorker();
    const done = await awaitImport(fleet, alice, body.id, 90_000);
    expect(done).toMatchObject({ state: "DONE", created: ROWS, unchanged: 0, rows_done: ROWS });
    expect(await count()).toBe(ROWS);
  }, 150_000);
});

test("a file that changes thousands of active monitors holds nobody else's checks back", async ({
  expect,
  onTestFinished,
}) => {
  const town = await openTown({ onTestFinished }, "postgres");
  const { fleet } = town;
  const bob = await fleet.register("bob");
  const file = (timeoutMs: number) =>
    csv(
      "external_key,name,url,interval,timeout_ms",
      ...Array.from({ length: EDITED }, (_, i) => `k${i},Monitor ${i},${town.target.url}/many,3600,${timeoutMs}`),
    );
  await fleet.startWorker();
  const first = await sendFile(fleet, bob, "monitors_csv", file(4_000));
  expect(await awaitImport(fleet, bob, first.body.id, 120_000)).toMatchObject({ state: "DONE", created: EDITED });
  const shops = await town.addShops({ name: "shop", count: 5, intervalS: 1 });
  const ageMs = async () => {
    const [row] = await town.query<{ ms: number }>(
      "SELECT (extract(epoch FROM now() - max(last_checked_at)) * 1000)::float8 AS ms FROM monitor_states WHERE monitor_id = ANY($1)",
      [shops.map(({ id }) => id)],
    );
    return row?.ms ?? Number.NaN;
  };
  await expect.poll(ageMs, { timeout: 20_000 }).toBeLessThan(1_500);

  const startedAt = performance.now();
  const { body } = await sendFile(fleet, bob, "monitors_csv", file(3_000));
  const look = async () =>
    (await fleet.call("GET", `/api/v1/imports/${body.id}`, { token: bob.token })).body as ImportView;
  let oldestMs = 0;
  while ((await look()).finished_at === null) oldestMs = Math.max(oldestMs, await ageMs());
  const tookMs = performance.now() - startedAt;
  expect(await look()).toMatchObject({ state: "DONE", updated: EDITED });
  // Behind rows that were locked from the first to the last, they would have waited for as long as it took.
  expect(oldestMs).toBeLessThan(1_500 + tookMs / 2);
  const [fullest] = await town.query<{ due: number }>(
    `SELECT count(*)::int AS due FROM monitor_states WHERE workspace_id = (SELECT workspace_id FROM memberships WHERE user_id = $1)
     GROUP BY date_trunc('second', next_check_at) ORDER BY 1 DESC LIMIT 1`,
    [bob.id],
  );
  expect(fullest?.due).toBeLessThan(EDITED / 10);
}, 300_000);
