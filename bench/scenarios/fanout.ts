import { setTimeout as delay } from "node:timers/promises";
import { openBroker } from "@pulsecheck/broker/broker";
import type { StatusChange } from "@pulsecheck/shared/live-events";
import type { BrokerKind } from "../../tests/harness/house.ts";
import { BROKERS, openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { startChild, type Child } from "../children.ts";
import { cpuMsOf } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import type { Clients } from "../sockets-process.ts";
import { withStage, type Stage } from "../stage.ts";
import { median, showRange } from "../statistics.ts";

const SOCKETS = 2_000;
/** Below the limit of sockets of one user. */
const SOCKETS_OF_ONE = 200;
const CHANGES = 100;
const EVERY_MS = 100;
const GOAL = 1.3;

/** A server with its clients, that can be made to tell all of them of one change. */
type Side = { pid: number; clients: Child; tell(): Promise<unknown> };

/** CPU of one status change to 2,000 sockets, beside the same bytes through `ws` alone. */
export function measureFanout(bench: Bench): Promise<Row[]> {
  return withStage(async (stage) => {
    const fleets: [BrokerKind, Side][] = [];
    for (const broker of BROKERS) {
      fleets.push([broker, await openApiSide(stage, broker)]);
      bench.say(`${broker}: ${SOCKETS} sockets are open`);
    }
    for (const [, side] of fleets) await cpuOfChange(side);
    const frame = await fleets[0]?.[1].clients.ask<string>("last");
    const bare = await openBareSide(stage, frame ?? "");
    await cpuOfChange(bare);
    const alone = [await cpuOfChange(bare)];
    const rounds = new Map<BrokerKind, { ratio: number; cpuMs: number }[]>(BROKERS.map((broker) => [broker, []]));
    for (let round = 0; round < PLAN.rounds; round++) {
      const told = new Map<BrokerKind, number>();
      for (const [broker, side] of fleets) told.set(broker, await cpuOfChange(side));
      const before = alone.at(-1) ?? Number.NaN;
      const after = await cpuOfChange(bare);
      alone.push(after);
      for (const [broker, cpuMs] of told) {
        const ratio = cpuMs / ((before + after) / 2);
        rounds.get(broker)?.push({ ratio, cpuMs });
        bench.say(`${broker}: ${cpuMs.toFixed(1)} ms a change, ${ratio.toFixed(2)} x ws alone`);
      }
    }
    return [...rounds].map(([broker, of]) => ({
      figure: `CPU of one status change to ${SOCKETS} sockets`,
      mode: broker,
      value: `ratio ${showRange(
        of.map(({ ratio }) => ratio),
        2,
      )}; ${showRange(
        of.map(({ cpuMs }) => cpuMs),
        1,
      )} ms in the API process`,
      yardstick: `bare ws ${showRange(alone, 1)} ms, ${frame?.length} bytes`,
      goal: `ratio <= ${GOAL}`,
      isReached: median(of.map(({ ratio }) => ratio)) <= GOAL,
    }));
  });
}

/** CPU (ms) of a server for each of a hundred changes, ten a second. Every socket must have got every one. */
async function cpuOfChange({ pid, clients, tell }: Side): Promise<number> {
  const [received, cpu] = [await clients.ask<number>("received"), await cpuMsOf([pid])];
  for (let i = 0; i < CHANGES; i++) await Promise.all([tell(), delay(EVERY_MS)]);
  for (let tries = 0; tries < 100; tries++) {
    const got = (await clients.ask<number>("received")) - received;
    if (got === CHANGES * SOCKETS) return ((await cpuMsOf([pid])) - cpu) / CHANGES;
    if (got > CHANGES * SOCKETS) throw new Error(`the sockets got ${got - CHANGES * SOCKETS} messages too many`);
    await delay(50);
  }
  throw new Error("not every change arrived at every socket");
}

async function openBareSide(stage: Stage, frame: string): Promise<Side> {
  const server = await startChild(stage, "ws-process.ts");
  const clients = await startChild(stage, "sockets-process.ts");
  const url = `ws://127.0.0.1:${await server.ask<number>("port")}/`;
  await clients.ask("connect", { url, count: SOCKETS, headers: {} } satisfies Clients);
  return { pid: server.pid, clients, tell: () => server.ask("tell", frame) };
}

async function openApiSide(stage: Stage, broker: BrokerKind): Promise<Side> {
  const bench = await openBenchFleet(stage, broker);
  const { fleet, sql, owner, api } = bench;
  const monitor = await fleet.addMonitor(owner, { name: "bench", url: "http://127.0.0.1:1/", is_active: false });
  const { rows } = await sql.query<{ id: number; public_id: string }>("SELECT id, public_id FROM workspaces");
  const workspace = rows[0];
  if (workspace === undefined) throw new Error("there is no workspace");
  const clients = await startChild(stage, "sockets-process.ts");
  const url = `${fleet.url.replace("http", "ws")}/api/v1/ws/dashboard`;
  for (let user = 0; user < SOCKETS / SOCKETS_OF_ONE; user++) {
    const headers = { Authorization: `Bearer ${await joinWorkspace(bench, workspace.id, user)}` };
    await clients.ask("connect", {
      url,
      count: SOCKETS_OF_ONE,
      headers: { ...headers, "X-Workspace-Id": workspace.public_id },
    } satisfies Clients);
  }
  await waitForSnapshots(clients);
  const brokerOptions = {
    databaseUrl: fleet.postgres.databaseUrl,
    redisUrl: fleet.redis?.url ?? null,
    onError: () => undefined,
  };
  const { bus } = await stage.use(
    () => openBroker(brokerOptions),
    (opened) => opened.close(),
  );
  const tell = () => {
    const at = new Date().toISOString();
    const data: StatusChange = {
      monitor_id: monitor.id,
      status: "DOWN",
      previous: "UP",
      reason: "http_status",
      detail: "127.0.0.1:1 answered with status 500; expected was 200-299.",
      at,
    };
    return bus.publish([{ workspace: workspace.id, at, type: "monitor.status", data }]);
  };
  return { pid: api.child.pid ?? 0, clients, tell };
}

/** A colleague's session, who shares the owner's workspace. */
async function joinWorkspace({ fleet, sql }: BenchFleet, workspaceId: number, n: number): Promise<string> {
  const person = await fleet.register(`colleague${n}`);
  await sql.query("INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'VIEWER')", [
    workspaceId,
    person.id,
  ]);
  return person.token;
}

async function waitForSnapshots(clients: Child): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await clients.ask<number>("received")) === SOCKETS) return;
    await delay(50);
  }
  throw new Error("not every socket got its snapshot");
}
