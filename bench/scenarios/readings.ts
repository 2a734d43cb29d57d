import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { BrokerKind } from "../../tests/harness/house.ts";
import { joinLive, type Frame } from "../../tests/harness/live-client.ts";
import { BROKERS, openBenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage, type Stage } from "../stage.ts";
import { percentile, showMs } from "../statistics.ts";

const RATE = 500;
const SENSORS = 100;
/** Connections that insert. */
const INSERTING = 10;
const TICK_MS = 20;
const WINDOW_MS = 2.5 * PLAN.windowMs;
const LANDING_MS = 5_000;
const GOAL_MS = 250;

/** From a reading's INSERT, by plain SQL and each one a statement of its own, to its frame at a socket of sensors. */
export async function measureReadings(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const broker of BROKERS) {
    const { delays, sent } = await withStage((stage) => measureDelays(stage, broker));
    bench.say(`${broker}: ${delays.length} of ${sent} readings were told, p99 ${showMs(percentile(delays, 0.99))}`);
    rows.push({
      figure: `INSERT -> \`sensor.reading\`, ${RATE}/s`,
      mode: broker,
      value: `p50 ${showMs(percentile(delays, 0.5))}, p99 ${showMs(percentile(delays, 0.99))}, longest ${showMs(percentile(delays, 1))} (${delays.length} of ${sent} readings told)`,
      yardstick: "-",
      goal: `p99 < ${GOAL_MS} ms, all told`,
      isReached: percentile(delays, 0.99) < GOAL_MS && delays.length === sent,
    });
  }
  return rows;
}

async function measureDelays(stage: Stage, broker: BrokerKind): Promise<{ delays: number[]; sent: number }> {
  const { fleet, owner, startWorker } = await openBenchFleet(stage, broker);
  await startWorker();
  const first = Array.from({ length: SENSORS }, (_, i) => ({ sensor_id: `sensor-${i}`, value: -1 }));
  const { status } = await fleet.call("POST", "/api/v1/sensors", { token: owner.token, json: first });
  if (status !== 201) throw new Error(`the sensors were not made: ${status}`);
  const join = () => joinLive(`${fleet.url}/api/v1/ws/sensors`, { Authorization: `Bearer ${owner.token}` });
  const socket = await stage.use(join, ({ raw }) => raw.terminate());
  const pool = await stage.use(
    () => new pg.Pool({ connectionString: fleet.postgres.databaseUrl, max: INSERTING }),
    (opened) => opened.end(),
  );
  const sentAt: number[] = [];
  const delays: number[] = [];
  let isMeasured = false;
  // Its value is a reading's number.
  socket.raw.on("message", (data: Buffer) => {
    const { type, data: reading } = JSON.parse(data.toString()) as Frame;
    const at = sentAt[reading?.value];
    if (type === "sensor.reading" && isMeasured && at !== undefined) delays.push(performance.now() - at);
  });
  const insert = async () => {
    const value = sentAt.push(performance.now()) - 1;
    await pool.query({
      name: "insert-reading",
      text: "INSERT INTO sensor_readings (sensor_id, value) VALUES ($1, $2)",
      values: [`sensor-${value % SENSORS}`, value],
    });
  };
  await insertFor(PLAN.warmMs / 2, insert);
  await delay(LANDING_MS);
  sentAt.length = 0;
  isMeasured = true;
  await insertFor(WINDOW_MS, insert);
  await delay(LANDING_MS);
  return { delays, sent: sentAt.length };
}

/** Inserts at the rate, whether the statements before are answered or not. */
async function insertFor(ms: number, insert: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const answers: Promise<void>[] = [];
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = performance.now() - startedAt) {
    while (answers.length < (elapsedMs / 1_000) * RATE) answers.push(insert());
    await delay(TICK_MS);
  }
  await Promise.all(answers);
}
