import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "../launch/environment.ts";
import { findFreePort } from "./free-port.ts";
import { findProgram, type Program } from "./debian-program.ts";

export type RunningRedis = {
  url: string;
  port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** Sends a signal and returns; SIGKILL also waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Comes back empty on the same port, whatever state it was in. */
  restart(): Promise<void>;
};

type Server = { child: ChildProcess; pid: number };

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5000;

const pidFile = (dataDir: string): string => join(dataDir, "redis.pid");

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("connect", () => socket.write("PING\r\n"));
    socket.on("data", (data) => {
      resolve(data.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
  });

const isGone = ({ child }: Server): boolean => child.exitCode !== null || child.signalCode !== null;

async function waitUntilGone(server: Server, timeoutMs: number): Promise<boolean> {
  if (isGone(server)) return true;
  const exited = once(server.child, "exit").then(() => true);
  return Promise.race([exited, delay(timeoutMs, false, { ref: false })]);
}

async function spawnServer(binary: Program, dataDir: string, port: number): Promise<Server> {
  const log = await open(join(dataDir, "redis.log"), "a");
  const settings = ["--save", "", "--appendonly", "no", "--hz", "100", "--databases", "1000", "--daemonize", "no"];
  const place = ["--bind", "127.0.0.1", "--port", String(port), "--dir", dataDir];
  // Detached: its own session, which a terminal's Ctrl-C does not reach.
  const child = spawn(binary.path, [...place, ...settings], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, ...binary.env },
  });
  await once(child, "spawn");
  await log.close();
  const server = { child, pid: child.pid ?? 0 };
  await writeFile(pidFile(dataDir), String(server.pid));
  return server;
}

async function launch(binary: Program, dataDir: string, port: number): Promise<Server> {
  const server = await spawnServer(binary, dataDir, port);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && !isGone(server)) {
    if (await answersPing(port)) return server;
    await delay(20);
  }
  server.child.kill("SIGKILL");
  const log = await readFile(join(dataDir, "redis.log"), "utf8");
  const tail = log.trim().split("\n").slice(-10).join("\n");
  throw new Error(`redis-server did not start on port ${port}:\n${tail}`);
}

async function stop(server: Server): Promise<void> {
  // A frozen process (SIGSTOP) takes its signals only once it goes on.
  server.child.kill("SIGCONT");
  server.child.kill("SIGTERM");
  if (await waitUntilGone(server, STOP_TIMEOUT_MS)) return;
  server.child.kill("SIGKILL");
  await waitUntilGone(server, STOP_TIMEOUT_MS);
}

const REDIS = {
  name: "redis-server",
  packages: ["redis-server"],
  inside: "usr/bin/redis-server",
  folder: join(root, ".data/redis-server"),
};

/** Starts a real redis-server on 127.0.0.1, without persistence. Throws with the server's last log lines. */
export async function startRedis(options: { dataDir: string; port?: number }): Promise<RunningRedis> {
  const { dataDir } = options;
  await mkdir(dataDir, { recursive: true });
  const binary = await findProgram(REDIS);
  const port = options.port ?? (await findFreePort());
  let server = await launch(binary, dataDir, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    stop: () => stop(server),
    kill: async (signal) => {
      server.child.kill(signal);
      if (signal === "SIGKILL") await waitUntilGone(server, STOP_TIMEOUT_MS);
    },
    restart: async () => {
      await stop(server);
      server = await launch(binary, dataDir, port);
    },
  };
}

/** Kills the server that a dead process has left running on `dataDir`, if it still does. */
export async function stopLeftRedis(dataDir: string): Promise<void> {
  const pid = Number(await readFile(pidFile(dataDir), "utf8").catch(() => ""));
  // Its working folder tells it from another process that has the pid by now.
  const folder = pid > 0 ? await readlink(`/proc/${pid}/cwd`).catch(() => "") : "";
  if (folder === dataDir) process.kill(pid, "SIGKILL");
  await rm(pidFile(dataDir), { force: true });
}
