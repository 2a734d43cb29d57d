import { existsSync } from "node:fs";
import { appendFile, chown, mkdir, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { PostgresPlace } from "./postgres-place.ts";
import { mustRun, runCommand } from "./run-command.ts";

export const SUPERUSER = "pulsecheck";
const MAX_LOG_BYTES = 10_000_000;
const serverLog = (home: string): string => join(home, "server.log");

/** A cluster that initdb and we have finished. */
export const isComplete = (home: string): boolean =>
  ["PG_VERSION", "global/pg_control", "pulsecheck.conf"].every((file) => existsSync(join(home, file)));

async function removeDrafts(home: string): Promise<void> {
  const siblings = await readdir(dirname(home));
  const drafts = siblings.filter((name) => name.startsWith(`${basename(home)}.draft-`));
  for (const name of drafts) await rm(join(dirname(home), name), { recursive: true, force: true });
}

async function moveIncompleteAside(home: string): Promise<void> {
  if (!existsSync(home)) return;
  const isEmpty = (await readdir(home)).length === 0;
  if (isEmpty) await rm(home, { recursive: true });
  else await rename(home, `${home}.incomplete-${Date.now()}`);
}

/** Makes a cluster, unless a complete one is there. An interrupted initdb leaves only a draft, never half a cluster. */
export async function ensureCluster(
  { home, bin, user }: PostgresPlace,
  options: { password: string; durable: boolean },
): Promise<void> {
  if (isComplete(home)) return;
  await removeDrafts(home);
  await moveIncompleteAside(home);
  const draft = `${home}.draft-${process.pid}`;
  const data = join(draft, "data");
  const passwordFile = join(draft, "password");
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (user) await Promise.all([draft, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"];
  const access = ["--auth=scram-sha-256", `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
  const sync = options.durable ? [] : ["--no-sync"];
  await mustRun(join(bin, "initdb"), [`--pgdata=${data}`, ...locale, ...access, ...sync], { user });
  await appendFile(join(data, "postgresql.conf"), "\ninclude 'pulsecheck.conf'\n");
  await writeFile(join(data, "pulsecheck.conf"), "", { mode: 0o644 });
  await rename(data, home);
  await rm(draft, { recursive: true, force: true });
}

export async function writeSettings(home: string, settings: Record<string, string>): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await writeFile(join(home, "pulsecheck.conf"), lines.join(""), { mode: 0o644 });
}

/** The process's folder is the surest sign: a postmaster works in its own data directory. */
async function isPostmasterOf(pid: number, home: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(home));
  } catch {
    if (process.platform === "linux") return false;
    const { output } = await runCommand("ps", ["-o", "command=", "-p", String(pid)]);
    return output.includes(home);
  }
}

/** The postmaster that runs on this data directory, with the port that it told; null when there is none. */
export async function findPostmaster(home: string): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "");
  const [pid, , , port] = text.split("\n").map(Number);
  if (!pid || !(await isPostmasterOf(pid, home))) return null;
  return { pid, port: port || 0 };
}

// Postgres itself sees that a pid is dead, but not that it belongs to somebody else by now, as after a reboot.
async function removeForeignPidFile(home: string): Promise<void> {
  const file = join(home, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!pid || (await findPostmaster(home)) !== null) return;
  try {
    process.kill(pid, 0);
    await rm(file, { force: true });
  } catch {
    return;
  }
}

async function logTail(home: string, from: number): Promise<string> {
  const text = await readFile(serverLog(home)).catch(() => Buffer.alloc(0));
  return text.subarray(from).toString().trim().split("\n").slice(-15).join("\n");
}

/** Starts the postmaster in a session of its own; null when it is up, else the last lines of its log. */
export async function launchPostmaster({ home, bin, user }: PostgresPlace): Promise<string | null> {
  await removeForeignPidFile(home);
  const log = serverLog(home);
  const size = existsSync(log) ? (await stat(log)).size : 0;
  const from = size > MAX_LOG_BYTES ? 0 : size;
  if (size > MAX_LOG_BYTES) await truncate(log);
  const args = ["start", "-D", home, "-l", log, "-w", "-t", "120", "-s"];
  const { code, output } = await runCommand(join(bin, "pg_ctl"), args, { user });
  if (code === 0) return null;
  return `${output}\n${await logTail(home, from)}`;
}

export async function stopPostmaster({ home, bin, user }: PostgresPlace): Promise<void> {
  for (const mode of ["fast", "immediate"]) {
    if ((await findPostmaster(home)) === null) return;
    await runCommand(join(bin, "pg_ctl"), ["stop", "-D", home, "-m", mode, "-w", "-t", "60"], {
      user,
    });
  }
}
