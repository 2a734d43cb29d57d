import { reportUptime } from "@pulsecheck/db/uptime-report";
import { uptimeReportQuery, uptimeReportSchema } from "@pulsecheck/shared/uptime-report";
import { closeRange } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const uptime = defineRoute("read", {
  method: "get",
  path: "/api/v1/reports/uptime",
  tags: ["Analytics"],
  request: { query: uptimeReportQuery },
  responses: { 200: json(uptimeReportSchema, "Uptime, outages and latencies of each monitor or tag") },
});

/** How available a workspace's monitors were. As a table it is at /api/v1/exports/uptime. */
export function reportRoutes() {
  return createRouter().openapi(uptime, async (c) => {
    const query = c.req.valid("query");
    const now = new Date();
    return c.json(await reportUptime(c.get("scope"), { ...query, ...closeRange(query, now) }, now), 200);
  });
}
