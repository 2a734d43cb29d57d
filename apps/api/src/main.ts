import { hostname } from "node:os";
import { openBroker } from "@pulsecheck/broker/broker";
import { quietErrors } from "@pulsecheck/broker/quiet-errors";
import { openDb } from "@pulsecheck/db/client";
import { createSystemLog } from "@pulsecheck/db/system-log";
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
// Warnings go into the database as well, for operators.
const systemLog = createSystemLog({ process: "api", host: hostname(), pid: process.pid });
const log = pino(
  { level: config.logLevel, base: { app: "api", pid: process.pid } },
  pino.multistream([
    { level: "trace", stream: pino.destination(1) },
    { level: "warn", stream: systemLog },
  ]),
);
const onError = quietErrors((error) => log.error({ err: error }, "the broker or the database failed; trying on"));
const db = openDb(config.databaseUrl, { poolSize: 20, name: "api", onError });
systemLog.start(db);
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
  await systemLog.stop();
  await db.close();
  log.info("API stopped");
  process.exit(0);
}
process.on("SIGTERM", stop).on("SIGINT", stop).on("disconnect", stop);
