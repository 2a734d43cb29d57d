import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateQueues } from "@pulsecheck/broker/broker";
import { migrate } from "@pulsecheck/db/migrate";
import { findFreePort } from "../../scripts/servers/free-port.ts";
import { removePostgres, startPostgres } from "../../scripts/servers/postgres.ts";
import { startRedis, type RunningRedis } from "../../scripts/servers/redis.ts";
import { createCaller, type Caller } from "./caller.ts";
import type { BrokerKind } from "./house.ts";

const root = new URL("../..", import.meta.url).pathname;

/** A real process of ours, as it runs in production. */
export type OurProcess = {
  child: ChildProcess;
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or null after a signal. */
  exited: Promise<number | null>;
};

export type OurApi = OurProcess & { url: string };

/** PulseCheck in real processes on servers of its own, so that each of them may be killed. */
export type Fleet = Caller & {
  /** Of the first API process; `call` and its kin ask that one. */
  url: string;
  /** Comes back on the same port with the same data. `stop` may be followed by `restart`. */
  postgres: { databaseUrl: string; stop(): Promise<void>; restart(): Promise<void> };
  redis: RunningRedis | null;
  startWorker(): Promise<OurProcess>;
  /** On the port of an API process that has ended, if there is one; else on a port of its own. */
  startApi(): Promise<OurApi>;
  stop(): Promise<void>;
};

export async function openFleet(
  broker: BrokerKind,
  env: Record<string, string> = {},
  postgresSettings: Record<string, string> = {},
): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), "pulsecheck-fleet-"));
  const dataDir = join(folder, "postgres");
  const redis = broker === "redis" ? await startRedis({ dataDir: join(folder, "redis") }) : null;
  const settings = { fsync: "off", ...postgresSettings };
  let postgres = await startPostgres({ dataDir, settings });
  await migrate(postgres.url);
  await migrateQueues(postgres.url);
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const processes: OurProcess[] = [];
  const apis = new Map<string, OurProcess | null>([[url, null]]);
  const full = {
    DATABASE_URL: postgres.url,
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
    SECRET_KEY: "a-secret-for-tests-only",
    PULSECHECK_EMBEDDED: "true",
    HOST: "127.0.0.1",
    PORT: new URL(url).port,
    MIN_CHECK_INTERVAL: "1",
    ...env,
  };
  const start = async (app: "api" | "worker", own: Record<string, string> = {}) => {
    const started = await startProcess(app, { ...full, ...own });
    processes.push(started);
    return started;
  };
  const startApi = async (): Promise<OurApi> => {
    const free = [...apis].find(([, api]) => api === null || hasEnded(api))?.[0];
    const at = free ?? `http://127.0.0.1:${await findFreePort()}`;
    const isFirst = apis.get(at) === null;
    const api = await start("api", isFirst ? {} : { PORT: new URL(at).port });
    apis.set(at, api);
    return { ...api, url: at };
  };
  return {
    ...createCaller(url),
    url,
    redis,
    postgres: {
      databaseUrl: postgres.url,
      stop: () => postgres.stop(),
      async restart() {
        await postgres.stop();
        postgres = await startPostgres({ dataDir, port: postgres.port, settings });
      },
    },
    startApi,
    startWorker: () => start("worker"),
    async stop() {
      for (const one of processes) one.signal("SIGKILL");
      await Promise.all(processes.map(({ exited }) => exited));
      await redis?.stop();
      await postgres.stop();
      await removePostgres(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const hasEnded = ({ child }: OurProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function startProcess(app: "api" | "worker", env: Record<string, string>): Promise<OurProcess> {
  const child = spawn(process.execPath, [join(root, `apps/${app}/src/main.ts`)], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    if (/started"/.test(output)) resolve();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  void exited.then((code) => reject(new Error(`${app} ended with ${code}: ${output}`)));
  await ready;
  return { child, output: () => output, exited, signal: (signal) => void child.kill(signal) };
}
