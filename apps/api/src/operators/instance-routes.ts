import { listAudit, recordOperation } from "@pulsecheck/db/audit";
import type { Actor } from "@pulsecheck/db/scope";
import { listLog } from "@pulsecheck/db/system-log";
import { auditEntrySchema, auditListQuery } from "@pulsecheck/shared/audit";
import { instanceStatusSchema } from "@pulsecheck/shared/instance-status";
import { QUEUES } from "@pulsecheck/shared/queues";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import { logEntrySchema, logListQuery } from "@pulsecheck/shared/system-log";
import { z } from "zod";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineList } from "../http/usual-routes.ts";
import { readStatus } from "./read-status.ts";

const tags = ["Operators"];
const path = "/api/v1/operator";

const status = defineRoute("superuser", {
  method: "get",
  path: `${path}/status`,
  tags,
  responses: { 200: json(instanceStatusSchema, "What runs, what waits, and how large it all is") },
});
const log = defineList("superuser", {
  path: `${path}/log`,
  tags,
  query: logListQuery,
  item: logEntrySchema,
  says: "What the processes warned of, the latest first",
});
const audit = defineList("superuser", {
  path: `${path}/audit`,
  tags,
  query: auditListQuery,
  item: auditEntrySchema,
  says: "What operators did, the latest first",
});
const retry = defineRoute(
  "superuser",
  {
    method: "post",
    path: `${path}/queues/{queue}/retry`,
    tags,
    request: {
      params: z.strictObject({ queue: z.string() }),
      body: json(
        z.strictObject({ job_id: z.string().min(1).max(500).optional().describe("Without it: all failed jobs") }),
      ),
    },
    responses: { 200: json(z.object({ retried: z.int() }), "So many jobs wait again") },
  },
  [404, 503],
);

/** How the instance itself is, for its operators. */
export function instanceRoutes(deps: Deps) {
  const { db } = deps;
  return createRouter()
    .openapi(status, async (c) => c.json(await readStatus(deps), 200))
    .openapi(log, async (c) => c.json(await listLog(db, c.req.valid("query")), 200))
    .openapi(audit, async (c) => c.json(await listAudit({ db, workspaceId: null }, c.req.valid("query")), 200))
    .openapi(retry, async (c) => {
      const { queue } = c.req.valid("param");
      const { job_id: jobId } = c.req.valid("json");
      return c.json({ retried: await retryJobs(deps, { queue, jobId }, c.get("scope").actor) }, 200);
    });
}

type Retry = { queue: string; jobId: string | undefined };

async function retryJobs({ db, broker, log: logger }: Deps, { queue, jobId }: Retry, actor: Actor | null) {
  if (!Object.values<string>(QUEUES).includes(queue)) throw refuseMissing("queue");
  const retried = await broker.jobs
    .queue(queue)
    .retry(jobId)
    .catch((error: unknown) => {
      logger.error({ err: error, queue }, "failed jobs could not be put back");
      throw new Refusal(503, "The broker cannot be reached. Try again.", { retryAfterS: 2 });
    });
  if (retried === 0 && jobId !== undefined) throw refuseMissing("failed job");
  if (retried > 0) {
    const after = { jobs: retried, ...(jobId === undefined ? {} : { job_id: jobId }) };
    const subject = { type: "queue", id: queue, name: queue } as const;
    await recordOperation(db, actor, { action: "queue.retried", subject, before: null, after });
  }
  return retried;
}
