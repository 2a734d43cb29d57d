import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { judgeImport } from "./check/import-rules.ts";
import { readImports } from "./check/read-imports.ts";

// Usage: node scripts/check-imports.ts [root]
const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
const files = globSync("{apps,packages,scripts,tests,bench}/**/*.{ts,tsx,js,jsx,mts,mjs}", {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|generated|dist)$/.test(path),
});

function check(file: string): string[] {
  return readImports(file, readFileSync(join(root, file), "utf8")).flatMap(({ specifier, line }) => {
    const reason = judgeImport(file, specifier);
    return reason === null ? [] : [`${file}:${line} "${specifier ?? "(computed)"}" ${reason}`];
  });
}

const violations = files.flatMap(check);
for (const violation of violations) console.error(violation);
console.log(`import directions: ${files.length} files, ${violations.length} violations`);
// No file at all is a check that looks at the wrong place.
if (violations.length > 0 || files.length === 0) process.exitCode = 1;
