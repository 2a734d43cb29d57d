import { z } from "zod";
import { read } from "./access.ts";
import { advanceCronJob, type CronJob } from "./cron-job.ts";
import type { Run } from "./run.ts";

type Known = { job: CronJob; monitorId: string };

/** How long a ping waits for its turn. One that is put off for longer is lost: it would say something else. */
const PATIENCE_MS = 5_000;

const created = z.object({ id: z.string() });

/** Creates the cron jobs, where the key may. Without them the rest goes on; `say` is told why. */
export async function reportCronJobs(run: Run, jobs: readonly CronJob[], say: (text: string) => void) {
  const known: Known[] = [];
  for (const job of jobs) {
    if (run.isOver()) break;
    try {
      known.push({ job, monitorId: await create(run, job) });
    } catch (error) {
      say(
        `no cron jobs${known.length > 0 ? ` but ${known.length}` : ""}: ${error instanceof Error ? error.message : String(error)}`,
      );
      break;
    }
  }
  return {
    tick(nowMs: number): void {
      for (const { job } of known) {
        const overdueMs = nowMs - job.nextAtMs;
        if (overdueMs < 0 || (overdueMs < PATIENCE_MS && !run.sender.isFree())) continue;
        const action = advanceCronJob(job);
        if (action !== null && run.sender.isFree()) void ping(run, job, action);
      }
    },
    /** Nobody will ping them any more: they would be late for good. */
    async stop(): Promise<void> {
      await Promise.all(
        known.map(({ monitorId }) => run.sender.send("DELETE", `/api/v1/monitors/${monitorId}`, undefined, run.key)),
      );
    },
  };
}

async function create(run: Run, { name, intervalS, graceS, pingId }: CronJob): Promise<string> {
  const body = { kind: "cron", name, interval: intervalS, grace_s: graceS, ping_id: pingId };
  return read(created, await run.sender.send("POST", "/api/v1/monitors", body, run.key)).id;
}

async function ping(run: Run, { pingId }: CronJob, action: string): Promise<void> {
  const answer = await run.sender.send("POST", `/ping/${pingId}${action === "" ? "" : `/${action}`}`);
  run.settle(answer, "pings", 1);
}
