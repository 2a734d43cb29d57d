import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createSystemLog, trimSystemLog } from "@pulsecheck/db/system-log";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { BROKERS, openHouse, type House } from "../../../../tests/harness/house.ts";

const OPERATOR = "/api/v1/operator";
/** Read by no worker of these houses. */
const QUEUE = "imports";

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("the status says what runs and what failed, which is put back, and written down", async () => {
    const house = await openHouse({ broker, worker: false });
    onTestFinished(() => house.stop());
    const [alice, bob] = [await house.register("alice"), await house.register("bob")];
    const jobs = house.broker.jobs;
    let isBroken = true;
    const done: unknown[] = [];
    const consumer = jobs.consume(QUEUE, 1, async (data) => {
      if (isBroken) throw new Error("the disk is full");
      done.push(data);
    });
    onTestFinished(() => consumer.close());
    for (const n of [1, 2, 3]) await jobs.queue(QUEUE).add({ n });
    const readQueue = async () => {
      const { body } = await house.call("GET", `${OPERATOR}/status`, { token: alice.token });
      return body.queues.find(({ name }: { name: string }) => name === QUEUE);
    };
    await expect.poll(async () => (await readQueue()).failed, { timeout: 10_000 }).toBe(3);
    const { failed_jobs: failed } = await readQueue();
    expect(failed).toHaveLength(3);
    expect(failed[0]).toMatchObject({ name: QUEUE, reason: "the disk is full" });

    isBroken = false;
    const retry = (queue: string, json: unknown, by: Person = alice) =>
      house.call("POST", `${OPERATOR}/queues/${queue}/retry`, { token: by.token, json });
    expect((await retry(QUEUE, { job_id: failed[0].id })).body).toEqual({ retried: 1 });
    await expect.poll(() => done.length, { timeout: 10_000 }).toBe(1);
    expect((await retry(QUEUE, {})).body).toEqual({ retried: 2 });
    await expect.poll(() => done.length, { timeout: 10_000 }).toBe(3);
    expect(await readQueue()).toMatchObject({ failed: 0, failed_jobs: [] });

    const answers = [
      retry(QUEUE, { job_id: "nothing" }),
      retry("nothing", {}),
      retry(QUEUE, { x: 1 }),
      retry(QUEUE, {}, bob),
    ];
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404, 400, 403]);
    const { items } = (await house.call("GET", `${OPERATOR}/audit`, { token: alice.token })).body;
    expect(items).toMatchObject([
      { action: "queue.retried", subject: { type: "queue", id: QUEUE }, after: { jobs: 2 } },
      { action: "queue.retried", user: { email: alice.email }, after: { jobs: 1, job_id: failed[0].id } },
    ]);
    await expectVersions(house, alice, broker);
  }, 60_000);
});

async function expectVersions(house: House, { token }: Person, broker: string): Promise<void> {
  const worker = await house.startWorker();
  const { body } = await house.call("GET", `${OPERATOR}/status`, { token });
  expect(body.versions).toEqual({
    pulsecheck: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.versions.node,
    postgres: expect.stringMatching(/^\d+/),
    broker: broker === "redis" ? expect.stringMatching(/^Redis \d/) : "Postgres",
  });
  expect(body.api_processes).toMatchObject([{ pid: process.pid }]);
  expect(body.workers).toMatchObject([{ pid: process.pid, has_network: true }]);
  expect(body.uptime_ms).toBeGreaterThan(0);
  const { database } = body;
  expect(database.size_bytes).toBeGreaterThan(1_000_000);
  expect(database.tables).toHaveLength(10);
  const [checks] = database.partitions;
  const today = new Date().toISOString().slice(0, 10);
  expect([checks.table, checks.count >= 8, checks.oldest < today, checks.newest > today]).toEqual([
    "checks",
    true,
    true,
    true,
  ]);
  await worker.stop();
}

describe("the system log", () => {
  test("holds warnings and errors without their secrets, filtered and searched, and the newest only", async () => {
    const house = await openHouse({ worker: false });
    onTestFinished(() => house.stop());
    const alice = await house.register("alice");
    const systemLog = createSystemLog({ process: "worker", host: "a-host", pid: 7 });
    const log = pino({ level: "debug" }, systemLog);
    log.warn({ url: "redis://user:hunter2@db/0", token: "abc" }, "before there is a database");
    systemLog.start(house.db);
    log.info("of no interest");
    log.error({ err: new Error("cannot \0 do it") }, "it failed");
    await systemLog.stop();

    const read = async (query = "") =>
      (await house.call("GET", `${OPERATOR}/log${query}`, { token: alice.token })).body.items;
    const messages = async (query: string) => (await read(query)).map(({ message }: { message: string }) => message);
    expect(await read()).toMatchObject([
      {
        level: "error",
        process: "worker",
        host: "a-host",
        pid: 7,
        message: "it failed",
        fields: { err: { message: "cannot  do it" } },
      },
      { level: "warn", message: "before there is a database", fields: { url: "redis://***@db/0", token: "***" } },
    ]);
    expect(await messages("?level=warn")).toEqual(["before there is a database"]);
    expect(await messages("?q=DO it")).toEqual(["it failed"]);
    expect(await messages("?process=api")).toEqual([]);
    expect(await messages(`?from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);

    await house.db.pool.query(
      "INSERT INTO system_log (at, level, process, host, pid, message, fields) SELECT now() - n * interval '31 days', 'warn', 'api', '', 1, 'old', '{}' FROM generate_series(0, 1) n",
    );
    await trimSystemLog(house.db);
    expect(await messages("?q=old")).toEqual(["old"]);
  });

  test("is written by a process as it runs in production, beside its output", async () => {
    const house = await openHouse({ worker: false });
    onTestFinished(() => house.stop());
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const env = { ...house.env, SENSOR_WORKSPACE: crypto.randomUUID() };
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    const exited = once(child, "exit");
    onTestFinished(() => void child.kill("SIGKILL"));
    const readLog = async () => (await house.db.pool.query("SELECT process, pid, message FROM system_log")).rows;
    const message = expect.stringContaining("SENSOR_WORKSPACE names no workspace");
    await expect.poll(readLog, { timeout: 30_000 }).toEqual([{ process: "api", pid: child.pid, message }]);
    await expect.poll(() => output, { timeout: 10_000 }).toContain("API started");
    expect(output).toContain("SENSOR_WORKSPACE names no workspace");
    child.kill("SIGTERM");
    expect((await exited)[0]).toBe(0);
  }, 60_000);

  test("while the database is away, lines wait, and those that are too many are counted", async () => {
    const house = await openHouse({ worker: false });
    onTestFinished(() => house.stop());
    const systemLog = createSystemLog({ process: "api", host: "a-host", pid: 7 });
    const log = pino({}, systemLog);
    for (let n = 0; n < 600; n += 1) log.warn({ n }, "again");
    const { pool } = house.db;
    await pool.query("ALTER TABLE system_log RENAME TO away");
    systemLog.start(house.db);
    await systemLog.stop();
    await pool.query("ALTER TABLE away RENAME TO system_log");
    systemLog.start(house.db);
    await systemLog.stop();
    const { rows } = await pool.query(
      "SELECT message, count(*)::int, max((fields->>'lines')::int) AS lines FROM system_log GROUP BY 1 ORDER BY 1",
    );
    expect(rows).toEqual([
      { message: "again", count: 500, lines: null },
      { message: "so many lines came at once that some were dropped", count: 1, lines: 100 },
    ]);
  });
});
