import { listAudit } from "@pulsecheck/db/audit";
import { auditEntrySchema, auditListQuery } from "@pulsecheck/shared/audit";
import { pageSchema } from "@pulsecheck/shared/list";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const list = defineRoute("admin", {
  method: "get",
  path: "/api/v1/audit",
  tags: ["Workspace"],
  request: { query: auditListQuery },
  responses: { 200: json(pageSchema(auditEntrySchema), "Who changed what in the workspace, the latest first") },
});

/** The audit log of a workspace: read only. */
export function auditRoutes() {
  return createRouter().openapi(list, async (c) => c.json(await listAudit(c.get("scope"), c.req.valid("query")), 200));
}
