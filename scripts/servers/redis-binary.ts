import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, runCommand } from "./run-command.ts";

export type RedisBinary = { path: string; env: Record<string, string> };

async function findOnPath(): Promise<RedisBinary | null> {
  const { code, output } = await runCommand("/bin/sh", ["-c", "command -v redis-server"]);
  return code === 0 ? { path: output, env: {} } : null;
}

async function asUnpacked(folder: string): Promise<RedisBinary> {
  const libraries = join(folder, "usr/lib");
  const triplets = existsSync(libraries) ? await readdir(libraries) : [];
  const paths = triplets.map((name) => join(libraries, name));
  return { path: join(folder, "usr/bin/redis-server"), env: { LD_LIBRARY_PATH: paths.join(":") } };
}

// Everything that apt writes stays below our own folder, so this needs no root and changes nothing on the machine.
const ownApt = (folder: string): string[] =>
  Object.entries({
    "Dir::State::lists": join(folder, "lists"),
    "Dir::Cache": join(folder, "cache"),
    "Debug::NoLocking": "true",
    "APT::Sandbox::User": "",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);

/** The packages that an install would bring, given what the machine has already. */
async function packagesToFetch(apt: string[]): Promise<string[] | null> {
  const args = [...apt, "install", "--simulate", "--no-install-recommends", "redis-server"];
  const { code, output } = await runCommand("apt-get", args);
  if (code !== 0) return null;
  return [...output.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => (name ? [name] : []));
}

async function resolvePackages(folder: string): Promise<{ apt: string[]; names: string[] }> {
  const system = ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=true"];
  const known = await packagesToFetch(system);
  if (known !== null) return { apt: system, names: known };
  const apt = ownApt(folder);
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
  await mustRun("apt-get", [...apt, "update"]);
  const names = await packagesToFetch(apt);
  if (names === null) throw new Error(`apt-get does not know redis-server; is its mirror reachable?`);
  return { apt, names };
}

async function download(draft: string): Promise<string> {
  const debs = join(draft, "debs");
  const unpacked = join(draft, "root");
  await mkdir(debs, { recursive: true });
  const { apt, names } = await resolvePackages(join(draft, "apt"));
  await mustRun("apt-get", [...apt, "download", ...names], { cwd: debs });
  for (const name of await readdir(debs)) await mustRun("dpkg", ["-x", join(debs, name), unpacked]);
  const { path, env } = await asUnpacked(unpacked);
  await mustRun(path, ["--version"], { env });
  return unpacked;
}

/** A real redis-server: the machine's, else Debian's packages unpacked (not installed) into `folder`, once. */
export async function findRedisBinary(folder: string): Promise<RedisBinary> {
  const installed = await findOnPath();
  if (installed !== null) return installed;
  const unpacked = join(folder, "root");
  if (existsSync(unpacked)) return asUnpacked(unpacked);
  if ((await runCommand("apt-get", ["--version"])).code !== 0) {
    throw new Error("redis-server is not on the PATH, and there is no apt-get to fetch it with");
  }
  console.log("pulsecheck: fetching redis-server (apt-get download) ...");
  const draft = join(folder, `draft-${process.pid}`);
  try {
    // Complete or absent: another run in this checkout may be doing the same.
    await rename(await download(draft), unpacked).catch((error: unknown) => {
      if (!existsSync(unpacked)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return asUnpacked(unpacked);
}
