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

/** Why this import is not allowed; null when it is. `file` is relative to the root, with forward slashes. */
export function judgeImport(file: string, specifier: string | null): string | null {
  const from = packageOf(file);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) {
    return /^(apps|packages)\//.test(file) ? `${from} has no rule yet: add one` : null;
  }
  if (specifier === null) return "is computed, so its direction cannot be checked";
  if (specifier.startsWith(".")) return judgeRelative(file, from, specifier);
  if (specifier.startsWith("/") || specifier.startsWith("file:")) return "is an absolute path";
  if (specifier.startsWith(SCOPE)) {
    const to = folderOfWorkspace(specifier);
    return to === from || allowed.includes(to) ? null : `${from} must not import ${to}`;
  }
  if (from !== PURE || isTestFile(file)) return null;
  if (isBuiltin(specifier)) return `${PURE} is pure: no Node built-ins`;
  const name = specifier.split("/")[0] ?? "";
  return PURE_MAY_USE.has(name) ? null : `${PURE} may use only ${[...PURE_MAY_USE].join(" and ")}`;
}
