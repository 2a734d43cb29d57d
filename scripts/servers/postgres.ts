import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { waitForLock } from "../launch/lock.js";
import { findFreePort, tryPort } from "./free-port.ts";
import { ensureCluster, findPostmaster, launchPostmaster } from "./postgres-cluster.ts";
import { stopPostmaster, writeSettings } from "./postgres-cluster.ts";
import { databaseUrl, type Identity, identityFile } from "./postgres-identity.ts";
import { loadIdentity, saveIdentity } from "./postgres-identity.ts";
import { choosePlace, type PostgresPlace } from "./postgres-place.ts";

type PostgresOptions = { dataDir: string; port?: number; settings?: Record<string, string> };
export type RunningPostgres = {
  url: string;
  port: number;
  isRunning(): Promise<boolean>;
  stop(): Promise<void>;
};

const DATABASE = "pulsecheck";
const READY_TIMEOUT_MS = 60_000;
const START_ATTEMPTS = 5;

const settingsFor = (port: number, own: Record<string, string> = {}): Record<string, string> => ({
  listen_addresses: "127.0.0.1",
  port: String(port),
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "128MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  ...own,
});

async function choosePort(wanted: number | undefined, previous: number): Promise<number> {
  if (wanted !== undefined) return wanted;
  const isUsable = previous > 0 && (await tryPort(previous)) === null;
  return isUsable ? previous : findFreePort();
}

async function tryConnect(url: string): Promise<"up" | "not yet" | Error> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return "up";
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "28P01") return error as Error;
    return "not yet";
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The port of a postmaster that somebody left running on this data, once it answers; null when there is none. */
async function adopt(place: PostgresPlace, identity: Identity): Promise<number | null> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const running = await findPostmaster(place.home);
    if (running === null) return null;
    const url = databaseUrl({ ...identity, port: running.port }, "postgres");
    const state = running.port > 0 ? await tryConnect(url) : "not yet";
    if (state === "up") return running.port;
    if (state instanceof Error) throw state;
    await delay(200);
  }
  throw new Error(`the PostgreSQL that runs on ${place.home} does not answer`);
}

async function launch(place: PostgresPlace, options: PostgresOptions, identity: Identity): Promise<number> {
  let previous = identity.port;
  let failure = "";
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const port = await choosePort(options.port, previous);
    await writeSettings(place.home, settingsFor(port, options.settings));
    const problem = await launchPostmaster(place);
    if (problem === null) return port;
    failure = problem;
    previous = 0;
    // Both pass by themselves: another port next time, and the last backends of a killed postmaster leave soon.
    const passing = options.port === undefined ? /could not bind|shared memory block/ : /shared memory block/;
    if (!passing.test(problem)) break;
    await delay(1000);
  }
  throw new Error(`PostgreSQL did not start on ${place.home}:\n${failure}`);
}

async function createDatabase(identity: Identity): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(identity, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function startLocked(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDir, settings } = options;
  const place = await choosePlace(dataDir);
  const identity = await loadIdentity(dataDir, place.home);
  await saveIdentity(dataDir, identity);
  const durable = settings?.["fsync"] !== "off";
  await ensureCluster(place, { password: identity.password, durable });
  const port = (await adopt(place, identity)) ?? (await launch(place, options, identity));
  const current = { ...identity, port };
  await saveIdentity(dataDir, current);
  await createDatabase(current);
  return {
    url: databaseUrl(current, DATABASE),
    port,
    isRunning: async () => (await findPostmaster(place.home)) !== null,
    stop: () => stopPostmaster(place),
  };
}

/**
 * Starts PostgreSQL on `dataDir` (made when missing) or adopts the one that runs there; 127.0.0.1 only.
 * The port stays the same from start to start while it is free. Throws with the server's last log lines.
 *
 * We drive initdb and pg_ctl ourselves: the package's own class stops Postgres on Ctrl-C, before our drain ends.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const lock = await waitForLock(`${options.dataDir}.lock`, () => undefined);
  try {
    return await startLocked(options);
  } finally {
    lock.release();
  }
}

/** Stops what runs on `dataDir` and removes it, wherever it was put. */
export async function removePostgres(dataDir: string): Promise<void> {
  const place = await choosePlace(dataDir);
  await stopPostmaster(place);
  await rm(place.home, { recursive: true, force: true });
  await rm(identityFile(dataDir), { force: true });
}
