import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import pg from "pg";
import { expect, inject, onTestFinished } from "vitest";
import type { Person } from "../harness/caller.ts";
import type { BrokerKind } from "../harness/house.ts";
import { addManyMonitors } from "../harness/many-monitors.ts";
import { openFleet, type Fleet } from "../harness/processes.ts";

const MONITORS = 200;
const PATH = "/monitor-";
const INTERVAL_MS = 2_000;
/** How late a check may start while the API is under attack, p99, by the target's journal. */
const LATE_MS = 1_000;
/** How long /health may take in a single attack, p99. A short one has so few answers that its slowest one counts. */
const STALL_MS = 3_000;
const MEGABYTE = 1_048_576;

/** A PulseCheck of real processes that checks 200 monitors every two seconds, whatever is done to its API. */
export type Siege = {
  fleet: Fleet;
  alice: Person;
  sql: pg.Client;
  /** What the API wrote into its log. */
  log(): string;
  /**
   * Runs an attack and expects that meanwhile every check starts on time, that /health is answered, and that the
   * API's memory grows by less than `megabytes`.
   */
  withstand<T>(attack: () => Promise<T>, megabytes: number): Promise<T>;
  /** How long /health took in all attacks so far, p99, in ms. */
  answeredMs(): number;
  stop(): Promise<void>;
};

export async function openSiege(broker: BrokerKind): Promise<Siege> {
  const leave = await waitForTurn();
  const target = await openTarget();
  const fleet = await openFleet(broker);
  const api = await fleet.startApi();
  await fleet.startWorker();
  const alice = await fleet.register("alice");
  const sql = new pg.Client({ connectionString: fleet.postgres.databaseUrl });
  await sql.connect();
  const many = { url: target.url + PATH.slice(1), count: MONITORS, intervalS: INTERVAL_MS / 1_000, timeoutMs: 1_500 };
  await addManyMonitors(sql, { ...many, ownerId: alice.id, name: "besieged" });
  await sql.query("UPDATE monitors SET url = url || id");
  // Twice round: from now on each is checked on its own grid.
  await target.journal(2 * MONITORS);
  const answers: number[] = [];
  return {
    fleet,
    alice,
    sql,
    log: api.output,
    async withstand(attack, megabytes) {
      const memory = watchMemory(api.child.pid);
      const health = await watchHealth(fleet.url);
      const from = Date.now();
      let late: number[] = [];
      try {
        const result = await attack();
        late = latenesses(await target.journal(), from, Date.now());
        return result;
      } finally {
        const grownMb = memory.stop();
        const took = await health.stop();
        expect(percentile(late, 0.99), "checks are late").toBeLessThan(LATE_MS);
        expect(grownMb, "memory grew").toBeLessThan(megabytes);
        expect(percentile(took, 0.99), "/health is slow").toBeLessThan(STALL_MS);
        answers.push(...took);
      }
    },
    answeredMs: () => percentile(answers, 0.99),
    async stop() {
      await sql.end();
      await fleet.stop();
      await target.stop();
      await leave();
    },
  };
}

/** One siege at a time, whatever test files run beside each other: the attack on one would be the other's noise. */
async function waitForTurn(): Promise<() => Promise<void>> {
  const turn = new pg.Client({ connectionString: inject("postgresUrl") });
  await turn.connect();
  await turn.query("SELECT pg_advisory_lock(hashtext('siege'))");
  return () => turn.end();
}

type Asked = { path: string; at: number };

type Target = {
  url: string;
  /** What it was asked, as soon as that is so much. */
  journal(atLeast?: number): Promise<Asked[]>;
  stop(): Promise<void>;
};

async function openTarget(): Promise<Target> {
  const child = fork(new URL("target-process.ts", import.meta.url));
  const [url] = (await once(child, "message")) as [string];
  return {
    url,
    async journal(atLeast = 0) {
      child.send(atLeast);
      const [journal] = (await once(child, "message")) as [Asked[]];
      return journal;
    },
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** How much later than its interval each check came after the one before, and those that did not come, in ms. */
function latenesses(journal: readonly Asked[], from: number, to: number): number[] {
  const times = new Map<string, number[]>();
  // Ports come round again: a stranger's check of a target that was here before is none of ours.
  const ours = journal.filter(({ path }) => path.startsWith(PATH));
  for (const { at, path } of ours) times.set(path, [...(times.get(path) ?? []), at]);
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

/** Asks /health again and again. Tells how long each answer took, in ms. */
async function watchHealth(url: string): Promise<{ stop(): Promise<number[]> }> {
  const child = fork(new URL("health-process.ts", import.meta.url), [url]);
  await once(child, "spawn");
  return {
    async stop() {
      child.send("stop");
      const [took] = (await once(child, "message")) as [number[]];
      return took;
    },
  };
}

/** Looks at a process's memory again and again. Tells by how many MB it grew at its peak. */
function watchMemory(pid: number | undefined): { stop(): number } {
  const read = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
  const before = read();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, read())), 50);
  return {
    stop() {
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

/** Writes `piece` up to so many bytes, as fast as they are taken, until the connection is gone. */
export async function pour({ socket, gone }: RawClient, piece: Buffer, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !socket.destroyed; sent += piece.byteLength)
    if (!socket.write(piece)) await Promise.race([once(socket, "drain").catch(() => undefined), gone]);
}
