import { openBroker } from "@pulsecheck/broker/broker";
import { quietErrors } from "@pulsecheck/broker/quiet-errors";
import { openDb } from "@pulsecheck/db/client";
import { parseConfig } from "@pulsecheck/shared/config";
import { createCounters } from "@pulsecheck/shared/counters";
import { pino } from "pino";
import { startApi } from "./server.ts";

const parsed = parseConfig(process.env);
if (!parsed.ok) {
  process.stderr.write(`${parsed.message}\n`);
  process.exit(1);
}
const { config } = parsed;
const log = pino({ level: config.logLevel, base: { app: "api", pid: process.pid } });
const onError = quietErrors((error) => log.error({ err: error }, "the broker or the database failed; trying on"));
const db = openDb(config.databaseUrl, { poolSize: 20, name: "api", onError });
const broker = openBroker({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, onError });
const api = await startApi({ config, db, broker, counters: createCounters(), log });
log.info({ url: api.url, broker: broker.kind }, "API started");

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(1), 9_500).unref();
  await api.stop();
  await broker.close();
  await db.close();
  log.info("API stopped");
  process.exit(0);
}
process.on("SIGTERM", stop).on("SIGINT", stop).on("disconnect", stop);
