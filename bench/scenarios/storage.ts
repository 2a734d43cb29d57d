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
const MONTH_DAYS = 30;
const MOST_AT_A_GLANCE = 50;
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
    const monitors = await readMonitors(fleet);
    const asked = monitors.slice(0, REQUESTS);
    const rollups = await fillRollups(
      fleet.sql,
      DAYS,
      asked.map(({ key }) => key),
    );
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
      await timeRequests(fleet, `/stats for ${DAYS} days`, statsPaths(asked, DAYS)),
      await timeRequests(fleet, `/stats for ${MONTH_DAYS} days`, statsPaths(asked, MONTH_DAYS)),
      await timeRequests(fleet, "/stats for a day", statsPaths(asked, 1)),
      await timeRequests(
        fleet,
        `/monitors/glance of ${MOST_AT_A_GLANCE} monitors for ${DAYS} days`,
        glancePaths(monitors),
      ),
      await timeRequests(fleet, `a page (100) of ${monitors.length} monitors`, listPaths("monitors", 100)),
      await timeRequests(fleet, `a page (1,000) of /board of ${monitors.length} monitors`, listPaths("board", 1_000)),
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

type StoredMonitor = { key: number; id: string };

/** All of them, in no order at all. */
async function readMonitors({ sql }: BenchFleet): Promise<StoredMonitor[]> {
  const { rows } = await sql.query<StoredMonitor>(
    `SELECT id AS key, public_id AS id FROM monitors WHERE interval_s = ${INTERVAL_S} ORDER BY md5(id::text)`,
  );
  return rows;
}

type NextPath = (lastBody: { next_cursor?: string | null }) => string | null;

/** Another monitor each time, each for the days until now. */
function statsPaths(monitors: readonly StoredMonitor[], days: number): NextPath {
  const left = [...monitors];
  return () => {
    const next = left.pop();
    const to = new Date();
    const from = new Date(to.getTime() - days * DAY_MS);
    return next ? `/api/v1/monitors/${next.id}/stats?from=${from.toISOString()}&to=${to.toISOString()}` : null;
  };
}

/** Other monitors each time, until all were seen, and so on. */
function glancePaths(monitors: readonly StoredMonitor[]): NextPath {
  let count = 0;
  return () => {
    const start = (count * MOST_AT_A_GLANCE) % monitors.length;
    const ids = monitors.slice(start, start + MOST_AT_A_GLANCE).map(({ id }) => id);
    count += 1;
    return count > REQUESTS ? null : `/api/v1/monitors/glance?days=${DAYS}&ids=${ids.join(",")}`;
  };
}

/** Page after page, and from the front again. */
function listPaths(list: string, limit: number): NextPath {
  let left = REQUESTS;
  return ({ next_cursor: cursor }) => {
    left -= 1;
    if (left < 0) return null;
    return `/api/v1/${list}?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
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
