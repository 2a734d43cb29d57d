import { setTimeout as delay } from "node:timers/promises";
import type { BrokerKind } from "../../tests/harness/house.ts";
import { BROKERS, openBenchFleet, PARTS, type Part } from "../bench-fleet.ts";
import { startChild, type Child } from "../children.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import type { Reported, Reporters } from "../reporters-process.ts";
import { withStage, type Stage } from "../stage.ts";
import { median, percentile, showMs, showRange } from "../statistics.ts";
import { cpuByPart } from "../window.ts";

const DEVICES = 10_000;
const CREATED_AT_ONCE = 1_000;
const CONNECTIONS = 256;
const GOAL = 2;
const GOAL_PER_CORE = 3_000;

/** Heartbeats of a request, and requests a second; null: as many as are answered. */
type Load = { items: number; rate: number | null };
const LOADS: readonly Load[] = [
  { items: 1, rate: 3_000 },
  { items: 100, rate: 50 },
];

/** A server with those who report to it. */
type Side = { reporters: Child; pids: Partial<Record<Part, number[]>> };
type Round = { perSecond: number; cpuMs: number; cpuMsBy: Record<Part, number>; p99Ms: number };

/** Heartbeats over HTTP, each written before it is answered, beside a route that only parses the same body. */
export async function measureHeartbeats(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const load of LOADS) rows.push(...(await withStage((stage) => measureLoad(bench, stage, load))));
  return rows;
}

async function measureLoad(bench: Bench, stage: Stage, load: Load): Promise<Row[]> {
  const bare = await openBareSide(stage, load);
  const sides = new Map<BrokerKind, Side>();
  for (const broker of BROKERS) sides.set(broker, await openApiSide(stage, broker, load));
  const rounds = new Map<BrokerKind, Round[]>(BROKERS.map((broker) => [broker, []]));
  const alone = [await measureRound(bare, load)];
  for (let round = 0; round < PLAN.rounds; round++) {
    for (const [broker, side] of sides) rounds.get(broker)?.push(await measureRound(side, load));
    alone.push(await measureRound(bare, load));
    bench.say(
      `${load.items} a request: ${[...rounds.values()].map((of) => describe(of.at(-1))).join("; ")}; bare ${describe(alone.at(-1))}`,
    );
  }
  const rows: Row[] = [];
  for (const [broker, side] of sides) {
    const most = await measureRound(side, { ...load, rate: null });
    rows.push(report(load, broker, rounds.get(broker) ?? [], alone), reportMost(load, broker, most));
  }
  return rows;
}

async function openBareSide(stage: Stage, load: Load): Promise<Side> {
  const server = await startChild(stage, "hono-process.ts");
  return {
    pids: { api: [server.pid] },
    reporters: await openReporters(stage, load, await server.ask<number>("port"), ""),
  };
}

async function openApiSide(stage: Stage, broker: BrokerKind, load: Load): Promise<Side> {
  const { fleet, owner, pids } = await openBenchFleet(stage, broker);
  const key = await fleet.createKey(owner, "INGEST");
  // Each device is known: what a fleet costs that comes for the first time is another matter.
  for (let first = 1; first <= DEVICES; first += CREATED_AT_ONCE) {
    const json = Array.from({ length: CREATED_AT_ONCE }, (_, i) => ({ device_id: `device-${first + i}` }));
    const { status } = await fleet.call("POST", "/api/v1/heartbeat", { token: key, json });
    if (status !== 202) throw new Error(`devices were not made: ${status}`);
  }
  return { pids: pids(), reporters: await openReporters(stage, load, Number(new URL(fleet.url).port), key) };
}

async function openReporters(stage: Stage, { items }: Load, port: number, key: string): Promise<Child> {
  const reporters = await startChild(stage, "reporters-process.ts");
  const authorization = `Bearer ${key}`;
  await reporters.ask("prepare", {
    port,
    connections: CONNECTIONS,
    authorization,
    devices: DEVICES,
    items,
  } satisfies Reporters);
  return reporters;
}

/** One round of a side: warmed up, measured, and silent again. */
async function measureRound({ reporters, pids }: Side, { items, rate }: Load): Promise<Round> {
  await reporters.ask("begin", rate);
  await delay(PLAN.warmMs / 2);
  await reporters.ask("count");
  const [startedAt, before] = [performance.now(), await cpuByPart(pids)];
  await delay(PLAN.windowMs);
  const [{ answered, timesMs, refused }, after] = [await reporters.ask<Reported>("count"), await cpuByPart(pids)];
  const spanS = (performance.now() - startedAt) / 1_000;
  await reporters.ask("stop");
  if (refused !== null) throw new Error(`a heartbeat was refused: ${refused}`);
  const heartbeats = answered * items;
  const cpuMsBy = Object.fromEntries(PARTS.map((part) => [part, (after[part] - before[part]) / heartbeats])) as Record<
    Part,
    number
  >;
  const cpuMs = PARTS.reduce((sum, part) => sum + cpuMsBy[part], 0);
  return { perSecond: heartbeats / spanS, cpuMs, cpuMsBy, p99Ms: percentile(timesMs, 0.99) };
}

function describe(round: Round | undefined): string {
  if (round === undefined) return "nothing";
  const { cpuMs, cpuMsBy, perSecond, p99Ms } = round;
  return `${cpuMs.toFixed(4)} ms (api ${cpuMsBy.api.toFixed(4)}, postgres ${cpuMsBy.postgres.toFixed(4)}) at ${perSecond.toFixed(0)}/s, p99 ${showMs(p99Ms)}`;
}

function report({ items, rate }: Load, broker: BrokerKind, rounds: readonly Round[], alone: readonly Round[]): Row {
  const bareMs = alone.map(({ cpuMs }) => cpuMs);
  // The machine drifts: each round is held against the yardstick just before and just after it.
  const ratios = rounds.map(
    ({ cpuMs }, i) => (2 * cpuMs) / ((bareMs[i] ?? Number.NaN) + (bareMs[i + 1] ?? Number.NaN)),
  );
  const parts = PARTS.filter((part) => part === "api" || part === "postgres" || part === broker);
  const split = parts
    .map((part) => `${part} ${median(rounds.map(({ cpuMsBy }) => cpuMsBy[part])).toFixed(3)}`)
    .join(", ");
  const p99 = percentile(
    rounds.map(({ p99Ms }) => p99Ms),
    1,
  );
  return {
    figure: `CPU per heartbeat, ${nameOf(items)}, ${(rate ?? 0) * items}/s`,
    mode: broker,
    value: `ratio ${showRange(ratios, 2)}; ${showRange(
      rounds.map(({ cpuMs }) => cpuMs),
      3,
    )} ms (${split}), ${median(rounds.map(({ perSecond }) => perSecond)).toFixed(0)}/s reached, answered within ${showMs(p99)} at p99`,
    yardstick: `bare route ${showRange(bareMs, 3)} ms`,
    goal: `ratio <= ${GOAL}`,
    isReached: median(ratios) <= GOAL,
  };
}

function reportMost({ items }: Load, broker: BrokerKind, { perSecond, cpuMs, cpuMsBy, p99Ms }: Round): Row {
  const perCore = 1_000 / cpuMs;
  return {
    figure: `heartbeats a second at most, ${nameOf(items)}, ${CONNECTIONS} connections`,
    mode: broker,
    value: `${perSecond.toFixed(0)}/s with one API process; ${perCore.toFixed(0)}/s a core of API and Postgres together, ${(1_000 / cpuMsBy.api).toFixed(0)}/s a core of the API; answered within ${showMs(p99Ms)} at p99`,
    yardstick: "-",
    goal: `>= ${GOAL_PER_CORE}/s a core`,
    isReached: perCore >= GOAL_PER_CORE,
  };
}

const nameOf = (items: number): string => (items === 1 ? "one a request" : `${items} a request`);
