import { pingDb } from "@pulsecheck/db/client";
import { readPulse } from "@pulsecheck/db/worker-processes";
import { z } from "zod";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import type { Hub } from "../live/hub.ts";
import { createInstanceMetrics } from "./instance-metrics.ts";
import { writeWorkspaceMetrics } from "./workspace-metrics.ts";

const tags = ["Operations"];
/** A queue whose last tick is older is not being consumed. */
const STALE_MS = 15_000;

const readiness = z.object({
  status: z.enum(["ready", "not ready"]),
  database: z.enum(["ok", "gone"]),
  queue: z.enum(["consumed", "not consumed", "unknown"]),
  broker: z.enum(["postgres", "redis"]),
  workers: z.int(),
  workers_offline: z.int().describe("Workers that think that their own network is gone: their checks say nothing now"),
  lag_ms: z.int().describe("How late the latest checks started"),
});

const plain = { description: "Prometheus' text format", content: { "text/plain": { schema: z.string() } } };

/** Is it alive, is it doing its work, and how much of it. */
export function operationRoutes(deps: Deps, hub: Hub) {
  const writeInstanceMetrics = createInstanceMetrics(deps, hub);
  return createRouter()
    .openapi(
      defineRoute("public", {
        method: "get",
        path: "/health",
        tags,
        responses: { 200: json(z.object({ status: z.literal("ok") }), "This process is alive") },
      }),
      (c) => c.json({ status: "ok" as const }, 200),
    )
    .openapi(
      defineRoute("public", {
        method: "get",
        path: "/ready",
        tags,
        responses: {
          200: json(readiness, "The database answers and the queue is consumed"),
          503: json(readiness, "Something is missing"),
        },
      }),
      async (c) => {
        const report = await readReadiness(deps);
        return c.json(report, report.status === "ready" ? 200 : 503);
      },
    )
    .openapi(defineRoute("public", { method: "get", path: "/metrics", tags, responses: { 200: plain } }), async (c) =>
      c.text(await writeInstanceMetrics(), 200),
    );
}

/** A workspace's own metrics, for its API key. */
export function workspaceMetricRoutes() {
  return createRouter().openapi(
    defineRoute("read", { method: "get", path: "/api/v1/metrics", tags, responses: { 200: plain } }),
    async (c) => c.text(await writeWorkspaceMetrics(c.get("scope")), 200),
  );
}

async function readReadiness({ db, broker }: Deps): Promise<z.infer<typeof readiness>> {
  try {
    await pingDb(db);
    const { workers, offline, sinceTickMs, lagMs } = await readPulse(db);
    const isConsumed = workers > 0 && sinceTickMs !== null && sinceTickMs < STALE_MS;
    return {
      status: isConsumed ? "ready" : "not ready",
      database: "ok",
      queue: isConsumed ? "consumed" : "not consumed",
      broker: broker.kind,
      workers,
      workers_offline: offline,
      lag_ms: lagMs,
    };
  } catch {
    return {
      status: "not ready",
      database: "gone",
      queue: "unknown",
      broker: broker.kind,
      workers: 0,
      workers_offline: 0,
      lag_ms: 0,
    };
  }
}
