import { listBoard } from "@pulsecheck/db/monitor-board";
import { boardQuery, monitorOnBoardSchema } from "@pulsecheck/shared/board";
import { pageSchema } from "@pulsecheck/shared/list";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const tags = ["Monitors"];

/** Monitors in short and many at once, for whoever shows all of them. */
export function boardRoutes() {
  return createRouter().openapi(
    defineRoute("read", {
      method: "get",
      path: "/api/v1/board",
      tags,
      request: { query: boardQuery },
      responses: { 200: json(pageSchema(monitorOnBoardSchema), "The oldest first") },
    }),
    async (c) => c.json(await listBoard(c.get("scope"), c.req.valid("query")), 200),
  );
}
