import { isBuiltin } from "node:module";
import { posix } from "node:path";

/** Who may import whom. Folders that are not named here (scripts, tests, bench) may import anything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "apps/api": ["packages/broker", "packages/db", "packages/shared"],
  "apps/worker": ["packages/broker", "packages/db", "packages/shared"],
  "apps/web": ["packages/shared"],
  "packages/broker": ["packages/db", "packages/shared"],
  "packages/db": ["packages/shared"],
  "packages/shared": [],
};
// The pure package: what it may use from outside.
const PURE = "packages/shared";
const PURE_MAY_USE = new Set(["zod", "ipaddr.js"]);
// Its files for servers alone, and what they may use besides. Any other one may end up in the dashboard.
const FOR_SERVERS: Record<string, string> = {
  "packages/shared/src/cron-schedule.ts": "croner",
  "packages/shared/src/maintenance-occurrences.ts": "croner",
};
const SCOPE = "@pulsecheck/";
// Where tests find their databases and servers.
const TEST_GROUND = new Set(["tests", "scripts"]);

/** `apps/api` of `apps/api/src/main.ts`; the first folder elsewhere. */
export function packageOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "apps" || first === "packages" ? `${first}/${second}` : first;
}

export const isTestFile = (path: string): boolean => /(^|\/)test-[^/]+\.tsx?$|\.test\.tsx?$/.test(path);

function folderOfWorkspace(specifier: string): string {
  const name = specifier.slice(SCOPE.length).split("/")[0] ?? "";
  return Object.keys(MAY_IMPORT).find((folder) => folder.endsWith(`/${name}`)) ?? specifier;
}

function judgeRelative(file: string, from: string, specifier: string): string | null {
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  const to = packageOf(target);
  if (to === from) return null;
  if (isTestFile(file) && TEST_GROUND.has(to)) return null;
  return `leaves ${from} by a relative path (to ${target})`;
}

/** The file that is meant, where it is one of a workspace. */
function fileOf(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(file), specifier);
  const [, ...path] = specifier.slice(SCOPE.length).split("/");
  return `${folderOfWorkspace(specifier)}/src/${path.join("/")}.ts`;
}

/** Would it take what is for servers alone into the dashboard, be it through another file? */
function burdensDashboard(file: string, from: string, specifier: string): boolean {
  if (isTestFile(file) || (from !== PURE && from !== "apps/web")) return false;
  return Object.hasOwn(FOR_SERVERS, fileOf(file, specifier)) && !Object.hasOwn(FOR_SERVERS, file);
}

/** Why this import is not allowed; null when it is. `file` is relative to the root, with forward slashes. */
export function judgeImport(file: string, specifier: string | null): string | null {
  const from = packageOf(file);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) {
    return /^(apps|packages)\//.test(file) ? `${from} has no rule yet: add one` : null;
  }
  if (specifier === null) return "is computed, so its direction cannot be checked";
  if (burdensDashboard(file, from, specifier)) return "is for servers alone, and would end up in the dashboard";
  if (specifier.startsWith(".")) return judgeRelative(file, from, specifier);
  if (specifier.startsWith("/") || specifier.startsWith("file:")) return "is an absolute path";
  if (specifier.startsWith(SCOPE)) {
    const to = folderOfWorkspace(specifier);
    return to === from || allowed.includes(to) ? null : `${from} must not import ${to}`;
  }
  if (from !== PURE || isTestFile(file)) return null;
  if (isBuiltin(specifier)) return `${PURE} is pure: no Node built-ins`;
  const name = specifier.split("/")[0] ?? "";
  if (PURE_MAY_USE.has(name) || FOR_SERVERS[file] === name) return null;
  return `${PURE} may use only ${[...PURE_MAY_USE].join(" and ")}`;
}
