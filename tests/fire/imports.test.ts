import type { ImportView } from "@pulsecheck/shared/import";
import { describe, test } from "vitest";
import { BROKERS } from "../harness/house.ts";
import { awaitImport, csv, sendFile } from "../harness/imports.ts";
import { openFleet } from "../harness/processes.ts";

const ROWS = 6_000;

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
