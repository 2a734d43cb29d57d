import { readFileSync } from "node:fs";
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { expect, onTestFinished } from "vitest";
import type { Person } from "../harness/caller.ts";
import type { BrokerKind } from "../harness/house.ts";
import { addManyMonitors } from "../harness/many-monitors.ts";
import { openFleet, type Fleet } from "../harness/processes.ts";
import { openTarget, type Target } from "../harness/target.ts";

const MONITORS = 200;
const INTERVAL_MS = 2_000;
/** How late a check may start while the API is under attack, p99, by the target's journal. */
const LATE_MS = 1_000;
const MEGABYTE = 1_048_576;

/** A PulseCheck of real processes that checks 200 monitors every two seconds, whatever is done to its API. */
export type Siege = {
  fleet: Fleet;
  alice: Person;
  sql: pg.Client;
  /** What the API wrote into its log. */
  log(): string;
  /**
   * Runs an attack and expects that meanwhile every check starts on time, that /health is answered within a second
   * (p99), and that the API's memory grows by less than `megabytes`.
   */
  withstand<T>(attack: () => Promise<T>, megabytes: number): Promise<T>;
  stop(): Promise<void>;
};

export async function openSiege(broker: BrokerKind): Promise<Siege> {
  const target = await openTarget();
  const fleet = await openFleet(broker);
  const api = await fleet.startApi();
  await fleet.startWorker();
  const alice = await fleet.register("alice");
  const sql = new pg.Client({ connectionString: fleet.postgres.databaseUrl });
  await sql.connect();
  const many = { url: `${target.url}monitor-`, count: MONITORS, intervalS: INTERVAL_MS / 1_000, timeoutMs: 1_500 };
  await addManyMonitors(sql, { ...many, ownerId: alice.id, name: "besieged" });
  await sql.query("UPDATE monitors SET url = url || id");
  // Twice round: from now on each is checked on its own grid.
  await target.asked(2 * MONITORS);
  return {
    fleet,
    alice,
    sql,
    log: api.output,
    async withstand(attack, megabytes) {
      const watches = [watchMemory(api.child.pid), watchHealth(fleet.url)] as const;
      const from = Date.now();
      let late: number[] = [];
      try {
        const result = await attack();
        late = latenesses(target, from, Date.now());
        return result;
      } finally {
        const [grownMb, answeredMs] = await Promise.all(watches.map((watch) => watch.stop()));
        expect(percentile(late, 0.99), "checks are late").toBeLessThan(LATE_MS);
        expect(grownMb, "memory grew").toBeLessThan(megabytes);
        expect(answeredMs, "/health is slow").toBeLessThan(1_000);
      }
    },
    async stop() {
      await sql.end();
      await fleet.stop();
      await target.stop();
    },
  };
}

/** How much later than its interval each check came after the one before, and those that did not come, in ms. */
function latenesses(target: Target, from: number, to: number): number[] {
  const times = new Map<string, number[]>();
  for (const { at, path } of target.journal) times.set(path, [...(times.get(path) ?? []), at.getTime()]);
  expect(times.size).toBe(MONITORS);
  return [...times.values()].flatMap((all) => {
    const before = all.filter((time) => time < from).at(-1) ?? from;
    const during = [before, ...all.filter((time) => time >= from && time <= to), to];
    return during.slice(1).map((time, i) => time - (during[i] ?? time) - INTERVAL_MS);
  });
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
}

/** Asks /health again and again, each time over a new connection. Tells how long an answer took, p99, in ms. */
function watchHealth(url: string): { stop(): Promise<number> } {
  const took: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await askHealth(url);
      took.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return percentile(took, 0.99);
    },
  };
}

function askHealth(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/health`, { agent: false }, (response) => {
      response.resume().on("end", resolve);
      if (response.statusCode !== 200) reject(new Error(`/health answered ${response.statusCode}`));
    });
    request.on("error", reject);
  });
}

/** Looks at a process's memory again and again. Tells by how many MB it grew at its peak. */
function watchMemory(pid: number | undefined): { stop(): Promise<number> } {
  const read = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
  const before = read();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, read())), 50);
  return {
    async stop() {
      clearInterval(timer);
      return (Math.max(peak, read()) - before) / MEGABYTE;
    },
  };
}

/** A client that does with its connection what it likes. */
export type RawClient = {
  socket: Socket;
  /** All that was answered so far. */
  heard(): string;
  /** Resolves when the connection has ended, however, with all that was answered. */
  gone: Promise<string>;
};

/** Connects to the API; the connection ends with the test at the latest. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1"))).on("error", () => undefined);
  const gone = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return { socket, heard: () => text, gone };
}

export function connectMany(url: string, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectRaw(url)));
}
