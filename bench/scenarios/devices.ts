import { setTimeout as delay } from "node:timers/promises";
import { openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { startChild, type Child } from "../children.ts";
import { cpuMsOf, residentMb } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import type { Clients } from "../sockets-process.ts";
import { withStage } from "../stage.ts";

const DEVICES = 5_000;
const PATIENCE_MS = 60_000;

/** Many devices, each on a socket of its own, at one API process: counted when they come, while they live, when they go. */
export function measureDevices(bench: Bench): Promise<Row[]> {
  return withStage(async (stage) => {
    const fleet = await openBenchFleet(stage, "postgres");
    const count = DEVICES / PLAN.scaleDown;
    const pid = fleet.api.child.pid ?? 0;
    const before = await residentMb(pid);
    const clients = await startChild(stage, "sockets-process.ts");
    const headers = { Authorization: `Bearer ${await fleet.fleet.createKey(fleet.owner, "INGEST")}` };
    const url = `${fleet.fleet.url.replace("http", "ws")}/api/v1/ws/device`;
    const comingMs = await time(async () => {
      await clients.ask("connect", { url, count, headers, devices: "device" } satisfies Clients);
      await until(async () => (await readDevices(fleet)).connected === count, "not all were counted as connected");
    });
    bench.say(`${count} devices are connected`);
    const { now } = await readDevices(fleet);
    const cpuMs = await cpuMsOf([pid]);
    await until(async () => (await readDevices(fleet, now)).heard === count, "not all were heard by their pongs");
    const [pings, open] = [await clients.ask<number>("pings"), await clients.ask<number>("open")];
    const livingMs = ((await cpuMsOf([pid])) - cpuMs) / count;
    const mb = (await residentMb(pid)) - before;
    bench.say(`${open} sockets are open after ${pings} pings`);
    const goingMs = await time(() => leave(fleet, clients, count));
    return [
      {
        figure: `${count} devices on sockets of one API process`,
        mode: "postgres",
        value: `all counted as connected ${(comingMs / 1_000).toFixed(1)} s after the first dialled; ${open} open and all heard by their pongs (${livingMs.toFixed(2)} ms CPU each, committed); all counted as disconnected ${(goingMs / 1_000).toFixed(1)} s after they vanished; ${((mb / count) * 1_000).toFixed(0)} kB each`,
        yardstick: "-",
        goal: "all are counted",
        isReached: open === count,
      },
    ];
  });
}

/** All vanish; resolves once each is counted as gone, with its event. */
async function leave(fleet: BenchFleet, clients: Child, count: number): Promise<void> {
  await clients.ask("vanish");
  await until(async () => {
    const { connected, disconnects } = await readDevices(fleet);
    return connected === 0 && disconnects === count;
  }, "not all were counted as disconnected");
}

type Devices = { connected: number; heard: number; disconnects: number; now: Date };

async function readDevices({ sql }: BenchFleet, since = new Date(0)): Promise<Devices> {
  const { rows } = await sql.query<Devices>(
    `SELECT count(connection_id)::int AS connected, (count(*) FILTER (WHERE last_heard_at > $1))::int AS heard,
       (SELECT count(*)::int FROM device_events WHERE event_type = 'd') AS disconnects, now() AS now FROM device_states`,
    [since],
  );
  return rows[0] ?? { connected: 0, heard: 0, disconnects: 0, now: since };
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await isSo()); await delay(100))
    if (performance.now() > end) throw new Error(otherwise);
}
