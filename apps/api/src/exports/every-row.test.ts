import { scopeTo, type Scope } from "@pulsecheck/db/scope";
import { checkListQuery } from "@pulsecheck/shared/check";
import { readingListQuery } from "@pulsecheck/shared/sensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { everyCheck, everyReading } from "./every-row.ts";

const NAMES = ["first", "second", "third"];
const { limit: _limit, cursor: _cursor, ...allChecks } = checkListQuery.parse({});
const { limit: _most, cursor: _next, ...allReadings } = readingListQuery.parse({});

let house: House;
let alice: Person;
let scope: Scope;
const ids: string[] = [];
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  const { prisma, pool } = house.db;
  const { workspaceId } = await prisma.membership.findFirstOrThrow({ where: { userId: alice.id } });
  scope = scopeTo(house.db, workspaceId);
  for (const name of NAMES)
    ids.push((await house.addMonitor(alice, { name, url: "https://example.com/", is_active: false })).id);
  await pool.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, kind, outcome, status, http_status, total_ms)
     SELECT id, now() - n * interval '1 second', 0, 's', 'o', 'U', 200, 12.5 FROM monitors, generate_series(1, 2) n`,
  );
  const json = NAMES.flatMap((sensor_id) => [1, 2].map((value) => ({ sensor_id, value })));
  await house.call("POST", "/api/v1/sensors", { token: alice.token, json });
});
afterAll(() => house.stop());

/** What is read when, after the first row, the second of the three is deleted. */
async function readWhileDeleting<Row>(rows: AsyncGenerator<Row>, path: string): Promise<Row[]> {
  const { value: first } = await rows.next();
  expect((await house.call("DELETE", path, { token: alice.token })).status).toBe(204);
  const rest = [];
  for await (const row of rows) rest.push(row);
  return [first as Row, ...rest];
}

test("a monitor that is deleted meanwhile has no rows in the table of all", async () => {
  const checks = await readWhileDeleting(everyCheck(scope, allChecks), `/api/v1/monitors/${ids[1]}`);
  expect(checks.map(({ monitor_name }) => monitor_name)).toEqual(["first", "first", "third", "third"]);
});

test("nor has a sensor", async () => {
  const readings = await readWhileDeleting(everyReading(scope, allReadings), "/api/v1/sensors/second");
  expect(readings.map(({ sensor_id }) => sensor_id)).toEqual(["first", "first", "third", "third"]);
});

test("404 for one that was asked for", async () => {
  const gone = { status: 404 };
  await expect(everyCheck(scope, { ...allChecks, monitor_id: ids[1] }).next()).rejects.toMatchObject(gone);
  await expect(everyReading(scope, { ...allReadings, sensor_id: "second" }).next()).rejects.toMatchObject(gone);
});
