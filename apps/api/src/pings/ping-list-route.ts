import { listPings } from "@pulsecheck/db/pings";
import { pageSchema } from "@pulsecheck/shared/list";
import { pingListQuery, pingSchema } from "@pulsecheck/shared/ping";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { idParams as params } from "../http/usual-routes.ts";

/** What a cron job has said of itself. */
export function pingListRoute() {
  return createRouter().openapi(
    defineRoute(
      "read",
      {
        method: "get",
        path: "/api/v1/monitors/{id}/pings",
        tags: ["Monitors"],
        request: { params, query: pingListQuery },
        responses: { 200: json(pageSchema(pingSchema), "Of a cron job, the latest first") },
      },
      [404],
    ),
    async (c) => c.json(await listPings(c.get("scope"), c.req.valid("param").id, c.req.valid("query")), 200),
  );
}
