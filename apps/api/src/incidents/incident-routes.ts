import { listIncidents } from "@pulsecheck/db/incidents";
import { incidentListQuery, incidentSchema } from "@pulsecheck/shared/incident";
import { pageSchema } from "@pulsecheck/shared/list";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

/** Outages of the whole workspace. */
export function incidentRoutes() {
  return createRouter().openapi(
    defineRoute("read", {
      method: "get",
      path: "/api/v1/incidents",
      tags: ["Incidents"],
      request: { query: incidentListQuery },
      responses: { 200: json(pageSchema(incidentSchema), "Open ones first, then the latest") },
    }),
    async (c) => c.json(await listIncidents(c.get("scope"), c.req.valid("query")), 200),
  );
}
