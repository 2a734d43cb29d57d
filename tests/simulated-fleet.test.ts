import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../scripts/launch/environment.ts";
import { PASSWORD, type Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
});
afterAll(() => house.stop());

async function simulate(...args: string[]): Promise<{ code: unknown; out: string }> {
  const script = join(root, "scripts/simulate.ts");
  const child = spawn(join(root, "node_modules/.bin/node"), [script, "--url", house.url, ...args]);
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const [code] = await once(child, "close");
  return { code, out };
}

test("a simulated fleet is taken by a real PulseCheck, all of it", async () => {
  const login = ["--email", alice.email, "--password", PASSWORD];
  const { code, out } = await simulate(...login, "--devices", "40", "--duration", "16s", "--seed", "3");
  expect([code, out]).toEqual([0, expect.stringContaining("accepted")]);
  expect(out).toMatch(/pings +[1-9]\d* accepted/);
  expect(out).not.toMatch(/refused|put off|problem|no cron jobs/);
  const { rows } = await house.db.pool.query(
    `SELECT (SELECT count(*)::int FROM devices) AS devices, (SELECT sum(heartbeats)::int FROM device_states) AS heartbeats,
      (SELECT count(*)::int FROM device_events WHERE event_type = 'c') AS connected, (SELECT count(*)::int FROM device_states WHERE connected_to IS NOT NULL) AS "stillConnected",
      (SELECT count(*)::int FROM readings) AS readings, (SELECT count(*)::int FROM api_keys WHERE revoked_at IS NULL) AS keys`,
  );
  expect(rows[0]).toMatchObject({ devices: 40, stillConnected: 0, keys: 0 });
  expect(rows[0].heartbeats).toBeGreaterThanOrEqual(40);
  expect(rows[0].readings).toBeGreaterThanOrEqual(50);
  expect(rows[0].connected).toBe(4);
});
