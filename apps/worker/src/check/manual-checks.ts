import { claimOne } from "@pulsecheck/db/due-checks";
import { scopeTo } from "@pulsecheck/db/scope";
import type { CheckView } from "@pulsecheck/shared/check";
import { manualCheckJobSchema } from "@pulsecheck/shared/queues";
import { setTimeout as delay } from "node:timers/promises";
import type { Deps } from "../context.ts";
import type { Scheduler } from "../schedule/scheduler.ts";

/** Longest wait for a check that is under way already: the longest check and then some. */
const PATIENCE_MS = 75_000;
const LOOK_AGAIN_MS = 150;

/** Runs one check at once for whoever asked; it waits its turn behind a check of the same monitor. */
export async function runManualCheck({ db }: Deps, scheduler: Scheduler, data: unknown): Promise<CheckView | null> {
  const job = manualCheckJobSchema.parse(data);
  const scope = scopeTo(db, job.workspace_id);
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(LOOK_AGAIN_MS)) {
    const claim = await claimOne(scope, scheduler.workerId, job.monitor_id);
    if (claim === null) continue;
    const view = await scheduler.checkNow(claim);
    if (view !== null) return view;
  }
  return null;
}
