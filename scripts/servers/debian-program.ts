import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun, runCommand } from "./run-command.ts";

export type Program = { path: string; env: Record<string, string> };

export type Wanted = {
  /** Its name on the PATH. */
  name: string;
  /** What Debian calls its packages. */
  packages: readonly string[];
  /** Where it lies in them. */
  inside: string;
  /** Where they are unpacked to, once. */
  folder: string;
};

async function findOnPath(name: string): Promise<Program | null> {
  const { code, output } = await runCommand("/bin/sh", ["-c", `command -v ${name}`]);
  return code === 0 ? { path: output, env: {} } : null;
}

/** Every folder with shared libraries: some packages keep theirs in one of their own. */
async function libraryFolders(unpacked: string): Promise<string[]> {
  const files = await readdir(join(unpacked, "usr/lib"), { recursive: true }).catch(() => []);
  const folders = files
    .filter((file) => /\.so(\.|$)/.test(file))
    .map((file) => join(unpacked, "usr/lib", dirname(file)));
  return [...new Set(folders)];
}

async function asUnpacked(unpacked: string, inside: string): Promise<Program> {
  const env = {
    LD_LIBRARY_PATH: (await libraryFolders(unpacked)).join(":"),
    XDG_DATA_HOME: join(unpacked, "usr/share"),
  };
  return { path: join(unpacked, inside), env };
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
async function packagesToFetch(apt: string[], packages: readonly string[]): Promise<string[] | null> {
  const args = [...apt, "install", "--simulate", "--no-install-recommends", ...packages];
  const { code, output } = await runCommand("apt-get", args);
  if (code !== 0) return null;
  return [...output.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => (name ? [name] : []));
}

async function downloadPackages(packages: readonly string[], aptFolder: string, debs: string): Promise<void> {
  const system = ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=true"];
  const known = await packagesToFetch(system, packages);
  // What the machine's own lists name may be gone from the mirror by now: then ours are asked for.
  if (known !== null && (await runCommand("apt-get", [...system, "download", ...known], { cwd: debs })).code === 0)
    return;
  const apt = ownApt(aptFolder);
  await mkdir(join(aptFolder, "lists/partial"), { recursive: true });
  await mkdir(join(aptFolder, "cache/archives/partial"), { recursive: true });
  await mustRun("apt-get", [...apt, "update"]);
  const names = await packagesToFetch(apt, packages);
  if (names === null) throw new Error(`apt-get does not know ${packages.join(", ")}; is its mirror reachable?`);
  await mustRun("apt-get", [...apt, "download", ...names], { cwd: debs });
}

async function fetchProgram({ packages, inside }: Wanted, draft: string): Promise<string> {
  const debs = join(draft, "debs");
  const unpacked = join(draft, "root");
  await mkdir(debs, { recursive: true });
  await downloadPackages(packages, join(draft, "apt"), debs);
  for (const name of await readdir(debs)) await mustRun("dpkg", ["-x", join(debs, name), unpacked]);
  const { path, env } = await asUnpacked(unpacked, inside);
  await mustRun(path, ["--version"], { env });
  return unpacked;
}

/** A real program: the machine's, else Debian's packages unpacked (not installed) into `wanted.folder`, once. */
export async function findProgram(wanted: Wanted): Promise<Program> {
  const { name, inside, folder } = wanted;
  const installed = await findOnPath(name);
  if (installed !== null) return installed;
  const unpacked = join(folder, "root");
  if (existsSync(unpacked)) return asUnpacked(unpacked, inside);
  if ((await runCommand("apt-get", ["--version"])).code !== 0) {
    throw new Error(`${name} is not on the PATH, and there is no apt-get to fetch it with`);
  }
  console.log(`pulsecheck: fetching ${name} (apt-get download) ...`);
  const draft = join(folder, `draft-${process.pid}`);
  try {
    // Complete or absent: another run in this checkout may be doing the same.
    await rename(await fetchProgram(wanted, draft), unpacked).catch((error: unknown) => {
      if (!existsSync(unpacked)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return asUnpacked(unpacked, inside);
}
