import { startApi, type RunningApi, type SocketOptions } from "@pulsecheck/api/server";
import { openBroker, type Broker } from "@pulsecheck/broker/broker";
import { openDb, type Db } from "@pulsecheck/db/client";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import { parseConfig, type Config } from "@pulsecheck/shared/config";
import { createCounters } from "@pulsecheck/shared/counters";
import { startWorker, type RunningWorker } from "@pulsecheck/worker/worker";
import { Redis } from "ioredis";
import { pino } from "pino";
import { inject } from "vitest";
import { createTestDatabase } from "../setup/database.ts";
import { createCaller, type Caller } from "./caller.ts";

export const BROKERS = ["postgres", "redis"] as const;
export type BrokerKind = (typeof BROKERS)[number];

export type HouseOptions = {
  broker?: BrokerKind;
  /** Laid over the environment of the tests. */
  env?: Record<string, string>;
  /** Without a worker nothing is checked and no mail is sent. */
  worker?: boolean;
  /** How the API's processes keep their sockets. */
  sockets?: SocketOptions;
};

/** A whole PulseCheck in this process, on a database (and a Redis) of its own. */
export type House = Caller & {
  url: string;
  config: Config;
  env: Record<string, string>;
  db: Db;
  broker: Broker;
  /** The first process of the API. */
  api: RunningApi;
  startWorker(): Promise<RunningWorker>;
  /** Another process of the API. @param env laid over the house's own */
  startApi(env?: Record<string, string>): Promise<RunningApi>;
  stop(): Promise<void>;
};

export async function openHouse({
  broker: kind = "postgres",
  env: own = {},
  worker = true,
  sockets,
}: HouseOptions = {}): Promise<House> {
  const database = await createTestDatabase();
  const env: Record<string, string> = {
    DATABASE_URL: database.url,
    ...(kind === "redis" ? { REDIS_URL: await ownRedisUrl() } : {}),
    SECRET_KEY: "a-secret-for-tests-only",
    PULSECHECK_EMBEDDED: "true",
    HOST: "127.0.0.1",
    PORT: "0",
    MIN_CHECK_INTERVAL: "1",
    ...own,
  };
  const config = readConfig(env);
  const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });
  const onError = (error: Error) => log.warn({ err: error }, "a connection broke");
  const closing: (() => Promise<void>)[] = [];

  function openDeps(name: string) {
    const db = openDb(config.databaseUrl, { name, onError });
    const broker = openBroker({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, onError });
    closing.unshift(async () => {
      await broker.close();
      await db.close();
    });
    return { config, db, broker, log, counters: createCounters() };
  }

  const deps = openDeps("api");
  async function startAnotherApi(more: Record<string, string> = {}): Promise<RunningApi> {
    const api = await startApi({ ...deps, config: readConfig({ ...env, ...more }) }, sockets);
    closing.unshift(() => api.stop());
    return api;
  }
  async function startAnotherWorker(): Promise<RunningWorker> {
    const workerDeps = { ...openDeps("worker"), box: openSecretBox(config.secretKey) };
    const running = await startWorker(workerDeps);
    closing.unshift(() => running.stop());
    return running;
  }

  const api = await startAnotherApi();
  if (worker) await startAnotherWorker();
  return {
    ...createCaller(api.url),
    url: api.url,
    config,
    env,
    db: deps.db,
    broker: deps.broker,
    api,
    startApi: startAnotherApi,
    startWorker: startAnotherWorker,
    async stop() {
      for (const close of closing) await close();
      await database.drop();
    },
  };
}

function readConfig(env: Record<string, string>): Config {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.config;
}

/** A database number of the shared Redis that no other house has. */
export async function ownRedisUrl(): Promise<string> {
  const url = new URL(inject("redisUrl"));
  const redis = new Redis(url.href);
  const number = await redis.incr("houses");
  redis.disconnect();
  url.pathname = `/${number}`;
  return url.href;
}
