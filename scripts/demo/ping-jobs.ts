import { setTimeout as delay } from "node:timers/promises";
import { openSender, type Sender } from "../simulate/sender.ts";
import { JOBS, type Job } from "./cast.ts";

/** Has every job run when it is due, and at once, for nobody ran it while the demo was stopped. Ends when it is over. */
export async function pingJobs(
  url: string,
  pingIds: Readonly<Record<string, string>>,
  over: AbortSignal,
): Promise<void> {
  const sender = openSender(url);
  await Promise.all(JOBS.map((job) => pingJob(sender, job, pingIds[job.name] ?? "", over)));
  await sender.close();
}

async function pingJob(sender: Sender, job: Job, pingId: string, over: AbortSignal): Promise<void> {
  const pause = (ms: number): Promise<unknown> => delay(ms, undefined, { signal: over }).catch(() => undefined);
  while (!over.aborted) {
    await sender.send("POST", `/ping/${pingId}/start`);
    await pause(job.runS * 1_000);
    if (!over.aborted) await sender.send("POST", `/ping/${pingId}`);
    await pause(msUntilDue(job, Date.now()));
  }
}

function msUntilDue({ everyS, atS }: Job, nowMs: number): number {
  const everyMs = everyS * 1_000;
  return everyMs - ((((nowMs - atS * 1_000) % everyMs) + everyMs) % everyMs);
}
