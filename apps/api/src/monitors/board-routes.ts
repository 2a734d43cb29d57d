import { glanceAt } from "@pulsecheck/db/glance";
import { listBoard } from "@pulsecheck/db/monitor-board";
import { boardQuery, monitorOnBoardSchema } from "@pulsecheck/shared/board";
import { glanceQuery, glanceSchema } from "@pulsecheck/shared/glance";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineList } from "../http/usual-routes.ts";

const tags = ["Monitors"];

/** Many monitors at once, for whoever shows all of them. To be mounted before the routes of one monitor by its id. */
export function boardRoutes() {
  return createRouter()
    .openapi(
      defineList("read", {
        path: "/api/v1/board",
        tags,
        query: boardQuery,
        item: monitorOnBoardSchema,
        says: "The oldest first",
      }),
      async (c) => c.json(await listBoard(c.get("scope"), c.req.valid("query")), 200),
    )
    .openapi(
      defineRoute("read", {
        method: "get",
        path: "/api/v1/monitors/glance",
        tags,
        request: { query: glanceQuery },
        responses: {
          200: json(
            z.object({ items: z.array(glanceSchema) }),
            "In the order of the ids; without those that are not here",
          ),
        },
      }),
      async (c) => c.json({ items: await glanceAt(c.get("scope"), c.req.valid("query"), new Date()) }, 200),
    );
}
