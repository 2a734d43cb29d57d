import { listLabels } from "@pulsecheck/db/labels";
import { getWorkspace, updateWorkspace } from "@pulsecheck/db/workspaces";
import { labelsSchema } from "@pulsecheck/shared/labels";
import { workspaceChangeSchema, workspaceSchema, type WorkspaceView } from "@pulsecheck/shared/workspace";
import type { Deps, Principal } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const tags = ["Workspace"];
const path = "/api/v1/workspace";

const get = defineRoute("read", {
  method: "get",
  path,
  tags,
  responses: { 200: json(workspaceSchema, "The workspace of this request") },
});
const patch = defineRoute("admin", {
  method: "patch",
  path,
  tags,
  request: { body: json(workspaceChangeSchema) },
  responses: { 200: json(workspaceSchema, "Changed: outages from now on are told by it") },
});
const labels = defineRoute("read", {
  method: "get",
  path: `${path}/labels`,
  tags,
  responses: { 200: json(labelsSchema, "What devices and sensors can be filtered by") },
});

/** The caller's workspace: its name, who gets its alerts, and how often. */
export function workspaceRoutes({ config }: Deps) {
  const view = (workspace: WorkspaceView, { role }: Principal) => ({
    ...workspace,
    role,
    default_debounce_minutes: config.mail.debounceMs / 60_000,
  });
  return createRouter()
    .openapi(get, async (c) => c.json(view(await getWorkspace(c.get("scope")), c.get("principal")), 200))
    .openapi(patch, async (c) =>
      c.json(view(await updateWorkspace(c.get("scope"), c.req.valid("json")), c.get("principal")), 200),
    )
    .openapi(labels, async (c) => c.json(await listLabels(c.get("scope")), 200));
}
