import { readFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { watchOthers } from "./others.ts";
import { isQuick, PLAN } from "./plan.ts";
import { writeTable, type Bench, type Row } from "./report.ts";
import { SCENARIOS } from "./scenarios.ts";
import { clearStagesOnInterrupt } from "./stage.ts";

// Usage: npm run bench [-- [--quick] scenario ...]; all of them where none is named.
const wanted = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const unknown = wanted.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(", ")}; there are ${Object.keys(SCENARIOS).join(", ")}.\n`);
  process.exit(1);
}

clearStagesOnInterrupt();
const startedAt = performance.now();
const say = (text: string) => {
  process.stderr.write(`[${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(4)} s] ${text}\n`);
};
const bench: Bench = { say, figures: new Map() };
const rows: Row[] = [];
const failed: string[] = [];
const others = watchOthers();
const noise: string[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`${name} ...`);
  try {
    rows.push(...(await scenario(bench)));
  } catch (error) {
    failed.push(name);
    say(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  noise.push(`${name} ${others.sinceLast()}`);
}

const [load = ""] = (await readFile("/proc/loadavg", "utf8")).split("\n");
process.stdout.write(`
${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 16)}Z
${PLAN.rounds} rounds of ${PLAN.windowMs / 1_000} s after ${PLAN.warmMs / 1_000} s of warming up; medians, with their range in brackets${isQuick ? "; a quick run, its figures mean little" : ""}
Other processes of the machine kept ${others.stop()} cores busy (median, range); load average at the end ${load}
  by scenario: ${noise.join(", ")}

${writeTable(rows)}
`);
if (failed.length > 0) process.stdout.write(`Not measured, see above: ${failed.join(", ")}\n`);
process.exit(failed.length > 0 ? 1 : 0);
