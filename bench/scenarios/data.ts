import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { createInflateRaw } from "node:zlib";
import { bucketOf } from "@pulsecheck/shared/histogram";
import { openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { residentMb } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage } from "../stage.ts";
import { percentile, showMs } from "../statistics.ts";

const CHECKS = 1_000_000;
const MONITORS = 1_000;
const DAYS = 90;
const ASKS = 60;
const GOAL_MS = 200;
const GOAL_MB = 250;
const IMPORTED = 50_000;
const IMPORT_GOAL_S = 60;
const PIECE_BYTES = 65_536;

/** What comes out of much data: a long table for a spreadsheet, and figures over months. */
export function measureData(bench: Bench): Promise<Row[]> {
  return withStage(async (stage) => {
    const fleet = await openBenchFleet(stage, "postgres");
    const checks = CHECKS / PLAN.scaleDown;
    await fleet.addMonitors({ count: MONITORS, intervalS: 3_600, url: "http://127.0.0.1:9/" });
    await fillRollups(fleet);
    bench.say(`${MONITORS} monitors with ${DAYS} days of figures are stored`);
    const rows = [];
    for (const [what, query] of QUERIES) rows.push(await timeAnalytics(fleet, what, query));
    await fillChecks(fleet, checks);
    bench.say(`${checks} checks are stored`);
    for (const format of ["xlsx", "csv"]) rows.push(await timeExport(fleet, format, checks));
    rows.push(await timeImport(fleet, IMPORTED / PLAN.scaleDown));
    return rows;
  });
}

const QUERIES = [
  ["all together, by the day", "by=none&bucket=day"],
  ["all together, by the week, beside the 90 days before", "by=none&bucket=week&compare=true"],
  ["by tag, whole", "by=tag&bucket=none"],
  ["by monitor, whole", "by=monitor&bucket=none&limit=200"],
] as const;

async function timeAnalytics(fleet: BenchFleet, what: string, query: string): Promise<Row> {
  const to = new Date();
  const from = new Date(to.getTime() - DAYS * 86_400_000);
  const path = `/api/v1/analytics/latency?from=${from.toISOString()}&to=${to.toISOString()}&${query}`;
  const times: number[] = [];
  for (let i = 0; i < ASKS; i += 1) {
    const startedAt = performance.now();
    const { status, body } = await fleet.fleet.call("GET", path, { token: fleet.owner.token });
    times.push(performance.now() - startedAt);
    if (status !== 200 || body.total.count === 0)
      throw new Error(`analytics answered ${status}: ${JSON.stringify(body)}`);
  }
  // The first ones read from disk.
  const usual = times.slice(5);
  const p99 = percentile(usual, 0.99);
  return {
    figure: `latencies of ${MONITORS} monitors over ${DAYS} days, ${what}`,
    mode: "postgres",
    value: `p50 ${showMs(percentile(usual, 0.5))}, p99 ${showMs(p99)}`,
    yardstick: "-",
    goal: `p99 < ${GOAL_MS} ms`,
    isReached: p99 < GOAL_MS,
  };
}

async function timeExport({ fleet, api, owner }: BenchFleet, format: string, checks: number): Promise<Row> {
  const pid = api.child.pid ?? 0;
  const before = await residentMb(pid);
  let peak = before;
  const timer = setInterval(() => void residentMb(pid).then((mb) => (peak = Math.max(peak, mb))), 100);
  const startedAt = performance.now();
  const answer = await fetch(`${fleet.url}/api/v1/exports/checks?format=${format}`, {
    headers: { Authorization: `Bearer ${owner.token}` },
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body ?? []) chunks.push(chunk);
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(timer);
  const file = Buffer.concat(chunks);
  const rows = answer.status === 200 ? await countRows(file, format) : 0;
  if (rows !== checks) throw new Error(`an export answered ${answer.status} with ${rows} of ${checks} rows`);
  return {
    figure: `${checks} checks as .${format}: ${(file.byteLength / 1e6).toFixed(0)} MB`,
    mode: "postgres",
    value: `${(checks / seconds).toFixed(0)} rows/s, ${seconds.toFixed(0)} s; API process ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} MB before`,
    yardstick: "-",
    goal: `+ ${GOAL_MB} MB at most`,
    isReached: peak - before < GOAL_MB,
  };
}

/** Rows below the header. In .xlsx the sheet is the first file of the archive, behind a header of its own. */
async function countRows(file: Buffer, format: string): Promise<number> {
  const isCsv = format === "csv";
  const [from, mark] = isCsv ? [0, "\n"] : [30 + file.readUInt16LE(26) + file.readUInt16LE(28), "<row "];
  const pieces = Readable.from(piecesOf(file.subarray(from)));
  let [count, cut] = [isCsv ? 0 : -1, ""];
  for await (const piece of isCsv ? pieces : pieces.pipe(createInflateRaw())) {
    const text = cut + (piece as Buffer).toString("latin1");
    count += text.split(mark).length - 1;
    cut = text.slice(text.length - mark.length + 1);
  }
  return count;
}

function* piecesOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; at += PIECE_BYTES) yield file.subarray(at, at + PIECE_BYTES);
}

/** From the request with the file until a worker has written all of it. */
async function timeImport({ fleet, owner: { token }, startWorker }: BenchFleet, count: number): Promise<Row> {
  await startWorker();
  const rows = Array.from({ length: count }, (_, i) => `key-${i},Imported ${i},https://example.com/${i},3600,false`);
  const raw = ["external_key,name,url,interval,is_active", ...rows].join("\n");
  const startedAt = performance.now();
  const headers = { "Content-Type": "text/csv" };
  const { body } = await fleet.call("POST", "/api/v1/imports?kind=monitors_csv", { token, raw, headers });
  let view = body;
  while (view.finished_at === null) {
    await delay(100);
    view = (await fleet.call("GET", `/api/v1/imports/${body.id}`, { token })).body;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  if (view.created !== count) throw new Error(`an import ended with ${JSON.stringify(view)}`);
  return {
    figure: `${count} monitors imported from CSV`,
    mode: "postgres",
    value: `${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} rows/s`,
    yardstick: "-",
    goal: `< ${IMPORT_GOAL_S} s`,
    isReached: seconds < IMPORT_GOAL_S,
  };
}

/** A good latency of each bucket between 40 and 170 ms, by the day and the week; ten tags. */
async function fillRollups({ sql }: BenchFleet): Promise<void> {
  await sql.query("UPDATE monitors SET tags = ARRAY['tag-' || id % 10]");
  const [first, last] = [bucketOf(40), bucketOf(170)];
  for (const [hours, unit, perBucket] of [
    [24, "day", 48],
    [168, "week", 336],
  ] as const) {
    await sql.query(
      `INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, checks, failures, inconclusive, latency_sum_ms, latency_min_ms, latency_max_ms, hist_buckets, hist_counts)
       SELECT m.id, $1::smallint, at, $5::int * ($4::int - $3::int + 1), 0, 0, 80.0 * $5::int * ($4::int - $3::int + 1), 40, 170,
         ARRAY(SELECT generate_series($3::int, $4::int))::smallint[], array_fill($5::int, ARRAY[$4::int - $3::int + 1])
       FROM monitors m, generate_series(date_trunc('${unit}', now() - interval '200 days', 'UTC'), date_trunc('${unit}', now(), 'UTC') - interval '1 ${unit}', interval '1 ${unit}') AS at
       WHERE m.id % $2::int = 0`,
      [hours, 1, first, last, perBucket],
    );
    await sql.query(
      `INSERT INTO rollup_progress VALUES ($1, date_trunc('${unit}', now(), 'UTC')) ON CONFLICT (period_hours) DO UPDATE SET rolled_until = excluded.rolled_until`,
      [hours],
    );
  }
  await sql.query(
    "INSERT INTO rollup_progress VALUES (1, date_trunc('hour', now(), 'UTC')) ON CONFLICT (period_hours) DO UPDATE SET rolled_until = excluded.rolled_until",
  );
  await sql.query("VACUUM ANALYZE check_rollups");
}

/** Checks of ten monitors, within the last two days. */
async function fillChecks({ sql }: BenchFleet, count: number): Promise<void> {
  await sql.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, kind, outcome, status, http_status, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms)
     SELECT m.id, date_trunc('day', now(), 'UTC') + n * interval '500 ms', 0, 's', 'o', 'U', 200, 3.5, 12.25, 20, 60 + n % 40, 70 + n % 40
     FROM (SELECT id FROM monitors ORDER BY id LIMIT 10) m, generate_series(1, $1::int / 10) n`,
    [count],
  );
  await sql.query("VACUUM ANALYZE checks");
}
