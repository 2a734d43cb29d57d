import { startApi } from "@pulsecheck/api/server";
import { openBroker } from "@pulsecheck/broker/broker";
import { openDb, type Db } from "@pulsecheck/db/client";
import { writeMailedToken, type MailedTokenKind } from "@pulsecheck/db/mailed-token";
import { parseConfig } from "@pulsecheck/shared/config";
import { createCounters } from "@pulsecheck/shared/counters";
import { pino } from "pino";
import { openSender, type Sender } from "../simulate/sender.ts";

/** The API without a worker: what is made here nobody checks or mails yet. */
export type TemporaryApi = {
  db: Db;
  sender: Sender;
  /** The token in a mail that will be sent later. */
  tokenOf(kind: MailedTokenKind, id: string): string;
};

/** Runs the API in this process, on a port that nobody knows, for as long as `work` takes. */
export async function withTemporaryApi<T>(env: NodeJS.ProcessEnv, work: (api: TemporaryApi) => Promise<T>): Promise<T> {
  const parsed = parseConfig({ ...env, PORT: "0", HOST: "127.0.0.1" });
  if (!parsed.ok) throw new Error(parsed.message);
  const { config } = parsed;
  const log = pino({ level: "warn" });
  const onError = (error: Error) => log.warn({ err: error }, "a connection broke");
  const db = openDb(config.databaseUrl, { name: "demo", onError });
  const broker = openBroker({ databaseUrl: config.databaseUrl, redisUrl: null, onError });
  try {
    const api = await startApi({ config, db, broker, log, counters: createCounters() });
    const sender = openSender(api.url);
    try {
      return await work({ db, sender, tokenOf: (kind, id) => writeMailedToken(config.secretKey, kind, id) });
    } finally {
      await sender.close();
      await api.stop();
    }
  } finally {
    await broker.close();
    await db.close();
  }
}
