import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/launch/environment.ts";
import { tryLock } from "../../scripts/launch/lock.js";
import { removePostgres } from "../../scripts/servers/postgres.ts";
import { stopLeftRedis } from "../../scripts/servers/redis.ts";

const parent = join(root, ".data/test");

export type RunFolder = { postgresDir: string; redisDir: string };

const foldersOf = (run: string): RunFolder => ({
  postgresDir: join(parent, run, "postgres"),
  redisDir: join(parent, run, "redis"),
});

async function removeRun(run: string): Promise<void> {
  const { postgresDir, redisDir } = foldersOf(run);
  await stopLeftRedis(redisDir);
  await removePostgres(postgresDir);
  await rm(join(parent, run), { recursive: true, force: true });
}

/** Stops and removes what runs that were killed have left. Runs that are alive hold their lock and are left alone. */
export async function removeDeadRuns(): Promise<void> {
  const runs = await readdir(parent).catch(() => []);
  for (const run of runs) {
    if (tryLock(join(parent, run, "lock")).held) await removeRun(run);
  }
}

/** A folder that belongs to this run alone. */
export async function openRunFolder(): Promise<RunFolder & { remove(): Promise<void> }> {
  const run = String(process.pid);
  await mkdir(join(parent, run), { recursive: true });
  const lock = tryLock(join(parent, run, "lock"));
  if (!lock.held) throw new Error(`${join(parent, run)} is in use by pid ${lock.ownerPid ?? "?"}`);
  return { ...foldersOf(run), remove: () => removeRun(run) };
}
