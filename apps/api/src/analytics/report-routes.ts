import { setMonthlyReport, wantsMonthlyReport } from "@pulsecheck/db/monthly-reports";
import { reportUptime } from "@pulsecheck/db/uptime-report";
import { monthlyMailSchema, uptimeReportQuery, uptimeReportSchema } from "@pulsecheck/shared/uptime-report";
import { closeRange, ROLLED_UP_DAYS } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const uptime = defineRoute("read", {
  method: "get",
  path: "/api/v1/reports/uptime",
  tags: ["Analytics"],
  request: { query: uptimeReportQuery },
  responses: { 200: json(uptimeReportSchema, "Uptime, outages and latencies of each monitor or tag") },
});

const mailPath = "/api/v1/reports/monthly-mail";
const readMail = defineRoute("person", {
  method: "get",
  path: mailPath,
  tags: ["Analytics"],
  responses: {
    200: json(monthlyMailSchema, "Does the caller get the uptime of each month of this workspace by mail?"),
  },
});
const setMail = defineRoute("person", {
  method: "put",
  path: mailPath,
  tags: ["Analytics"],
  request: { body: json(monthlyMailSchema) },
  responses: { 200: json(monthlyMailSchema, "Set: a mail is sent on the first of each month, UTC") },
});

/** How available a workspace's monitors were. As a table it is at /api/v1/exports/uptime. */
export function reportRoutes() {
  return createRouter()
    .openapi(uptime, async (c) => {
      const query = c.req.valid("query");
      const now = new Date();
      return c.json(
        await reportUptime(c.get("scope"), { ...query, ...closeRange(query, now, ROLLED_UP_DAYS) }, now),
        200,
      );
    })
    .openapi(readMail, async (c) => {
      const isWanted = await wantsMonthlyReport(c.get("scope"), c.get("principal").userId);
      return c.json({ is_wanted: isWanted }, 200);
    })
    .openapi(setMail, async (c) => {
      const { is_wanted: isWanted } = c.req.valid("json");
      await setMonthlyReport(c.get("scope"), c.get("principal").userId, isWanted);
      return c.json({ is_wanted: isWanted }, 200);
    });
}
