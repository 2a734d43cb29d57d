import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { BrokerKind } from "../tests/harness/house.ts";
import { addManyMonitors } from "../tests/harness/many-monitors.ts";
import { openFleet } from "../tests/harness/processes.ts";
import { startChild, stopChild } from "./children.ts";
import { cpuMsOf, parentOf } from "./cpu.ts";

// Usage: npm run bench [-- checks a second]
const RATE = Number(process.argv[2] ?? 200);
const INTERVAL_S = 5;
const WARM_MS = 8_000;
const MEASURE_MS = 15_000;

type Row = { what: string; cpuMs: number; rate: number; lateP99Ms: number | null };

/** The yardstick: CPU per check of undici alone at the same rate. */
async function measureUndici(url: string): Promise<Row> {
  const { child, pid, lastLine } = await startChild("undici-process.ts", url, String(RATE));
  await delay(WARM_MS);
  const [cpu, made] = [await cpuMsOf([pid]), Number(lastLine())];
  await delay(MEASURE_MS);
  const checks = Number(lastLine()) - made;
  const cpuMs = ((await cpuMsOf([pid])) - cpu) / checks;
  await stopChild(child);
  return { what: "undici alone", cpuMs, rate: checks / (MEASURE_MS / 1_000), lateP99Ms: null };
}

/** The whole pipeline: worker, API, Postgres and, where there is one, Redis. */
async function measureFleet(broker: BrokerKind, url: string): Promise<Row> {
  const fleet = await openFleet(broker, {});
  const sql = new pg.Client({ connectionString: fleet.postgres.databaseUrl });
  try {
    await sql.connect();
    const api = await fleet.startApi();
    const worker = await fleet.startWorker();
    const owner = await fleet.register("bench");
    await addManyMonitors(sql, {
      ownerId: owner.id,
      url,
      count: RATE * INTERVAL_S,
      intervalS: INTERVAL_S,
      timeoutMs: 10_000,
      name: "bench",
    });
    await delay(WARM_MS + INTERVAL_S * 1_000);
    const { rows: backends } = await sql.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const postmaster = await parentOf(backends[0]?.pid ?? 0);
    const pids = [api.child.pid ?? 0, worker.child.pid ?? 0, postmaster, ...(fleet.redis ? [fleet.redis.pid] : [])];
    const [cpu, before] = [await cpuMsOf(pids), await countChecks(sql)];
    await delay(MEASURE_MS);
    const [cpuAfter, after] = [await cpuMsOf(pids), await countChecks(sql)];
    const { rows } = await sql.query<{ late: number }>(
      `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY delay_ms) AS late FROM checks WHERE scheduled_at > now() - $1 * interval '1 millisecond'`,
      [MEASURE_MS],
    );
    return {
      what: `PulseCheck on ${broker}`,
      cpuMs: (cpuAfter - cpu) / (after - before),
      rate: (after - before) / (MEASURE_MS / 1_000),
      lateP99Ms: rows[0]?.late ?? null,
    };
  } finally {
    await sql.end();
    await fleet.stop();
  }
}

async function countChecks(sql: pg.Client): Promise<number> {
  return Number((await sql.query<{ count: string }>("SELECT count(*) FROM checks")).rows[0]?.count ?? 0);
}

const target = await startChild("target-process.ts");
const url = `http://127.0.0.1:${target.firstLine}/`;
const rows: Row[] = [];
for (const measure of [
  measureUndici,
  (at: string) => measureFleet("postgres", at),
  measureUndici,
  (at: string) => measureFleet("redis", at),
  measureUndici,
]) {
  rows.push(await measure(url));
}
await stopChild(target.child);

const alone = rows
  .filter(({ what }) => what === "undici alone")
  .map(({ cpuMs }) => cpuMs)
  .toSorted((a, b) => a - b);
const yardstick = alone[1] ?? Number.NaN;
process.stdout.write(`${RATE} checks a second over plain http, CPU of all processes that take part, one run:\n`);
for (const { what, cpuMs, rate, lateP99Ms } of rows) {
  const late = lateP99Ms === null ? "" : `, started late by p99 ${Math.round(lateP99Ms)} ms`;
  process.stdout.write(
    `  ${what.padEnd(22)} ${cpuMs.toFixed(3)} ms a check (${(cpuMs / yardstick).toFixed(2)} x undici), ${rate.toFixed(0)} checks/s reached${late}\n`,
  );
}
process.stdout.write(
  `  The yardstick is the median of its three rounds, from ${alone[0]?.toFixed(3)} to ${alone[2]?.toFixed(3)} ms.\n`,
);
