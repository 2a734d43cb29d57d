import { listAudit } from "@pulsecheck/db/audit";
import { auditEntrySchema, auditListQuery } from "@pulsecheck/shared/audit";
import { createRouter } from "../http/router.ts";
import { defineList } from "../http/usual-routes.ts";

const list = defineList("admin", {
  path: "/api/v1/audit",
  tags: ["Workspace"],
  query: auditListQuery,
  item: auditEntrySchema,
  says: "Who changed what in the workspace, the latest first",
});

/** The audit log of a workspace: read only. */
export function auditRoutes() {
  return createRouter().openapi(list, async (c) => c.json(await listAudit(c.get("scope"), c.req.valid("query")), 200));
}
