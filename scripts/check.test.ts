import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "./launch/environment.ts";
import { runCommand } from "./servers/run-command.ts";

const CONFIGS = [
  ".oxlintrc.json",
  ".oxfmtrc.json",
  "knip.json",
  "tsconfig.json",
  "apps/web/tsconfig.json",
  "tests/browser/tsconfig.json",
];
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const workspace = (name: string): string => json({ name: `@pulsecheck/${name}`, type: "module" });

const CLEAN = {
  "package.json": json({ name: "fixture", workspaces: ["apps/*", "packages/*"], type: "module" }),
  "apps/api/package.json": workspace("api"),
  "apps/worker/package.json": workspace("worker"),
  "apps/web/package.json": workspace("web"),
  "packages/broker/package.json": workspace("broker"),
  "packages/db/package.json": workspace("db"),
  "packages/shared/package.json": json({
    name: "@pulsecheck/shared",
    type: "module",
    exports: { "./*": "./src/*.ts" },
  }),
  "apps/api/src/answer.ts": "export const answer = 42;\n",
  "apps/api/src/main.ts": 'import { answer } from "./answer.ts";\n\nconsole.log(answer);\n',
  "apps/web/src/main.tsx": "document.title = import.meta.env.MODE;\n",
  "apps/worker/src/main.ts": "console.log(process.env);\n",
  "tests/browser/title.test.ts": "export const read = (): string => document.title;\n",
};

const DIRTY = {
  "apps/api/src/badly-formatted.ts": "const  x = [1,2 ]\nconsole.log( x )\n",
  "apps/api/src/any.ts": "export const parse = (text: any): string => String(text);\n",
  "apps/api/src/non-null.ts": "export const first = (list: string[]): string => list[0]!;\n",
  "apps/api/src/floating.ts": "export function go(): void {\n  Promise.resolve(1);\n}\n",
  "apps/api/src/default.ts": "export default 1;\n",
  "apps/api/src/environment.ts": 'export const home = process.env["HOME"];\n',
  "apps/api/src/long-file.ts": lines(301, "console.log(1);"),
  "apps/api/src/long-function.ts": `export function long(): void {\n${lines(61, "  console.log(1);")}}\n`,
  "apps/api/src/long.test.ts": `export function long(): void {\n${lines(61, "  console.log(1);")}}\n`,
  "apps/api/src/debugger.ts": "export function pause(): void {\n  debugger;\n}\n",
  "apps/api/src/wrong-type.ts": 'export const count: number = "1";\n',
  "apps/api/src/unchecked.ts": "export const first = (list: string[]): string => list[0];\n",
  "apps/api/src/sideways.ts": 'export type { X } from "../../worker/src/x.ts";\n',
  "apps/web/src/from-the-api.ts": 'import type { X } from "@pulsecheck/api/x";\nexport type Y = X;\n',
  "apps/web/src/wrong-props.tsx": "export const field = <input maxLength={[]} />;\n",
  "apps/worker/src/app-to-app.ts": 'import type { X } from "@pulsecheck/api/x";\nexport type Y = X;\n',
  "apps/worker/src/lazy.ts": 'export const load = () => import("@pulsecheck/api/x");\n',
  "apps/worker/src/computed.ts": "export const load = (name: string) => import(name);\n",
  "packages/broker/src/upwards.ts": 'export type X = import("@pulsecheck/worker/x").X;\n',
  "packages/db/src/to-broker.ts": 'import "@pulsecheck/broker/broker";\n',
  "packages/shared/src/impure.ts": 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
  "packages/shared/src/impure-too.ts": 'import pg from "pg";\nexport const pool = pg.Pool;\n',
  "packages/shared/src/burden.ts":
    'import { Cron } from "croner";\nexport const read = (text: string) => new Cron(text);\n',
  "packages/shared/src/burden-too.ts": 'export type { ParsedSchedule } from "./cron-schedule.ts";\n',
  "apps/web/src/burden-of-the-web.ts": 'export { parse } from "@pulsecheck/shared/cron-schedule";\n',
  "packages/shared/src/nobody-imports-me.ts": "export const nothing = 0;\n",
};

type Outcome = { code: number; output: string };
const clean = new Map<string, Outcome>();
const dirty = new Map<string, Outcome>();
const folders: string[] = [];

function plant(files: Record<string, string>): string {
  const parent = mkdtempSync(join(tmpdir(), "pulsecheck-check-"));
  folders.push(parent);
  // Beside the project, not in it: some tools would walk through the link.
  symlinkSync(join(root, "node_modules"), join(parent, "node_modules"));
  const folder = join(parent, "project");
  mkdirSync(folder);
  for (const name of CONFIGS) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Exactly what `npm run check:<name>` runs, on a folder of our own. */
async function runCheck(name: string, folder: string): Promise<Outcome> {
  const command = (manifest.scripts[`check:${name}`] ?? "exit 99").replace("scripts/", `${root}/scripts/`);
  const env = { PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };
  const argument = name === "imports" ? ` ${folder}` : "";
  return runCommand("/bin/sh", ["-c", command + argument], { cwd: folder, env });
}

const names = ["format", "lint", "types", "browser-types", "unused", "imports"];

beforeAll(async () => {
  const cleanFolder = plant(CLEAN);
  const dirtyFolder = plant({ ...CLEAN, ...DIRTY });
  for (const name of names) {
    clean.set(name, await runCheck(name, cleanFolder));
    dirty.set(name, await runCheck(name, dirtyFolder));
  }
});
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The lines around each mention of the file, which hold the rule's name whatever the tool's layout. */
function mentions(output: string, file: string): string {
  const all = output.split("\n");
  return all.flatMap((line, i) => (line.includes(file) ? all.slice(Math.max(0, i - 3), i + 4) : [])).join("\n");
}

test.each(names)("%s passes on clean code", (name) => {
  expect(clean.get(name)).toMatchObject({ code: 0 });
});

describe.each([
  ["format", "badly-formatted.ts", /badly-formatted/],
  ["lint", "any.ts", /no-explicit-any/],
  ["lint", "non-null.ts", /no-non-null-assertion/],
  ["lint", "floating.ts", /no-floating-promises/],
  ["lint", "default.ts", /no-default-export/],
  ["lint", "environment.ts", /no-process-env/],
  ["lint", "long-file.ts", /max-lines/],
  ["lint", "long-function.ts", /max-lines-per-function/],
  ["lint", "debugger.ts", /no-debugger/],
  ["types", "wrong-type.ts", /TS2322/],
  ["types", "unchecked.ts", /TS2322/],
  ["browser-types", "wrong-props.tsx", /TS2322/],
  ["unused", "apps/api/src/any.ts", /any\.ts/],
  ["unused", "nobody-imports-me.ts", /nothing/],
  ["imports", "apps/api/src/sideways.ts", /leaves apps\/api/],
  ["imports", "apps/web/src/from-the-api.ts", /must not import apps\/api/],
  ["imports", "apps/worker/src/app-to-app.ts", /must not import apps\/api/],
  ["imports", "apps/worker/src/lazy.ts", /must not import apps\/api/],
  ["imports", "apps/worker/src/computed.ts", /computed/],
  ["imports", "packages/broker/src/upwards.ts", /must not import apps\/worker/],
  ["imports", "packages/db/src/to-broker.ts", /must not import packages\/broker/],
  ["imports", "packages/shared/src/impure.ts", /no Node built-ins/],
  ["imports", "packages/shared/src/impure-too.ts", /may use only/],
  ["imports", "packages/shared/src/burden.ts", /may use only/],
  ["imports", "packages/shared/src/burden-too.ts", /for servers alone/],
  ["imports", "apps/web/src/burden-of-the-web.ts", /for servers alone/],
])("%s", (name, file, rule) => {
  test(`finds what is wrong in ${file}`, () => {
    const outcome = dirty.get(name);
    expect(outcome?.code).not.toBe(0);
    expect(mentions(outcome?.output ?? "", file)).toMatch(rule);
  });
});

test("a long test is no violation", () => {
  expect(dirty.get("lint")?.output).not.toContain("long.test.ts");
});
