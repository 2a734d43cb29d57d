import { setTimeout as delay } from "node:timers/promises";
import { PARTS, type BenchFleet, type Part } from "./bench-fleet.ts";
import type { Child } from "./children.ts";
import { cpuMsOf } from "./cpu.ts";
import type { Journal } from "./target-process.ts";

/** What a fleet did in a stretch of time. */
export type Measured = {
  checks: number;
  /** Of them, those that did not pass. */
  failures: number;
  perSecond: number;
  /** CPU of all processes that take part, in ms for each check. */
  cpuMs: number;
  /** Of it, by process. */
  cpuMsBy: Record<Part, number>;
  /** How busy each process was, in cores. */
  coresBy: Record<Part, number>;
  /** Starts after the due time: by the checks table, and by the target's journal (arrival of the request). */
  lateMs: { stored: number; seen: number };
  from: Date;
  to: Date;
};

/** What is still on its way to the database when a window ends, in ms. */
const LANDING_MS = 1_500;

/** Measures a fleet that is warm. Nothing else is asked of it meanwhile. */
export async function measureFleet(
  bench: BenchFleet,
  { target, intervalS, windowMs }: { target: Child; intervalS: number; windowMs: number },
): Promise<Measured> {
  await target.ask("begin", { intervalMs: intervalS * 1_000 });
  const from = new Date();
  const before = await cpuByPart(bench.pids());
  await delay(windowMs);
  const after = await cpuByPart(bench.pids());
  const to = new Date();
  const journal = await target.ask<Journal>("journal");
  await delay(LANDING_MS);
  const { checks, failures, lateMs } = await readChecks(bench, from, to);
  if (checks === 0)
    throw new Error(`no checks were made:\n${bench.workers.map((one) => one.output().slice(-2_000)).join()}`);
  const spanMs = to.getTime() - from.getTime();
  const each = (of: (part: Part) => number) => Object.fromEntries(PARTS.map((part) => [part, of(part)]));
  const used = each((part) => after[part] - before[part]) as Record<Part, number>;
  return {
    checks,
    failures,
    perSecond: checks / (spanMs / 1_000),
    cpuMs: PARTS.reduce((sum, part) => sum + used[part], 0) / checks,
    cpuMsBy: each((part) => used[part] / checks) as Record<Part, number>,
    coresBy: each((part) => used[part] / spanMs) as Record<Part, number>,
    lateMs: { stored: lateMs, seen: journal.lateP99Ms },
    from,
    to,
  };
}

/** CPU (ms) that each part's processes have used so far. */
export async function cpuByPart(pids: Partial<Record<Part, number[]>>): Promise<Record<Part, number>> {
  const used = await Promise.all(PARTS.map((part) => cpuMsOf(pids[part] ?? [])));
  return Object.fromEntries(PARTS.map((part, i) => [part, used[i] ?? 0])) as Record<Part, number>;
}

/** Checks that started in a window, and the 99th percentile of their delay. */
async function readChecks({ sql }: BenchFleet, from: Date, to: Date) {
  const { rows } = await sql.query<{ checks: number; failures: number; late: number | null }>(
    `SELECT count(*)::int AS checks, (count(*) FILTER (WHERE outcome <> 'o'))::int AS failures,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY delay_ms) AS late
     FROM checks
     WHERE scheduled_at > $1::timestamptz - interval '5 minutes' AND scheduled_at < $2
       AND scheduled_at + delay_ms * interval '1 millisecond' >= $1 AND scheduled_at + delay_ms * interval '1 millisecond' < $2`,
    [from, to],
  );
  const { checks = 0, failures = 0, late = null } = rows[0] ?? {};
  return { checks, failures, lateMs: late ?? Number.NaN };
}
