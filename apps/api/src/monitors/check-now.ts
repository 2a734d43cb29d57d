import type { Scope } from "@pulsecheck/db/scope";
import { checkSchema, type CheckView } from "@pulsecheck/shared/check";
import { QUEUES } from "@pulsecheck/shared/queues";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";

/** The longest check, behind another one of the same monitor, and some air. */
const PATIENCE_MS = 90_000;

/** Has a worker check a monitor now, and waits for it. Refuses (503) where no worker answers. */
export async function checkNow({ broker, log }: Deps, scope: Scope, monitorId: string): Promise<CheckView> {
  const job = { workspace_id: scope.workspaceId, monitor_id: monitorId };
  const answer = await broker.jobs
    .queue(QUEUES.manualChecks)
    .request(job, PATIENCE_MS)
    .catch((error: unknown) =>
      log.error({ err: error, monitor: monitorId }, "a manual check got no answer from a worker"),
    );
  const check = checkSchema.safeParse(answer);
  if (!check.success)
    throw new Refusal(503, "No worker has run the check in time. Is a worker running? See /ready.", { retryAfterS: 5 });
  return check.data;
}
