import { listChecks } from "@pulsecheck/db/checks";
import { listIncidents } from "@pulsecheck/db/incidents";
import { findMonitor } from "@pulsecheck/db/monitors";
import { getStats } from "@pulsecheck/db/stats";
import { checkListQuery, checkSchema } from "@pulsecheck/shared/check";
import { pageSchema } from "@pulsecheck/shared/list";
import { statsSchema } from "@pulsecheck/shared/uptime";
import { closeRange, range } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { idParams as params } from "../http/usual-routes.ts";
import { defineIncidentsOf } from "../incidents/incidents-of.ts";

const tags = ["Monitors"];
const one = "/api/v1/monitors/{id}";

/** What was measured of a monitor. */
export function historyRoutes() {
  return createRouter()
    .openapi(
      defineRoute(
        "read",
        {
          method: "get",
          path: `${one}/checks`,
          tags,
          request: { params, query: checkListQuery },
          responses: { 200: json(pageSchema(checkSchema), "The latest first") },
        },
        [404],
      ),
      async (c) => c.json(await listChecks(c.get("scope"), c.req.valid("param").id, c.req.valid("query")), 200),
    )
    .openapi(defineIncidentsOf({ path: one, tags, params }), async (c) => {
      const monitor = await findMonitor(c.get("scope"), c.req.valid("param").id);
      return c.json(await listIncidents(c.get("scope"), c.req.valid("query"), { monitorId: monitor.id }), 200);
    })
    .openapi(
      defineRoute(
        "read",
        {
          method: "get",
          path: `${one}/stats`,
          tags,
          request: { params, query: range },
          responses: { 200: json(statsSchema, "Uptime and latency") },
        },
        [404],
      ),
      async (c) => {
        const now = new Date();
        const { from, to } = closeRange(c.req.valid("query"), now);
        return c.json(await getStats(c.get("scope"), c.req.valid("param").id, from, to, now), 200);
      },
    );
}
