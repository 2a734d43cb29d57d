import { listIncidents } from "@pulsecheck/db/incidents";
import { incidentListQuery, incidentSchema } from "@pulsecheck/shared/incident";
import { createRouter } from "../http/router.ts";
import { defineList } from "../http/usual-routes.ts";

/** Outages of the whole workspace. */
export function incidentRoutes() {
  return createRouter().openapi(
    defineList("read", {
      path: "/api/v1/incidents",
      tags: ["Incidents"],
      query: incidentListQuery,
      item: incidentSchema,
      says: "Open ones first, then the latest",
    }),
    async (c) => c.json(await listIncidents(c.get("scope"), c.req.valid("query")), 200),
  );
}
