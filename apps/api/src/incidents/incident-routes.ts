import { listIncidents } from "@pulsecheck/db/incidents";
import { incidentSchema } from "@pulsecheck/shared/incident";
import { pageQuery, pageSchema } from "@pulsecheck/shared/list";
import { z } from "zod";
import { rangeQuery } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const query = z.strictObject({ ...pageQuery, ...rangeQuery, open: z.stringbool().optional() });

/** Outages of the whole workspace. */
export function incidentRoutes() {
  return createRouter().openapi(
    defineRoute("read", {
      method: "get",
      path: "/api/v1/incidents",
      tags: ["Incidents"],
      request: { query },
      responses: { 200: json(pageSchema(incidentSchema), "Open ones first, then the latest") },
    }),
    async (c) => {
      const { open, ...filter } = c.req.valid("query");
      return c.json(await listIncidents(c.get("scope"), { ...filter, isOpen: open }), 200);
    },
  );
}
