import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DEPENDENCY_FIELDS = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "overrides",
  "workspaces",
  "allowScripts",
];
// Prisma's engine binary is not in any registry; naming an executable keeps it from being looked for.
export const PRISMA_ENV = { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true" };

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const read = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");
const hash = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex");

function packageFolders(root) {
  const folders = ["apps", "packages"].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [],
  );
  return ["", ...folders.sort()].filter((dir) => existsSync(join(root, dir, "package.json")));
}

// Only what decides which packages are installed: a new npm script must not cost an install.
function dependencyFields(root, dir) {
  const manifest = readJson(join(root, dir, "package.json"));
  return JSON.stringify([dir, DEPENDENCY_FIELDS.map((field) => manifest[field] ?? null)]);
}

function installHash(root) {
  const manifests = packageFolders(root).map((dir) => dependencyFields(root, dir));
  return hash(read(join(root, "package-lock.json")), ...manifests);
}

function nodeRuns(root) {
  const result = spawnSync(join(root, "node_modules/.bin/node"), ["--version"]);
  return result.status === 0;
}

const sortedJson = (record = {}) => JSON.stringify(Object.entries(record).sort());

/** True when somebody else (a plain `npm install`, say) has already installed exactly what the lock file says. */
function installedByNpm(root) {
  const installed = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const locked = readJson(join(root, "package-lock.json")).packages;
  const present = readJson(installed).packages;
  const manifestsAgree = packageFolders(root).every((dir) => {
    const manifest = readJson(join(root, dir, "package.json"));
    return ["dependencies", "devDependencies"].every(
      (field) => sortedJson(manifest[field]) === sortedJson(locked[dir]?.[field]),
    );
  });
  const packagesAgree = Object.entries(locked).every(
    ([path, entry]) =>
      !path.startsWith("node_modules/") ||
      entry.optional ||
      entry.devOptional ||
      present[path]?.version === entry.version,
  );
  return manifestsAgree && packagesAgree;
}

export function installIsCurrent(root) {
  const stamp = join(root, "node_modules/.pulsecheck-install");
  const wanted = installHash(root);
  if (!nodeRuns(root)) return false;
  if (read(stamp) === wanted) return true;
  if (!installedByNpm(root)) return false;
  writeFileSync(stamp, wanted);
  return true;
}

function npm(root, ...args) {
  const env = { ...process.env, ...PRISMA_ENV };
  return spawnSync("npm", [...args, "--loglevel=error"], { cwd: root, encoding: "utf8", env });
}

export function install(root) {
  console.log("pulsecheck: installing what is missing (npm ci) ...");
  let result = npm(root, "ci");
  // A registry that lacks some other platform's optional packages leaves them out of the lock file, and "npm ci" then
  // refuses it. The same versions install without that check, and the lock file stays as it is.
  if (result.status !== 0 && /EUSAGE/.test(result.stderr)) result = npm(root, "install", "--no-save");
  if (result.status !== 0) {
    const words = result.error?.message ?? `${result.stdout}${result.stderr}`;
    throw new Error(`installing failed (exit code ${result.status}):\n${words}`);
  }
  if (!nodeRuns(root)) {
    throw new Error("npm left no working node_modules/.bin/node: were install scripts disabled?");
  }
  writeFileSync(join(root, "node_modules/.pulsecheck-install"), installHash(root));
}

const generatedStamp = (root) => join(root, "packages/db/src/generated/.schema-hash");
const schemaHash = (root) =>
  hash(read(join(root, "packages/db/prisma/schema.prisma")), read(join(root, "node_modules/prisma/package.json")));

export function clientIsCurrent(root) {
  if (!existsSync(join(root, "packages/db/prisma/schema.prisma"))) return true;
  return read(generatedStamp(root)) === schemaHash(root);
}

export function generateClient(root) {
  console.log("pulsecheck: generating the database client (prisma generate) ...");
  const result = spawnSync(
    join(root, "node_modules/.bin/node"),
    [join(root, "node_modules/prisma/build/index.js"), "generate"],
    { cwd: join(root, "packages/db"), encoding: "utf8", env: { ...process.env, ...PRISMA_ENV } },
  );
  if (result.status !== 0) {
    throw new Error(`"prisma generate" failed:\n${result.stdout ?? ""}${result.stderr ?? ""}`);
  }
  writeFileSync(generatedStamp(root), schemaHash(root));
}
