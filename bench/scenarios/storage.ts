import { setTimeout as delay } from "node:timers/promises";
import { openDb } from "@pulsecheck/db/client";
import { rollUp } from "@pulsecheck/db/rollups";
import { openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { percentile, showMs } from "../statistics.ts";
import { fillChecks, fillRollups, readColumns, sizeOfChecks } from "../storage-rows.ts";
import { openHttpTarget } from "../targets.ts";

const MONITORS = 10_000;
const INTERVAL_S = 300;
const DAYS = 90;
const REQUESTS = 300;
const GOAL_BYTES = 130;
const GOAL_MS = 50;
const DAY_MS = 86_400_000;

/** How much a stored check takes, and how long the history and the list take to read. */
export function measureStorage(bench: Bench): Promise<Row[]> {
  return withStage(async (stage) => {
    const fleet = await openBenchFleet(stage, "postgres");
    await makeSample(fleet, (await openHttpTarget(stage)).url);
    await fleet.addMonitors({ count: MONITORS / PLAN.scaleDown, intervalS: INTERVAL_S, url: "http://127.0.0.1:1/" });
    const columns = await readColumns(fleet.sql, "checks");
    const stored = await fillChecks(fleet.sql, columns, INTERVAL_S);
    const bytes = await sizeOfChecks(fleet.sql);
    bench.say(`${stored} checks of a day are stored`);
    // The worker has noted already how far it came, without these.
    await fleet.sql.query("DELETE FROM rollup_progress");
    await fleet.sql.query("DELETE FROM check_rollups");
    const startedAt = performance.now();
    const db = openDb(fleet.fleet.postgres.databaseUrl, { name: "bench", onError: () => undefined });
    await rollUp(db, new Date()).finally(() => db.close());
    bench.say(`rolled up in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    const rollups = await fillRollups(fleet.sql, DAYS);
    bench.say(`${rollups} rollups of ${DAYS} days are stored`);
    await fleet.sql.query("VACUUM ANALYZE");
    const perRow = (bytes.table + bytes.index) / stored;
    return [
      {
        figure: `bytes of a stored check, index included (${stored} rows)`,
        mode: "-",
        value: `${perRow.toFixed(0)} (table ${(bytes.table / stored).toFixed(0)}, index ${(bytes.index / stored).toFixed(0)})`,
        yardstick: "-",
        goal: `<= ${GOAL_BYTES}`,
        isReached: perRow <= GOAL_BYTES,
      },
      await timeRequests(fleet, `/stats for ${DAYS} days`, statsPaths(await readIds(fleet))),
      await timeRequests(fleet, `a page (100) of ${MONITORS / PLAN.scaleDown} monitors`, listPaths()),
    ];
  });
}

/** One check as the worker stores it: the others are made like it. */
async function makeSample(fleet: BenchFleet, url: string): Promise<void> {
  await fleet.addMonitors({ count: 1, intervalS: 1, url });
  await fleet.startWorker();
  for (;;) {
    const { rows } = await fleet.sql.query("SELECT FROM checks WHERE outcome = 'o' LIMIT 1");
    if (rows.length > 0) break;
    await delay(200);
  }
  await fleet.stopWorkers();
}

async function readIds({ sql }: BenchFleet): Promise<string[]> {
  const { rows } = await sql.query<{ public_id: string }>(
    `SELECT public_id FROM monitors WHERE interval_s = ${INTERVAL_S} ORDER BY md5(id::text) LIMIT ${REQUESTS}`,
  );
  return rows.map((row) => row.public_id);
}

type NextPath = (lastBody: { next_cursor?: string | null }) => string | null;

/** Another monitor each time, each for the 90 days until now. */
function statsPaths(ids: readonly string[]): NextPath {
  const left = [...ids];
  return () => {
    const id = left.pop();
    const to = new Date();
    const from = new Date(to.getTime() - DAYS * DAY_MS);
    return id === undefined ? null : `/api/v1/monitors/${id}/stats?from=${from.toISOString()}&to=${to.toISOString()}`;
  };
}

/** Page after page, and from the front again. */
function listPaths(): NextPath {
  let left = REQUESTS;
  return ({ next_cursor: cursor }) => {
    left -= 1;
    if (left < 0) return null;
    return `/api/v1/monitors?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
  };
}

async function timeRequests({ fleet, owner }: BenchFleet, what: string, next: NextPath): Promise<Row> {
  const times: number[] = [];
  let lastBody: { next_cursor?: string | null } = {};
  for (let path = next(lastBody); path !== null; path = next(lastBody)) {
    const startedAt = performance.now();
    const { status, body } = await fleet.call("GET", path, { token: owner.token });
    times.push(performance.now() - startedAt);
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${JSON.stringify(body)}`);
    lastBody = body as typeof lastBody;
  }
  // The first ones compile and connect.
  const warm = times.slice(20);
  return {
    figure: `GET ${what}`,
    mode: "-",
    value: `p50 ${showMs(percentile(warm, 0.5))}, p99 ${showMs(percentile(warm, 0.99))} of ${warm.length} requests, one after the other`,
    yardstick: "-",
    goal: `p99 < ${GOAL_MS} ms`,
    isReached: percentile(warm, 0.99) < GOAL_MS,
  };
}
